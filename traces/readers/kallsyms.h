// /proc/kallsyms as recorded: which function holds an address. 4 MB of text in a usual recording, of which a trace uses
// a few hundred lines: lines are located, not copied, and names are read only when asked for.
// Refuses nothing: lines that are no symbols are skipped, for names are a comfort, not the trace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "traces/readers/byte_reader.h"

namespace kmemlab::traces {

class Kallsyms {
 public:
  Kallsyms() = default;
  /// Keeps a view of `text`: it must outlive this. Only its first 4 GiB are used.
  explicit Kallsyms(Bytes text);

  /// "symbol+0x25", as trace-cmd prints it; "0xffff..." where no symbol is below the address.
  std::string name(std::uint64_t address) const;
  std::size_t symbols() const { return lines_.size(); }

 private:
  struct Line {
    std::uint64_t address = 0;
    std::uint32_t offset = 0;  // of the line in text_
    bool operator<(const Line& other) const {
      return address != other.address ? address < other.address : offset < other.offset;
    }
  };
  std::string_view text_;
  std::vector<Line> lines_;
};

}  // namespace kmemlab::traces
