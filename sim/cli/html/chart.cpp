#include "sim/cli/html/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/cli/html/axes.h"
#include "sim/cli/html/escape.h"
#include "sim/cli/html/shortage.h"
#include "sim/cli/render.h"

namespace kmemlab::cli {

namespace {

struct Mark {
  char letter = 'P';
  std::uint64_t tick = 0;
  std::string meaning;
};

std::string since(const ChartScale& scale, std::uint64_t tick) {
  return ticks_text(tick < scale.first_tick ? 0 : tick - scale.first_tick);
}

std::vector<Mark> marks_of(const sim::Series& series, const sim::Report& run, const ChartScale& scale) {
  std::vector<Mark> marks;
  if (run.pages.peak != 0) {
    marks.push_back({'P', run.peak_tick,
                     fmt::format("most pages held: {} bytes, at {}, event {}", with_commas(run.at_peak.held),
                                 since(scale, run.peak_tick), with_commas(run.peak_event))});
  }
  const auto first = [&](char letter, const std::optional<sim::Series::Moment>& moment, const char* what) {
    if (!moment) return;
    marks.push_back({letter, moment->tick,
                     fmt::format("{}: at {}, event {}", what, since(scale, moment->tick), with_commas(moment->event))});
  };
  first('F', series.first_failure(), "first request that failed");
  first('R', series.first_refusal(), "first call that was refused");
  first('S', series.first_sleep(), "first request that slept");
  std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.tick < b.tick; });
  return marks;
}

std::string svg_open(const char* css, const std::string& label, std::uint64_t height) {
  return fmt::format(
      "<svg class=\"{}\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">\n", css,
      chart_width, height, escaped(label, 400));
}

std::string mark_lines(const std::vector<Mark>& marks, const ChartScale& scale) {
  std::string path;
  for (const Mark& m : marks) path += fmt::format("M{} 0V{}", x_of(scale, m.tick), chart_height);
  return path.empty() ? path : fmt::format("<path class=\"mark\" d=\"{}\"/>\n", path);
}

/// A row for each letter: two marks at one moment never cover each other.
std::string mark_letters(const std::vector<Mark>& marks, const ChartScale& scale) {
  std::string html;
  for (const Mark& m : marks) {
    const std::uint64_t permille = x_of(scale, m.tick, 1000);
    html += fmt::format("<div class=\"letter\"><span style=\"left:{}.{}%\">{}</span></div>\n", permille / 10,
                        permille % 10, m.letter);
  }
  return html;
}

/// The page's scale, unless the chart would lie flat on the ground.
std::uint64_t bytes_top(const sim::Series& series, const ChartScale& scale) {
  ChartScale own;
  own.include(series);
  return own.bytes_max < scale.bytes_max / 4 ? own.bytes_max : scale.bytes_max;
}

std::string memory_panel(const std::string& name, const sim::Series& series, const sim::Report& run,
                         const ChartScale& scale, const std::vector<Mark>& marks) {
  const sim::SeriesBucket& end = series.buckets().back();
  const std::uint64_t top = bytes_top(series, scale);
  std::string html = fmt::format("<div class=\"top\">{} bytes{}</div>\n", with_commas(top),
                                 top == scale.bytes_max ? "" : " (a scale of its own)");
  html += svg_open("memory",
                   fmt::format("{}: bytes over time. At most {} held, {} granted, {} requested; at the end {}, {}, {}",
                               name, with_commas(run.at_peak.held), with_commas(run.bytes.peak_granted),
                               with_commas(run.bytes.peak_requested), with_commas(end.held.last),
                               with_commas(end.granted.last), with_commas(end.requested.last)),
                   chart_height);
  html +=
      fmt::format("<path class=\"granted\" d=\"{}\"/>\n", area_path(scale, series, &sim::SeriesBucket::granted, top));
  html += fmt::format("<path class=\"requested\" d=\"{}\"/>\n",
                      area_path(scale, series, &sim::SeriesBucket::requested, top));
  html += mark_lines(marks, scale);
  html +=
      fmt::format("<path class=\"held\" d=\"{}\"/>\n</svg>\n", line_path(scale, series, &sim::SeriesBucket::held, top));
  return html;
}

