// Makes RawRecords of the lines of `kmemlab.events/1`: judges keys and values, interns what they name.
// "p" names a block: a number from 1 (any numbering), or an address as text ("0xffff888004a1b000"). 0, null and
// addresses up to "0x10" (the kernel's ZERO_SIZE_PTR) are no block. A number n stands for the address 2^63 + n, which
// no recording has (not canonical on x86-64), so that numbers and addresses do not meet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "traces/readers/json_object.h"
#include "traces/readers/reader.h"
#include "traces/readers/text_assembler.h"

namespace kmemlab::traces {

class JsonRecords {
 public:
  explicit JsonRecords(TableBuilder& tables) : tables_(tables) {}

  struct Trouble {
    std::string what, expected;
  };
  std::optional<Trouble> assemble(const JsonObject& line, RawRecord& record);

 private:
  struct Fields;
  std::optional<Trouble> read(const JsonValue& value, Fields& f);
  std::optional<Trouble> finish(Fields& f, RawRecord& record);
  Index gfp(const Fields& f);
  Index site(const Fields& f);

  TableBuilder& tables_;
  TextMemo gfps_, sites_;
  std::uint64_t tick_ = 0;
};

}  // namespace kmemlab::traces
