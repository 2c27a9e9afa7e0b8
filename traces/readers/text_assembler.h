// Makes RawRecords of parsed text lines: judges the values of memory events, interns what they name.
// Refuses a line (as damage, with the key that is wrong): a memory event that lacks a key it cannot do without, or
// whose value is no pointer or number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "traces/readers/key_values.h"
#include "traces/readers/reader.h"
#include "traces/readers/text_line.h"

namespace kmemlab::traces {

/// Text that was seen before, by its raw spelling: spares taking it apart again.
class TextMemo {
 public:
  template <class Make>
  Index find_or(std::string_view text, Make make) {
    const Index found = index_.find(text, [&](Index i) -> std::string_view { return texts_[i]; });
    if (found != no_index) return values_[found];
    const Index value = make();
    index_.add(text, static_cast<Index>(texts_.size()));
    texts_.emplace_back(text);
    values_.push_back(value);
    return value;
  }

 private:
  StringIndex index_;
  std::vector<std::string> texts_;
  std::vector<Index> values_;
};

/// Whether the line ends with a newline. One that does not may have been cut in the middle of a value.
enum class LineEnd : std::uint8_t { newline, end_of_input };

class TextAssembler {
 public:
  explicit TextAssembler(TableBuilder& tables) : tables_(tables) {}

  struct Trouble {
    std::string what, expected;
  };
  /// Fills `record` from an event line, or says what is wrong with it.
  std::optional<Trouble> assemble(const TextLine& line, LineEnd end, RawRecord& record);

  /// Pointers so far were printed in 64 bits and never had any of the upper 32 set.
  bool pointers_hashed() const { return low_pointers_ && !high_pointers_; }
  unsigned pointer_digits() const { return pointer_digits_; }

 private:
  struct Known {
    RawKind kind = RawKind::mark;
    std::uint32_t keys = 0;  // of the first such line; 0 = none yet
    Index name = no_index;
  };
  Known& event_named(std::string_view name);
  std::optional<Trouble> slab(Known& known, RawRecord& record, LineEnd end);
  std::optional<Trouble> page(Known& known, RawRecord& record);
  Index call_site(std::string_view payload);
  void note_pointer(const PointerText& pointer);

  TableBuilder& tables_;
  KeyValues values_;
  TextMemo names_, sites_;
  std::vector<Known> known_;
  unsigned pointer_digits_ = 0;
  bool low_pointers_ = false, high_pointers_ = false;
};

}  // namespace kmemlab::traces
