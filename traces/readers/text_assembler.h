// Makes RawRecords of parsed text lines: judges the values of memory events, interns what they name.
// Refuses a line (as damage, with the key that is wrong): a memory event that lacks a key it cannot do without, or
// whose value is no pointer or number.
// Refuses a recording: one whose lines of a memory event all lack such a key from the first on (layout_watch.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/readers/key_values.h"
#include "traces/readers/layout_watch.h"
#include "traces/readers/reader.h"
#include "traces/readers/text_line.h"
#include "traces/readers/text_memo.h"

namespace kmemlab::traces {

/// Whether the line ends with a newline. One that does not may have been cut in the middle of a value.
enum class LineEnd : std::uint8_t { newline, end_of_input };

class TextAssembler {
 public:
  explicit TextAssembler(TableBuilder& tables) : tables_(tables) {}

  struct Trouble {
    std::string what, expected;
    bool layout = false;  ///< not this line is wrong, but what we know of the event
  };
  /// Fills `record` from an event line, or says what is wrong with it. `tasks` are the parser's.
  std::optional<Trouble> assemble(const TextLine& line, const TaskTexts& tasks, LineEnd end, RawRecord& record);

  /// Pointers so far were printed in 64 bits and never had any of the upper 32 set.
  bool pointers_hashed() const { return low_pointers_ && !high_pointers_; }
  unsigned pointer_digits() const { return pointer_digits_; }

 private:
  struct Known {
    RawKind kind = RawKind::mark;
    std::uint32_t keys = 0;  // of the first such line; 0 = none yet
    Index name = no_index;
    KeyOrder order;
    LayoutWatch watch;
  };
  Known& event_named(std::string_view name);
  Index task_of(const TextLine& line, const TaskTexts& tasks);
  std::optional<Trouble> slab(Known& known, RawRecord& record, LineEnd end);
  std::optional<Trouble> sizes(RawRecord& record);
  std::optional<Trouble> page(Known& known, RawRecord& record);
  std::optional<Trouble> lacks(Known& known, const TextLine& line, LineEnd end);
  std::optional<PointerText> pointer_value(std::string_view text);
  Index call_site(std::string_view payload);
  Index gfp(std::string_view text);
  void note_pointer(const PointerText& pointer);

  TableBuilder& tables_;
  KeyValues values_;
  TextMemo names_, sites_, gfps_, caches_;
  std::vector<Known> known_;
  std::vector<Index> tasks_;    // of the parser's numbers
  std::optional<Key> missing_;  // of the line at hand
  unsigned pointer_digits_ = 0;
  bool low_pointers_ = false, high_pointers_ = false, decimal_pointers_ = false;
};

}  // namespace kmemlab::traces
