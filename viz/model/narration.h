// What happened, in plain sentences: one for each happening of an event (pages that lie side by side share one), and
// one for each step of the allocator. Pure: names come from who asks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/addr.h"
#include "core/machine/step.h"
#include "sim/observe/happening.h"

namespace kmemlab::viz {

/// Who made a call, as far as the trace says; empty words: it does not.
struct Who {
  std::string site;  ///< "ip_output+0x1a"
  std::string task;  ///< "bash (412)"
  bool interrupt = false;
  bool named = true;  ///< false: `task` is words, and a sentence may begin with them in upper case
};
/// Of the call that arrived as this event.
using WhoOf = std::function<Who(std::uint64_t event)>;

struct Sentence {
  enum class Tone : std::uint8_t { plain, alarm, sleep, page };
  std::string text;
  Tone tone = Tone::plain;
  std::optional<Addr> address;  ///< of the block or page that it speaks of
};

/// Of one event, in the order of the happenings. `steps` are those of the event: they tell lists from whole pages.
std::vector<Sentence> narrate(std::span<const sim::Happening> happenings, std::span<const Step> steps, const WhoOf& who,
                              std::uint64_t page_bytes);

/// "It takes the first block of its list: 128 bytes at 0xfe000f80."
Sentence narrate(const Step& step);

/// "somebody in an interrupt", "ip_output+0x1a for bash (412)".
std::string in_words(const Who& who);
/// "its type has reached its limit": why a request failed, or why a call is forbidden.
std::string in_words(Reason reason);
/// "a free page frame": what a sleeper waits for.
std::string in_words(SleepCause cause);

}  // namespace kmemlab::viz