/// A tick for each step of time in which pages went back, as long as they were many.
std::string returns_panel(const sim::Series& series, const sim::Report& run, const ChartScale& scale) {
  std::uint64_t most = 0;
  for (const sim::SeriesBucket& b : series.buckets()) most = std::max(most, b.returned);
  if (most == 0) return "<div class=\"note\">No page went back to the machine.</div>\n";
  std::string path;
  for (std::size_t i = 0; i < series.buckets().size(); ++i) {
    const std::uint64_t n = series.buckets()[i].returned;
    if (n == 0) continue;
    const Edges x = edges_of(scale, series, i);
    path += fmt::format("M{} 0V{}", (x.left + x.right) / 2, 20 + scaled(n, most, 80));
  }
  return svg_open("returns", fmt::format("Pages returned over time, {} in all", with_commas(run.pages.returned)), 100) +
         fmt::format("<path class=\"tick\" d=\"{}\"/>\n</svg>\n", path) +
         fmt::format("<div class=\"note\">Ticks: {} pages returned; the longest tick is {}.</div>\n",
                     with_commas(run.pages.returned), with_commas(most));
}

std::string asleep_panel(const sim::Series& series, const sim::Report& run, const ChartScale& scale) {
  std::uint64_t most = 0;
  for (const sim::SeriesBucket& b : series.buckets()) most = std::max(most, b.asleep.max);
  if (most == 0) return "<div class=\"note\">No request slept.</div>\n";
  return fmt::format("<div class=\"top\">{} asleep</div>\n", with_commas(scale.asleep_max)) +
         svg_open("asleep",
                  fmt::format("Requests asleep over time: at most {}, {} sleeps", with_commas(most),
                              with_commas(run.blocking.sleeps)),
                  chart_height) +
         fmt::format("<path class=\"requested\" d=\"{}\"/>\n</svg>\n",
                     area_path(scale, series, &sim::SeriesBucket::asleep, scale.asleep_max));
}

std::string time_axis(const ChartScale& scale) {
  const u128 span = scale.last_tick - scale.first_tick;
  std::string html = "<div class=\"axis\">";
  for (unsigned quarter = 0; quarter <= 4; ++quarter) {
    html += fmt::format("<span style=\"left:{}%\">{}</span>", quarter * 25,
                        ticks_text(static_cast<std::uint64_t>(span * quarter / 4)));
  }
  return html + "</div>\n";
}

}  // namespace

void ChartScale::include(const sim::Series& series) {
  const bool first = last_tick == 0 && first_tick == 0;
  first_tick = first ? series.first_tick() : std::min(first_tick, series.first_tick());
  last_tick = std::max(last_tick, series.last_tick());
  for (const sim::SeriesBucket& b : series.buckets()) {
    bytes_max = std::max({bytes_max, b.held.max, b.granted.max});
    asleep_max = std::max(asleep_max, b.asleep.max);
  }
}

std::string chart_html(const std::string& name, const sim::Series& series, const sim::Report& run,
                       const ChartScale& scale) {
  if (series.buckets().empty()) return "<p class=\"note\">Nothing happened in this time.</p>\n";
  const std::vector<Mark> marks = marks_of(series, run, scale);
  std::string html = "<div class=\"chart\">\n" + memory_panel(name, series, run, scale, marks);
  html += mark_letters(marks, scale) + returns_panel(series, run, scale) + asleep_panel(series, run, scale);
  html += shortage_panels(series, scale);
  html += time_axis(scale) + "</div>\n<ul class=\"marks\">\n";
  for (const Mark& m : marks) html += fmt::format("<li><b>{}</b> {}</li>\n", m.letter, escaped(m.meaning));
  return html + "</ul>\n";
}

std::string chart_legend() {
  const auto swatch = [](const char* css, const char* shape) {
    return fmt::format(
        "<svg class=\"swatch\" viewBox=\"0 0 40 20\" aria-hidden=\"true\"><path class=\"{}\" d=\"{}\"/></svg>", css,
        shape);
  };
  constexpr const char* box = "M0 0H40V20H0Z";
  return "<ul class=\"key\">\n<li>" + swatch("held", "M0 10H40") +
         " line: bytes of held pages, from the least to the greatest in each step of time</li>\n<li>" +
         swatch("granted", box) + " light: granted to live blocks; above the dark it is rounding</li>\n<li>" +
         swatch("requested", box) +
         " dark: asked for by live blocks; below, in its own strip, requests asleep</li>\n<li>" +
         swatch("mark", "M20 0V20") + " dotted: the moment of the letter below it</li>\n</ul>\n";
}

}  // namespace kmemlab::cli
