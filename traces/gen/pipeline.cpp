// pipeline: producer and consumer tasks. Each pair has a queue; the producer allocates a block and puts it in, the
// consumer takes the oldest out and frees it, on another CPU. Nobody frees what he allocated.
//   sizes  bytes, a mix                                        default 64-512:90,4096:10
//   pairs  producers, each with a consumer                     default 4
//   depth  blocks that a queue holds at most                   default 64
//   run    blocks that a task handles when its turn comes, a mix   default 1-16
//   cpus   CPUs; producer p runs on CPU 2p, its consumer on 2p + 1, modulo cpus   default 4
//   gap    ns between events                                   default 1000
// Turns are random; a producer whose queue is full and a consumer whose queue is empty lose theirs. At the end all is
// freed. At no time do more than pairs * depth blocks live.
// What a reader should see: where lists are kept by CPU, memory wanders from producers' to consumers' CPUs; where one
// lock guards a pool (beos), calls of the two sides wait for each other.
#include <deque>

#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

struct Pair {
  Place producer, consumer;
  std::deque<Slot> queue;
};

Fallible<void> run_pipeline(Maker& make, const Values& values, std::uint64_t seed) {
  Random size_draws(seed, 0), turns(seed, 1);
  const What what{make.site("pipeline_produce"), no_index, true};
  std::vector<Pair> pairs(values.number("pairs"));
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const auto pid = static_cast<std::int32_t>(100 + 2 * p);
    const std::uint64_t cpus = values.number("cpus");
    pairs[p].producer = {make.task(pid, "producer"), static_cast<std::uint16_t>(2 * p % cpus), Context::task};
    pairs[p].consumer = {make.task(pid + 1, "consumer"), static_cast<std::uint16_t>((2 * p + 1) % cpus), Context::task};
  }
  const auto consume = [&](Pair& pair) {
    make.pass(values.number("gap"));
    make.free(pair.consumer, pair.queue.front());
    pair.queue.pop_front();
  };
  while (make.room()) {
    Pair& pair = pairs[turns.below(pairs.size())];
    const bool produces = turns.below(2) == 0;
    for (std::uint64_t left = values.mix("run").draw(turns); left > 0; --left) {
      if (!produces) {
        if (!pair.queue.empty()) consume(pair);
      } else if (pair.queue.size() < values.number("depth") && make.room()) {
        make.pass(values.number("gap"));
        pair.queue.push_back(make.alloc(pair.producer, values.mix("sizes").draw(size_draws), what));
      }
    }
  }
  for (Pair& pair : pairs) {
    while (!pair.queue.empty()) consume(pair);
  }
  make.note("states: at most " + std::to_string(pairs.size() * values.number("depth")) +
            " blocks live at a time; found: at most " + std::to_string(make.peak_live()));
  return {};
}

}  // namespace

Workload pipeline() {
  return {"pipeline",
          "producers allocate, consumers free, on different CPUs",
          "memory that wanders between CPUs, and calls that wait for a lock",
          100'000,
          {{"sizes", Kind::mix, "64-512:90,4096:10", 0, 1 << 30, "bytes"},
           {"pairs", Kind::number, "4", 1, 10'000, "producers, each with a consumer"},
           {"depth", Kind::number, "64", 1, 1'000'000, "blocks that a queue holds at most"},
           {"run", Kind::mix, "1-16", 0, 1'000'000, "blocks that a task handles in a turn"},
           {"cpus", Kind::number, "4", 1, 64, "CPUs"},
           {"gap", Kind::number, "1000", 0, 1'000'000'000, "ns between events"}},
          run_pipeline};
}

}  // namespace kmemlab::traces::gen
