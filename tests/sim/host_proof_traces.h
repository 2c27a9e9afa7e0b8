// The traces that the proof of host_proof.h runs over: seeded days made here, and the recording that is shipped.
#pragma once

#include <string>
#include <vector>

#include "core/base/digest.h"
#include "tests/sim/traces.h"
#include "traces/import/import.h"

#ifdef __has_feature  // clang; g++ has the other
#if __has_feature(address_sanitizer)
#define KMEMLAB_SANITIZED true
#endif
#endif
#ifndef KMEMLAB_SANITIZED
#ifdef __SANITIZE_ADDRESS__
#define KMEMLAB_SANITIZED true
#else
#define KMEMLAB_SANITIZED false
#endif
#endif

namespace kmemlab::test {

/// The machines that a proof runs on: all. Sanitizers, under which a proof takes minutes, see two of them: what they
/// look for does not hang on the page size, but on the word and the byte order it may.
inline std::vector<const char*> proof_profiles() {
  if (KMEMLAB_SANITIZED) return {"x86-64", "rs6000"};
  return {"x86-64", "i386", "alpha", "rs6000", "power64"};
}

struct Day {
  std::uint64_t seed = 1;
  unsigned events = 3000;
  bool may_sleep = true;
  unsigned size_log_max = 15;              ///< sizes of 1 to 2^size_log_max bytes, each power of two as likely
  unsigned free_percent = 47;              ///< of the events of a task that holds a block
  std::uint64_t ticks_between_max = 5000;  ///< beyond 1000
};

/// Three tasks on two CPUs and interrupts, lifetimes mixed; one in eight requests that may sleep is zeroed.
inline TraceMaker busy_day(const Day& day) {
  TraceMaker t;
  std::vector<traces::BlockId> live[3];
  std::uint64_t tick = 1000;
  std::uint64_t state = day.seed;
  const auto draw = [&](std::uint64_t below) { return mix64(state += 0x9e3779b97f4a7c15ULL) % below; };
  for (unsigned n = 0; n < day.events; ++n) {
    const auto who = static_cast<unsigned>(draw(3));
    const bool interrupt = draw(8) == 0;
    t.at(tick += 1000 + draw(day.ticks_between_max)).task(static_cast<int>(who) + 1).cpu(who % 2);
    t.context(interrupt ? traces::Context::softirq : traces::Context::task);
    auto& blocks = live[who];
    if (!blocks.empty() && draw(100) < day.free_percent) {
      const std::size_t i = draw(blocks.size());
      t.free(blocks[i]);
      blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      const std::uint64_t size = std::uint64_t{1} << draw(day.size_log_max);
      const auto waits = draw(8) == 0 ? TraceMaker::zeroed : TraceMaker::kernel;
      blocks.push_back(t.alloc(size + draw(size + 1), day.may_sleep && !interrupt ? waits : TraceMaker::atomic));
    }
  }
  return t;
}

/// traces/samples/ext4tree.dat, imported.
inline traces::KmtReader shipped_recording() {
  const std::string path = std::string(KMEMLAB_SOURCE_DIR) + "/traces/samples/ext4tree.dat";
  const auto input = traces::Input::open(path);
  REQUIRE(input);
  traces::KmtWriter writer = traces::KmtWriter::to_memory();
  const auto imported = traces::import_trace(*input, writer);
  REQUIRE(imported);
  REQUIRE(writer.finish(imported->tables, imported->quality, imported->source));
  return traces::KmtReader::from_bytes(writer.take_bytes()).value();
}

}  // namespace kmemlab::test
