// Why two runs of one trace differ: where their decisions part first, how the chosen metric's difference came about
// from there, which decisions differ how often, and who owns the difference. Runs of different cores part at once by
// their steps; of them only what they gave, refused, slept and held is compared. What is not known by decisions (times,
// cache misses) has no course: then only the places where decisions part are told.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/check/course.h"
#include "sim/check/lockstep.h"
#include "sim/replay/window.h"
#include "traces/kmt/reader.h"

namespace kmemlab::check {

struct ExplainInputs {
  const traces::KmtReader& trace;
  std::array<std::string, 2> names;   ///< of the sides, A and B
  bool outcomes_only = false;         ///< the cores are different ones
  std::optional<std::string> metric;  ///< else the first of a list that differs
  sim::MetricsWindow window;
};

/// An event in which the two sides decided differently.
struct Parting {
  std::uint64_t event = 0, tick = 0;
  std::string about;                                ///< the event in words
  std::array<std::vector<sim::Decision>, 2> sides;  ///< what differs: from the first to the last
};

/// The first event in which one thing differs: what requests and frees came to, bytes granted, pages, sleeps.
struct FirstOf {
  const char* what;
  std::optional<Parting> at;
};

/// How often decisions differed in one way.
struct DifferenceKind {
  std::string how;
  std::uint64_t events = 0, first = 0;
};

struct Milestone {
  std::string what;  ///< "a quarter of it"
  std::uint64_t event = 0, tick = 0;
  i128 difference = 0;
};

/// One owner of waste: a reason, call site or class of sizes. Byte-ticks.
struct OwnerRow {
  std::string name;
  u128 a = 0, b = 0;
  i128 difference() const { return static_cast<i128>(b) - static_cast<i128>(a); }
};

struct Explanation {
  std::string trace;
  std::uint64_t events = 0, first_tick = 0;
  std::array<std::string, 2> names;
  std::array<RunEnd, 2> ends;
  bool outcomes_only = false;
  std::string metric;
  std::vector<std::string> others;            ///< of the list from which it was chosen, those that differ too
  const char* unit = "";                      ///< of the course
  std::uint64_t compared = 0, differing = 0;  ///< events in which a side decided anything; in which they differ
  std::optional<Parting> first;
  std::vector<Parting> next;  ///< the two after the first
  std::array<FirstOf, 4> firsts{{{"outcome", {}}, {"granted bytes", {}}, {"pages", {}}, {"sleeps", {}}}};
  std::vector<Milestone> course;                ///< empty: this metric has none, or no difference
  std::vector<DifferenceKind> kinds;            ///< most frequent first
  std::array<std::vector<OwnerRow>, 3> owners;  ///< by reason, call site and size; greatest difference first
  std::size_t metrics_differing = 0;
};

/// Plays both sides to their ends.
Fallible<Explanation> explain(const ExplainInputs& in, DecisionSource& a, DecisionSource& b);

/// Waste of both runs by reason, call site and size. Every list has the same sums.
std::array<std::vector<OwnerRow>, 3> owners_of(const std::array<RunEnd, 2>& ends, const traces::Tables& tables);

/// Names of the metrics that differ, in the order of the report; of those that both runs have.
std::vector<std::string> differing_metrics(const std::array<RunEnd, 2>& ends);

std::string explain_text(const Explanation& e);
/// kmemlab.explain/1
std::string explain_json(const Explanation& e);

}  // namespace kmemlab::check
