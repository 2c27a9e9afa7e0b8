// The report of explore, as text and as JSON.
#include "sim/cli/explore_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/cli/render.h"

namespace kmemlab::cli {

using namespace sim::explore;

namespace {

std::span<const MarkName> names_of(const std::string& system) {
  for (const scenario::System& s : scenario::all_systems()) {
    if (s.name == system) return s.marks;
  }
  return {};
}

/// "HEAD name name ...", in lines of about 110 columns; nothing without names.
std::string in_lines(const std::string& head, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string text, line = head;
  for (const std::string& name : names) {
    if (line.size() + name.size() > 110) {
      text += line + "\n";
      line = "   ";
    }
    line += " " + name;
  }
  return text + line + "\n";
}

/// Null: each run's own.
nlohmann::ordered_json bounds_json(const Bounds& b) {
  const auto own = [](const std::optional<unsigned>& n) {
    return n ? nlohmann::ordered_json(*n) : nlohmann::ordered_json(nullptr);
  };
  return {{"quick", b.quick},
          {"ops", own(b.depth)},
          {"interrupts", own(b.placements)},
          {"pairs", own(b.pairs)},
          {"failures", own(b.failures)}};
}

}  // namespace

void ExploreReport::add(const Run&, const RunResult& result) {
  runs_.push_back(result);
  marks_ |= result.marks;
}

bool ExploreReport::is_new(const Finding& finding) {
  return std::none_of(told_.begin(), told_.end(),
                      [&](const Told& t) { return t.finding.trouble.title == finding.trouble.title; });
}

void ExploreReport::add_story(const Finding& finding, const std::string& story) {
  const Historic* historic = wanted_.faithful ? menu_.historic_of(finding.trouble.title) : nullptr;
  told_.push_back({finding, story, historic == nullptr ? std::string() : historic->id});
  if (told_.back().historic.empty()) good_ = false;
}

void ExploreReport::finish() {
  const auto names = names_of(menu_.system);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool other_mode = names[i].when.starts_with(wanted_.faithful ? "documented" : "faithful");
    if (!marks_[i]) (other_mode ? other_mode_ : not_hit_).emplace_back(names[i].name);
  }
  if (wanted_.whole() && !not_hit_.empty()) good_ = false;
  if (!wanted_.faithful || !wanted_.whole()) return;
  for (const Historic& h : menu_.historic) {
    const auto same = [&](const Told& t) { return t.historic == h.id; };
    if (std::any_of(told_.begin(), told_.end(), same)) continue;
    if (std::find(not_found_.begin(), not_found_.end(), h.id) == not_found_.end()) not_found_.push_back(h.id);
  }
  if (!not_found_.empty()) good_ = false;
}

std::string ExploreReport::marks_text() const {
  return fmt::format("marks reached: {} of {}\n", marks_.count(), names_of(menu_.system).size()) +
         in_lines("  not reached:", not_hit_) + in_lines("  of the other mode:", other_mode_);
}

std::string ExploreReport::text() const {
  std::string text =
      fmt::format("{:<12} {:>5} {:>9} {:>11} {:>11} {:>10} {:>9} {:>9} {:>9} {:>7} {:>8}\n", "run", "depth", "states",
                  "transitions", "merged", "interrupts", "failures", "misuses", "wake-ups", "beyond", "deepest");
  for (const RunResult& r : runs_) {
    const Counts& c = r.counts;
    text += fmt::format("{:<12} {:>5} {:>9} {:>11} {:>11} {:>10} {:>9} {:>9} {:>9} {:>7} {:>8}\n", r.name, r.depth,
                        with_commas(c.states), with_commas(c.transitions), with_commas(c.merged),
                        with_commas(c.placements), with_commas(c.failures), with_commas(c.misuses),
                        with_commas(c.wakeups), with_commas(c.beyond), c.deepest);
  }
  text += marks_text();
  for (const Told& t : told_) {
    const Trouble& trouble = t.finding.trouble;
    text += fmt::format("finding{}: {}{}, in run '{}'\n", t.historic.empty() ? "" : " " + t.historic, trouble.title,
                        trouble.detail.empty() ? "" : " (" + trouble.detail + ")", t.finding.run);
    text += t.story;
  }
  for (const std::string& id : not_found_) text += "finding: the historic defect " + id + " was not found\n";
  if (wanted_.whole() && !not_hit_.empty()) text += "finding: not all marks were reached\n";
  if (wanted_.changed) {
    text +=
        "with options of your own: answers to errors, pages kept at rest and marks not reached are not judged, since\n"
        "the menu has them for the system's own options\n";
  }
  if (good_) text += told_.empty() ? "no finding\n" : "no finding but the historic defects\n";
  return text;
}

std::string ExploreReport::json() const {
  nlohmann::ordered_json out;
  out["schema"] = "kmemlab.explore/1";
  out["core"] = menu_.system;
  out["options"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : wanted_.options) out["options"][name] = value;
  out["bounds"] = bounds_json(wanted_.bounds);
  out["whole"] = wanted_.whole();
  out["good"] = good_;
  for (const RunResult& r : runs_) {
    const Counts& c = r.counts;
    out["runs"].push_back({{"name", r.name},
                           {"depth", r.depth},
                           {"states", c.states},
                           {"transitions", c.transitions},
                           {"merged", c.merged},
                           {"deepest", c.deepest},
                           {"asleep", c.asleep},
                           {"beyond", c.beyond},
                           {"interrupts", c.placements},
                           {"failures", c.failures},
                           {"misuses", c.misuses},
                           {"needless_wakeups", c.wakeups}});
  }
  out["marks"]["reached"] = marks_.count();
  out["marks"]["not_reached"] = not_hit_;
  out["marks"]["of_the_other_mode"] = other_mode_;
  out["findings"] = nlohmann::ordered_json::array();
  for (const Told& t : told_) {
    out["findings"].push_back({{"title", t.finding.trouble.title},
                               {"detail", t.finding.trouble.detail},
                               {"run", t.finding.run},
                               {"historic", t.historic},
                               {"times", t.finding.times},
                               {"story", t.story}});
  }
  out["historic_not_found"] = not_found_;
  return out.dump(2) + "\n";
}

}  // namespace kmemlab::cli
