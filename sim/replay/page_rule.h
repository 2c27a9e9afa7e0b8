// Why a page still has its frame: the one rule of its system that keeps it now, with the figures that it compares.
// A vocabulary: who finds it is in X_page_rule.h, one for each system; sim/observe/page_reason.h puts it in words.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kmemlab::sim {

enum class PageCode : std::uint8_t {
  not_held,       ///< it has no frame: nothing keeps it
  in_the_middle,  ///< a call has taken it, and has not entered it in its tables yet; or the tables are damaged
  live_blocks,    ///< it is cut into blocks, and not all are free
  large_block,    ///< it is part of one live block of whole pages
  no_surplus,     ///< wholly free: its bucket may keep as many free blocks as it has
  no_candidate,   ///< wholly free, and there is a surplus: but only the page of a block that is being freed can go
  thread_due,     ///< wholly free, and there is a surplus: the system's thread will take it, but has not run
  thread_done,    ///< likewise, but the thread gave back as much as it may in one run, and sleeps
  records,        ///< the system's own tables about other pages: they stay
  pinned,         ///< free, but somebody has it pinned
  region,         ///< of a region that lives until it is given back as a whole
  area,           ///< of an area that keeps every page that was touched until it is deleted
  locked_area,    ///< of an area that has all its pages from its creation until it is deleted
};
inline constexpr unsigned page_codes = 13;
inline constexpr std::array<std::string_view, page_codes> page_code_names = {
    "not_held",    "in_the_middle", "live_blocks", "large_block", "no_surplus", "no_candidate", "thread_due",
    "thread_done", "records",       "pinned",      "region",      "area",       "locked_area"};

struct PageRule {
  struct Number {
    std::string_view name;  ///< as the system calls it, or as we do; empty: not used
    std::uint64_t value = 0;
    bool operator==(const Number&) const = default;
  };
  PageCode code = PageCode::not_held;
  std::string_view system;  ///< "386BSD", "OSF/1", "AIX", "BeOS"
  std::string_view term;    ///< the system's own word for what decides
  std::array<Number, 3> numbers{};
  bool operator==(const PageRule&) const = default;
};

}  // namespace kmemlab::sim
