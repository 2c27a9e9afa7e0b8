// What a core decided in one event, without addresses, so that two runs can be compared: of two option sets, two cores,
// or two builds of this program. Its steps come first, in order; then what became of requests and frees, sleeps and
// wakes; then pages. An address is replaced by where the place came from: the block of the trace that last began there,
// or `fresh`. Values of wait channels and times are left out. Memory: one entry for each address where a block began.
//
// As a line of text (kmemlab.decisions/1), items by one space:
//   EVENT took_block:4:128@fresh alloc:100=128 map:1
//   word:DETAIL:VALUE@PLACE     a step; DETAIL is a bucket, type or cause (core/machine/step.h), PLACE fresh or a block
//   alloc:REQUESTED=GRANTED     granted; alloc:REQUESTED!failed:REASON, alloc:REQUESTED!refused:REASON: not
//   free:REQUESTED=GRANTED      freed; free_implied where its event was lost; ...!refused:REASON: it stays allocated
//   free:REQUESTED!skipped      of something that this run never granted
//   sleep:CAUSE, wake:CAUSE     of a request
//   map:N, unmap:N              pages of the arena that got or lost their frame
//   tables:BYTES                the system's own tables are that large from now on
//   background                  a thread of the system ran
// E/ITEM belongs to a request that arrived as event E. An event without items has no line.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/machine/channel.h"
#include "core/machine/outcome.h"
#include "core/machine/step.h"
#include "sim/replay/observer.h"

namespace kmemlab::sim {

struct Decision {
  enum class Kind : std::uint8_t { step, alloc, free, sleep, wake, map, unmap, tables, background };
  static constexpr std::uint64_t nowhere = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::uint64_t fresh = nowhere - 1;  ///< no block of the trace ever began there

  Kind kind = Kind::step;
  StepKind step = StepKind::took_block;
  Ending ending = Ending::ok;
  Reason reason = Reason::none;
  SleepCause cause = SleepCause::none;
  bool implied = false;
  std::uint16_t detail = 0;    ///< of a step
  std::uint64_t of_event = 0;  ///< whose request; of steps, pages and tables the group's event
  std::uint64_t value = 0;     ///< of a step; requested bytes; pages; bytes of tables
  std::uint64_t granted = 0;   ///< bytes
  std::uint64_t place = nowhere;

  bool operator==(const Decision&) const = default;
};

/// All that was decided between the last event's end and this one's.
struct EventDecisions {
  std::uint64_t event = 0;
  std::vector<Decision> items;
  bool operator==(const EventDecisions&) const = default;
};

/// "took_block", "alloc", "map": the word that an item begins with.
const char* word_of(const Decision& decision);
std::string line_of(const EventDecisions& group);
/// Nothing if `line` is none that line_of could have written.
std::optional<EventDecisions> read_line(std::string_view line);

class Decisions final : public Observer {
 public:
  using Take = std::function<void(const EventDecisions&)>;

  /// `take` gets every event that has items. What follows the last event belongs to the one that would come next.
  explicit Decisions(Take take) : take_(std::move(take)) {}

  bool wants_steps() const override { return true; }
  void on_completion(const Completion& c) override;
  void on_sleep(const SleepNote& note) override;
  void on_wake(const SleepNote& note) override;
  void on_background(std::uint64_t tick) override;
  void page_mapped(Addr) override { ++mapped_; }
  void page_unmapped(Addr) override { ++unmapped_; }
  void on_event_over(std::uint64_t event, std::span<const Step> steps) override;
  void on_end(std::uint64_t tick) override;

 private:
  struct Began {
    Addr address;
    std::uint64_t id;
    bool placed = false;
  };
  void add_steps(std::span<const Step> steps);
  std::uint64_t place_of(Addr address) const;

  Take take_;
  EventDecisions group_;
  std::vector<Decision> outcomes_;
  std::vector<Began> began_;                                     ///< blocks granted in this event
  std::unordered_map<std::uint64_t, std::uint64_t> last_began_;  ///< block by address; looked up, never walked
  std::uint64_t mapped_ = 0, unmapped_ = 0;
  std::uint64_t tables_ = 0;
  std::uint64_t next_event_ = 0;
};

}  // namespace kmemlab::sim
