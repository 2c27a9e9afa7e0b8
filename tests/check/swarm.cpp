// The swarm: random seeds, each a machine, a core, a workload and disturbances of its own (swarm_choice.h), played
// twice with the shadow oracle on. Fails at the first seed that is not sound or not deterministic, with everything that
// it chose and a command that repeats it. A core in faithful mode may stop by a defect that is listed, and by no other.
//   swarm [--seeds N] [--from S]      seeds S to S + N - 1 (default 1000 from 1)
//   swarm --seed S [--save FILE.kmt]  one seed, told in full; its trace for `kmemlab verify`
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "sim/check/verify.h"
#include "sim/replay/replay.h"
#include "tests/check/swarm_choice.h"
#include "tests/check/swarm_trace.h"

namespace {

using namespace kmemlab;

enum class Verdict { fine, deadlock, no_room, historic, broken };

/// What 386BSD did wrong and a trace can bring about (core/bsd386/bsd386.h): how the machine then stops. The others of
/// its list need a caller that passes wrong arguments, or stop nothing (F6).
struct Historic {
  const char* defect;
  const char* stop;
};
constexpr Historic historic[] = {{"F1", "kmem_alloc: map smaller than allocation"}};

const Historic* listed(const std::string& stopped) {
  for (const Historic& h : historic) {
    if (stopped.find(h.stop) != std::string::npos) return &h;
  }
  return nullptr;
}

struct Played {
  Verdict verdict = Verdict::fine;
  std::string why;
  check::VerifyResult result;
};

Played judge(check::VerifyResult result, bool faithful) {
  Played o{Verdict::fine, {}, std::move(result)};
  const check::VerifyResult& r = o.result;
  const bool at_boot = r.report.requests == 0 && r.blocks_checked == 0 && !r.facts.stopped.empty();
  if (!r.deterministic()) {
    o.why = "two runs differ after event " + std::to_string(*r.differs_after);
  } else if (r.broken != 0) {
    o.why = "event " + std::to_string(r.findings[0].event) + ": " + r.findings[0].text;
  } else if (r.facts.interrupts.damaged != 0) {
    o.why = "a device's block was written to";
  } else if (const Historic* h = faithful ? listed(r.facts.stopped) : nullptr; h != nullptr) {
    o.verdict = Verdict::historic;
    o.why = std::string("historic defect ") + h->defect;
    return o;
  } else if (!r.facts.stopped.empty() && !at_boot) {
    o.why = "stopped: " + r.facts.stopped;
  } else {
    o.verdict = at_boot ? Verdict::no_room : r.facts.deadlock ? Verdict::deadlock : Verdict::fine;
    return o;
  }
  o.verdict = Verdict::broken;
  return o;
}

Played broken(const Error& error) {
  return {Verdict::broken, error.text(), {}};
}

Played play(const test::SwarmChoice& c, const char* save) {
  const auto bytes = test::SwarmTrace(c).bytes();
  if (save != nullptr) {
    std::FILE* file = std::fopen(save, "wb");
    if (file != nullptr) {
      std::fwrite(bytes.data(), 1, bytes.size(), file);
      std::fclose(file);
    }
  }
  auto trace = traces::KmtReader::from_bytes(bytes);
  if (!trace) return broken(trace.error());
  const auto cores = sim::parse_core_specs({c.core});
  if (!cores) return broken(cores.error());
  const auto interrupts = sim::parse_interrupts(c.interrupts);
  if (!interrupts) return broken(interrupts.error());
  check::VerifyOptions options;
  options.core = cores->front().name;
  options.every = c.every;
  options.digest_every = 512;
  if (!c.faults.empty()) {
    const auto faults = check::parse_faults(c.faults);
    if (!faults) return broken(faults.error());
    options.faults = *faults;
  }
  sim::ReplayPolicy policy;
  policy.interrupts = *interrupts;
  policy.pressure = c.pressure;
  policy.closed_loop = c.closed_loop;
  policy.unknown_sleep = c.unknown_sleep;
  const sim::MachineSpec machine{*sim::find_profile(c.machine), c.ram_bytes, c.arena_bytes};
  auto result =
      check::verify([&](unsigned) { return sim::open_session(trace->view(), cores->front(), machine, policy); },
                    trace->view(), options);
  return result ? judge(std::move(*result), c.faithful()) : broken(result.error());
}

void tell(const test::SwarmChoice& c, const Played& o) {
  std::printf("seed %llu: %s\n  workload: %s\n  options:  %s\n", static_cast<unsigned long long>(c.seed),
              o.verdict == Verdict::no_room ? o.result.facts.stopped.c_str()
              : o.why.empty()               ? "sound"
                                            : o.why.c_str(),
              c.workload_text().c_str(), c.text().c_str());
  const check::VerifyResult& r = o.result;
  std::printf(
      "  %llu granted, %llu failed, %llu refused, %llu sleeps, %llu interrupts, %llu flips, deadlock %d, digest "
      "%016llx\n",
      static_cast<unsigned long long>(r.report.granted), static_cast<unsigned long long>(r.report.failed),
      static_cast<unsigned long long>(r.report.refused), static_cast<unsigned long long>(r.report.blocking.sleeps),
      static_cast<unsigned long long>(r.facts.interrupts.delivered),
      static_cast<unsigned long long>(r.free_flips.tried + r.live_flips.tried), r.facts.deadlock ? 1 : 0,
      static_cast<unsigned long long>(r.digest));
  for (const auto& finding : r.findings) {
    std::printf("  event %llu: %s\n", static_cast<unsigned long long>(finding.event), finding.text.c_str());
  }
  std::printf("  again: swarm --seed %llu --save swarm.kmt && kmemlab verify swarm.kmt %s\n",
              static_cast<unsigned long long>(c.seed), c.text().c_str());
}

/// What the whole swarm did, so that a reader sees that it was somewhere.
struct Sums {
  std::uint64_t granted = 0, zeroed = 0, failed = 0, refused = 0, sleeps = 0, interrupts = 0, nested = 0, strikes = 0,
                flips = 0;
  std::map<Verdict, unsigned> verdicts;

