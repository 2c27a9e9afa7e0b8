// netrx: a network interface that receives in interrupts. A packet is a header (a cache of its own) and a data buffer,
// both allocated in softirq context, where nobody may sleep. Packets come in bursts; each waits in a queue until
// somebody is done with it.
//   packets    bytes of data, a mix            default 64-128:50,576:20,1500:30
//   header     bytes of a packet's header      default 232
//   burst      packets in a burst, a mix       default 1-8:80,16-64:20
//   queue      packets that wait at most       default 256
//   delivered  permille of the bursts whose packets a reading process frees, in task context; the others are dropped
//              or passed on, and freed in softirq context     default 500
//   cpus       CPUs; a burst comes in on any of them          default 2
//   pause      ns between bursts               default 50000
//   gap        ns between events of a burst    default 500
// After each burst, packets leave oldest first until a random number of those that wait are left. At the end all is
// freed. At no time do more than 2 * queue blocks live.
// What a reader should see: requests that may not sleep, so refusals when a pool runs dry instead of waits; the systems
// whose calls are for processes only refuse all of it (see frees=defer in docs/replay.md).
#include <deque>

#include "traces/gen/list.h"

namespace kmemlab::traces::gen {

namespace {

struct Packet {
  Slot header = no_slot, data = no_slot;
};

Fallible<void> run_netrx(Maker& make, const Values& values, std::uint64_t seed) {
  Random data_draws(seed, 0), bursts(seed, 1), ways(seed, 2);
  const Index reader = make.task(100, "reader");
  const What header{make.site("netrx_skb"), make.cache("skbuff_head_cache"), false};
  const What data{make.site("netrx_data"), no_index, false};
  std::deque<Packet> queue;
  const auto leave = [&](const Place& place) {
    for (const Slot slot : {queue.front().data, queue.front().header}) {
      make.pass(values.number("gap"));
      make.free(place, slot);
    }
    queue.pop_front();
  };
  while (make.room(2)) {
    make.pass(values.number("pause"));
    const auto cpu = static_cast<std::uint16_t>(ways.below(values.number("cpus")));
    const Place interrupt{no_index, cpu, Context::softirq};
    for (std::uint64_t left = values.mix("burst").draw(bursts); left > 0 && make.room(2); --left) {
      if (queue.size() == values.number("queue")) leave(interrupt);
      make.pass(values.number("gap"));
      const Slot head = make.alloc(interrupt, values.number("header"), header);
      make.pass(values.number("gap"));
      queue.push_back({head, make.alloc(interrupt, values.mix("packets").draw(data_draws), data)});
    }
    const bool read = ways.permille(values.number("delivered"));
    const std::uint64_t stay = ways.below(queue.size() + 1);
    while (queue.size() > stay) leave(read ? Place{reader, cpu, Context::task} : interrupt);
  }
  while (!queue.empty()) leave({no_index, 0, Context::softirq});
  make.note("states: at most " + std::to_string(2 * values.number("queue")) +
            " blocks live at a time; found: at most " + std::to_string(make.peak_live()));
  return {};
}

}  // namespace

Workload netrx() {
  return {"netrx",
          "network receive in interrupts: bursts of headers and buffers that may not wait",
          "refusals instead of waits; systems for processes only refuse it all",
          100'000,
          {{"packets", Kind::mix, "64-128:50,576:20,1500:30", 0, 1 << 20, "bytes of data"},
           {"header", Kind::number, "232", 1, 65'536, "bytes of a packet's header"},
           {"burst", Kind::mix, "1-8:80,16-64:20", 0, 100'000, "packets in a burst"},
           {"queue", Kind::number, "256", 1, 1'000'000, "packets that wait at most"},
           {"delivered", Kind::number, "500", 0, 1000, "permille of bursts that a process frees, in task context"},
           {"cpus", Kind::number, "2", 1, 64, "CPUs that packets come in on"},
           {"pause", Kind::number, "50000", 0, 1'000'000'000, "ns between bursts"},
           {"gap", Kind::number, "500", 0, 1'000'000, "ns between events of a burst"}},
          run_netrx};
}

}  // namespace kmemlab::traces::gen
