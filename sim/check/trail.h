// Since when a run decides otherwise than when it was blessed: beside the baseline lies SUITE.trail, with 64 marks for
// each run. A mark is the digest of all decisions (observe/decisions.h) up to one of 64 equally spaced events, cut to
// 16 bits; it goes on from the mark before, so the first that differs says between which events the decisions part. Two
// different runs have the same mark once in 65,536 times. The file, sorted by trace and core:
//   kmemlab.trail/1
//   ext4tree.dat bsd386 97133 5f0c8a1e...       (64 times four hexadecimal digits)
// Refuses lines that are not so, disorder and doubles, with the line.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/digest.h"
#include "core/base/error.h"
#include "sim/observe/decisions.h"

namespace kmemlab::check {

inline constexpr unsigned trail_marks = 64;

struct Trail {
  std::uint64_t events = 0;
  std::array<std::uint16_t, trail_marks> marks{};
  bool operator==(const Trail&) const = default;
};

class TrailMaker {
 public:
  explicit TrailMaker(std::uint64_t events) { trail_.events = events; }
  void add(const sim::EventDecisions& group);
  Trail finish();

 private:
  void mark_until(std::uint64_t event);
  Trail trail_;
  Digest digest_;
  unsigned marked_ = 0;
};

/// By "TRACE CORE".
using Trails = std::map<std::string, Trail>;

std::string trail_key(std::string_view trace, std::string_view core);
/// suites/shipped.json: suites/shipped.trail.
std::string trail_path(const std::string& suite_file);
Fallible<Trails> read_trails(std::string_view text, const std::string& file);
std::string trails_text(const Trails& trails);

/// "decisions differ from the blessed ones since an event of 1,024..2,047", or that they are the same, and what that
/// means.
std::string since_text(const Trail& blessed, const Trail& now);

}  // namespace kmemlab::check
