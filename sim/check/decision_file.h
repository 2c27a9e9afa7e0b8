// The decisions of a run as text (kmemlab.decisions/1): what `replay --decisions` writes, so that another build of this
// program, or the same one later, can be compared with it. A header, a line for each event (observe/decisions.h), and
// what the run came to:
//   kmemlab.decisions/1
//   events 97133
//   page_bytes 4096
//   0 pages_obtained:7:4096@fresh carved:7:128@fresh took_block:7:128@fresh alloc:100=128 map:1
//   end
//   stopped TEXT
//   metric at_peak.held 4050944
//   waste SITE CLASS INTERNAL LEAKED FREE_IN_USED_PAGE FREE_PAGE_KEPT NEVER_USED METADATA
//   done
// `stopped` only if a panic or fault ended the run. SITE is the trace's number, `unknown` or `nobody`; sums are
// byte-ticks. Lines of metrics that the reader does not know are left out: builds differ. Anything else that is not as
// written here is an error with its line; a file without `done` was cut. Another program's numbers are held to bounds
// that no machine reaches, so that sums of them cannot overflow: pages of up to 16 MiB, 2^48 bytes at once, 2^58 over
// the run, metrics and the sum of all waste less than 2^127.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sim/check/lockstep.h"

namespace kmemlab::check {

std::string decisions_head(std::uint64_t events, std::uint64_t page_bytes);
std::string decisions_tail(const RunEnd& end);

class DecisionReader final : public DecisionSource {
 public:
  /// Gives the next line without its end; false when there is none.
  using NextLine = std::function<bool(std::string& line)>;

  /// Reads the header. `file` stands in errors; `events` is what the file must speak of.
  static Fallible<DecisionReader> open(NextLine next_line, std::string file, std::uint64_t events);

  Fallible<bool> next(sim::EventDecisions& group) override;
  Fallible<RunEnd> finish() override;
  std::uint64_t page_bytes() const override { return page_bytes_; }

 private:
  DecisionReader(NextLine next_line, std::string file) : next_line_(std::move(next_line)), file_(std::move(file)) {}
  Failure<Error> wrong(std::string what, std::string expected) const;
  /// "KEY N": N, if the next line is so.
  Fallible<std::uint64_t> header(std::string_view key);
  bool get(std::string& line);
  bool read_end(std::string_view line, RunEnd& end);
  bool in_bounds(const sim::EventDecisions& group);

  NextLine next_line_;
  std::string file_;
  std::uint64_t line_number_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t page_bytes_ = 0;
  std::uint64_t bytes_ = 0;  ///< of all decisions so far
  u128 waste_ = 0;
  std::optional<std::uint64_t> last_event_;
  bool ended_ = false;
};

}  // namespace kmemlab::check
