#include "sim/cli/html/kept.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/html/table.h"
#include "sim/cli/render.h"

namespace kmemlab::cli {

namespace {

/// Of a page without a live byte; sim/observe/page_reason_words.cpp says it of one page, with its figures.
const char* words_of(sim::PageCode code) {
  switch (code) {
    case sim::PageCode::not_held:
      return "it has no frame";
    case sim::PageCode::in_the_middle:
      return "a call is in the middle of taking or giving it";
    case sim::PageCode::live_blocks:
      return "its blocks are not all free yet: a free is under way";
    case sim::PageCode::large_block:
      return "part of one block of whole pages";
    case sim::PageCode::no_surplus:
      return "its bucket may keep as many free blocks as it has";
    case sim::PageCode::no_candidate:
      return "there is a surplus, but only the page of the block that is being freed can go";
    case sim::PageCode::thread_due:
      return "the system's thread will take it, but has not run";
    case sim::PageCode::thread_done:
      return "the system's thread gave back as much as it may in one run, and sleeps";
    case sim::PageCode::records:
      return "the system's own tables";
    case sim::PageCode::pinned:
      return "somebody has it pinned";
    case sim::PageCode::region:
      return "its region goes back as a whole, or not at all";
    case sim::PageCode::area:
      return "its area keeps every page that was touched until it is deleted";
    case sim::PageCode::locked_area:
      return "its area has all its pages from its creation until it is deleted";
  }
  return "?";
}

std::string times_words(const sim::KeptPagesStats& k) {
  if (k.times == 0) return "<p>No page without a live byte was kept beyond the call that emptied or took it.</p>\n";
  return fmt::format(
      "<p>{} time{} a page without a live byte was kept: {} went back in the end, {} were used again, {} are kept "
      "still. At most {} at one time; the longest for {}.</p>\n",
      with_commas(k.times), k.times == 1 ? "" : "s", with_commas(k.returned), with_commas(k.used),
      with_commas(k.at_end), with_commas(k.most), ticks_text(k.ticks_max));
}

std::string rules_table(const sim::KeptPagesStats& k, std::uint64_t page_bytes) {
  ReportTable table{"Pages without a live byte at the end, by the rule that keeps them",
                    {{"rule", ""}, {"pages", ""}, {"bytes", ""}, {"why", ""}},
                    {}};
  for (unsigned i = 0; i < sim::page_codes; ++i) {
    if (k.by_rule[i] == 0) continue;
    table.rows.push_back({std::string(sim::page_code_names[i]), with_commas(k.by_rule[i]),
                          with_commas(k.by_rule[i] * page_bytes), words_of(static_cast<sim::PageCode>(i))});
  }
  return table.rows.empty() ? std::string() : html_table(table);
}

std::string lengths_table(const sim::KeptPagesStats& k) {
  ReportTable table{
      "How long they were kept: up to so long, and at least half of it", {{"up to", ""}, {"times", ""}}, {}};
  for (unsigned n = 0; n + 1 < k.histogram.size(); ++n) {
    if (k.histogram[n] == 0) continue;
    table.rows.push_back({ticks_text(std::uint64_t{1} << (n + 1)), with_commas(k.histogram[n])});
  }
  return table.rows.empty() ? std::string() : html_table(table);
}

std::string fill_table(const sim::Report& run, std::uint64_t page_bytes) {
  ReportTable table{"How few live bytes pin how many pages (the system's tables apart)",
                    {{"live bytes", ""},
                     {"pages, peak", "pages with so many live bytes when most were held"},
                     {"free, peak", "bytes on them that were free"},
                     {"pages, end", "the same at the end"},
                     {"free, end", "the same at the end"}},
                    {}};
  for (unsigned c = 0; c < sim::PageFillStats::classes; ++c) {
    const sim::PageFillStats &peak = run.fill_at_peak, &end = run.fill_at_end;
    if (peak.pages[c] == 0 && end.pages[c] == 0) continue;
    const std::uint64_t from = c == 0 ? 0 : std::uint64_t{1} << (c - 1),
                        to = std::min((std::uint64_t{1} << c) - 1, page_bytes);
    table.rows.push_back(
        {c < 2 || from == to ? with_commas(from) : fmt::format("{} to {}", with_commas(from), with_commas(to)),
         with_commas(peak.pages[c]), with_commas(peak.free_bytes[c]), with_commas(end.pages[c]),
         with_commas(end.free_bytes[c])});
  }
  return html_table(table);
}

}  // namespace

std::string kept_html(const sim::Report& run, std::uint64_t page_bytes) {
  if (run.pages.peak == 0) return {};
  return "<h3>Pages that are kept</h3>\n" + times_words(run.kept) + rules_table(run.kept, page_bytes) +
         lengths_table(run.kept) + fill_table(run, page_bytes);
}

}  // namespace kmemlab::cli
