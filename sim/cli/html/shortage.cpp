#include "sim/cli/html/shortage.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/html/axes.h"
#include "sim/cli/html/table.h"
#include "sim/cli/render.h"

namespace kmemlab::cli {

namespace {

constexpr std::uint64_t row_height = 100;

std::string svg(const char* css, const std::string& label, std::uint64_t height, const std::string& paths) {
  return fmt::format(
      "<svg class=\"{}\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"{}\">\n{}</svg>\n",
      css, chart_width, height, label, paths);
}

std::string cause_row(const sim::Series& series, const ChartScale& scale, unsigned cause) {
  std::uint64_t most = 0, all = 0;
  for (const sim::SeriesBucket& b : series.buckets()) {
    most = std::max(most, b.sleeps_by[cause]);
    all += b.sleeps_by[cause];
  }
  if (all == 0) return {};
  std::string path;
  for (std::size_t i = 0; i < series.buckets().size(); ++i) {
    const std::uint64_t n = series.buckets()[i].sleeps_by[cause];
    if (n == 0) continue;
    const Edges x = edges_of(scale, series, i);
    path += fmt::format("M{} {}V{}", (x.left + x.right) / 2, row_height, row_height - 20 - scaled(n, most, 80));
  }
  const std::string words =
      fmt::format("{} sleep{} on {}; the longest tick is {}", with_commas(all), all == 1 ? "" : "s",
                  cause_words(static_cast<SleepCause>(cause)), with_commas(most));
  return fmt::format("<div class=\"top\">{}</div>\n", words) +
         svg("returns", words, row_height, fmt::format("<path class=\"tick\" d=\"{}\"/>\n", path));
}

struct FramesSeen {
  std::uint64_t least = ~std::uint64_t{0}, most = 0;
};

FramesSeen frames_seen(const sim::Series& series) {
  FramesSeen seen;
  for (const sim::SeriesBucket& b : series.buckets()) {
    seen.least = std::min(seen.least, b.free_frames.min);
    seen.most = std::max(seen.most, b.free_frames.max);
  }
  return seen;
}

std::string limit_line(std::uint64_t frames, std::uint64_t top) {
  const std::uint64_t y = chart_height - scaled(frames, top, chart_height);
  return fmt::format("<path class=\"mark\" d=\"M0 {}H{}\"/>\n", y, chart_width);
}

/// Value of the upper edge: frames far above the watermarks are cut off, but the watermarks themselves never, wherever
/// the frames stayed.
std::uint64_t frames_top(const FramesSeen& seen, const sim::FrameLimits& limits) {
  if (limits.high == 0) return std::max<std::uint64_t>(1, seen.most);
  return std::max(std::min(seen.most, 4 * limits.high), limits.high);
}

/// Where nobody ever came near the end of memory there is nothing to see.
std::string frames_panel(const sim::Series& series, const ChartScale& scale) {
  const FramesSeen seen = frames_seen(series);
  const sim::FrameLimits& limits = series.frame_limits();
  if (limits.high == 0 && seen.least > series.frames() / 8) return {};
  const std::uint64_t top = frames_top(seen, limits);
  const std::string label = fmt::format("Free frames over time: at least {}, at most {} of {}", with_commas(seen.least),
                                        with_commas(seen.most), with_commas(series.frames()));
  std::string paths = fmt::format("<path class=\"granted\" d=\"{}\"/>\n",
                                  area_path(scale, series, &sim::SeriesBucket::free_frames, top));
  std::string words = fmt::format("{}.", label);
  if (limits.high != 0) {
    for (const std::uint64_t limit : {limits.reserve, limits.low, limits.high}) paths += limit_line(limit, top);
    words += fmt::format(
        " Dotted lines, from below: the reserve, {} frames, which a call that may sleep does not get; the low "
        "watermark, "
        "{}, at which the page daemon is woken; the high one, {}, up to which it frees.",
        with_commas(limits.reserve), with_commas(limits.low), with_commas(limits.high));
  }
  paths +=
      fmt::format("<path class=\"held\" d=\"{}\"/>\n", line_path(scale, series, &sim::SeriesBucket::free_frames, top));
  return fmt::format("<div class=\"top\">{} free frames{}</div>\n", with_commas(top),
                     top < seen.most ? " (more is cut off)" : "") +
         svg("asleep", label, chart_height, paths) + fmt::format("<div class=\"note\">{}</div>\n", words);
}

}  // namespace

const char* cause_words(SleepCause cause) {
  switch (cause) {
    case SleepCause::none:
      return "nothing";
    case SleepCause::type_limit:
      return "the limit of their type";
    case SleepCause::address_space:
      return "address space";
    case SleepCause::frames:
      return "page frames";
    case SleepCause::lock:
      return "a lock or semaphore";
  }
  return "?";
}

std::string shortage_panels(const sim::Series& series, const ChartScale& scale) {
  if (series.buckets().empty()) return {};
  std::string html;
  for (unsigned cause = 1; cause < sleep_causes; ++cause) html += cause_row(series, scale, cause);
  return html + frames_panel(series, scale);
}

std::string sleep_lengths(const sim::Report& run) {
  const sim::SleepStats& all = run.blocking;
  ReportTable table{"How long requests slept: up to so long, and at least half of it", {{"up to", ""}}, {}};
  std::vector<unsigned> causes;
  for (unsigned c = 1; c < sleep_causes; ++c) {
    if (all.by_cause[c] == 0) continue;
    causes.push_back(c);
    table.columns.push_back(
        {name_of(static_cast<SleepCause>(c)), std::string("sleeps on ") + cause_words(static_cast<SleepCause>(c))});
  }
  if (causes.empty()) return {};
  const auto row = [&](const std::string& name, const auto& cell) {
    table.rows.push_back({name});
    for (const unsigned c : causes) table.rows.back().push_back(cell(c));
  };
  for (unsigned n = 0; n + 1 < all.histogram.size(); ++n) {
    if (all.histogram[n] == 0) continue;
    row(ticks_text(std::uint64_t{1} << (n + 1)), [&](unsigned c) { return with_commas(all.of_cause[c].histogram[n]); });
  }
  row("the longest", [&](unsigned c) { return ticks_text(all.of_cause[c].ticks_max); });
  row("in all", [&](unsigned c) { return ticks_text(all.of_cause[c].ticks_total); });
  row("sleeps begun", [&](unsigned c) { return with_commas(all.by_cause[c]); });
  return html_table(table);
}

}  // namespace kmemlab::cli