  void add(const Played& o) {
    const check::VerifyResult& r = o.result;
    ++verdicts[o.verdict];
    granted += r.report.granted;
    zeroed += r.zeros_checked;
    failed += r.report.failed;
    refused += r.report.refused;
    sleeps += r.report.blocking.sleeps;
    interrupts += r.facts.interrupts.delivered;
    nested += r.facts.interrupts.nested;
    for (const std::uint64_t n : r.struck) strikes += n;
    flips += r.free_flips.tried + r.live_flips.tried;
  }
  void print(std::uint64_t seeds) const {
    const auto count = [&](Verdict v) { return verdicts.count(v) != 0 ? verdicts.at(v) : 0U; };
    const auto n = [](std::uint64_t v) { return static_cast<unsigned long long>(v); };
    std::printf(
        "%llu seeds: %u sound, %u deadlocked, %u without room to boot, %u stopped by a listed defect, %u broken\n",
        n(seeds), count(Verdict::fine), count(Verdict::deadlock), count(Verdict::no_room), count(Verdict::historic),
        count(Verdict::broken));
    std::printf(
        "%llu granted (%llu zeroed), %llu failed, %llu refused, %llu sleeps, %llu interrupts (%llu nested), %llu "
        "faults, %llu flipped bits\n",
        n(granted), n(zeroed), n(failed), n(refused), n(sleeps), n(interrupts), n(nested), n(strikes), n(flips));
  }
};

int run(std::uint64_t from, std::uint64_t seeds, bool all) {
  Sums sums;
  int code = 0;
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    const test::SwarmChoice choice = test::swarm_choice(seed);
    const Played outcome = play(choice, nullptr);
    sums.add(outcome);
    if (outcome.verdict != Verdict::broken) continue;
    tell(choice, outcome);
    std::fflush(stdout);
    code = 1;
    if (!all) break;
  }
  sums.print(seeds);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t from = 1, seeds = 1000, one = 0;
  const char* save = nullptr;
  bool all = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--all") {
      all = true;
      continue;
    }
    if (i + 1 >= argc) break;
    const char* const value = argv[++i];
    if (word == "--seeds") seeds = std::strtoull(value, nullptr, 10);
    if (word == "--from") from = std::strtoull(value, nullptr, 10);
    if (word == "--seed") one = std::strtoull(value, nullptr, 10);
    if (word == "--save") save = value;
  }
  if (one == 0) return run(from, seeds, all);
  const test::SwarmChoice choice = test::swarm_choice(one);
  const Played outcome = play(choice, save);
  tell(choice, outcome);
  return outcome.verdict == Verdict::broken ? 1 : 0;
}
