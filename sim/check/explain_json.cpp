// kmemlab.explain/1: what the text says, with every row. Integers; those over 2^64, and differences, are texts.
#include <limits>
#include <nlohmann/json.hpp>

#include "sim/check/explain.h"
#include "sim/check/metrics.h"
#include "sim/check/numbers.h"

namespace kmemlab::check {

namespace {

using Json = nlohmann::ordered_json;

Json number(u128 value) {
  if (value <= std::numeric_limits<std::uint64_t>::max()) return static_cast<std::uint64_t>(value);
  return decimal(value);
}

/// "-5", "12": without a plus sign or commas.
std::string signed_text(i128 n) {
  return n < 0 ? "-" + decimal(-static_cast<u128>(n)) : decimal(static_cast<u128>(n));
}

Json parting_json(const std::optional<Parting>& p) {
  if (!p) return nullptr;
  const auto line = [&](unsigned side) {
    return p->sides[side].empty() ? std::string() : sim::line_of({p->event, p->sides[side]});
  };
  return {{"event", p->event}, {"tick", p->tick}, {"about", p->about}, {"a", line(0)}, {"b", line(1)}};
}

Json side_json(const std::string& name, const RunEnd& end, const std::string& metric) {
  Json j = {{"name", name}, {"stopped", end.stopped}};
  const auto value = end.metrics.find(metric);
  const Metric* m = find_metric(metric);
  j["value"] = value == end.metrics.end()       ? Json(nullptr)
               : m != nullptr && m->hexadecimal ? Json(m->shown(value->second))
                                                : number(value->second);
  return j;
}

Json owners_json(const std::vector<OwnerRow>& rows) {
  Json list = Json::array();
  for (const OwnerRow& r : rows) {
    list.push_back(
        {{"name", r.name}, {"a", number(r.a)}, {"b", number(r.b)}, {"difference", signed_text(r.difference())}});
  }
  return list;
}

}  // namespace

std::string explain_json(const Explanation& e) {
  Json j;
  j["schema"] = "kmemlab.explain/1";
  j["trace"] = {{"name", e.trace}, {"events", e.events}};
  j["metric"] = e.metric;
  j["a"] = side_json(e.names[0], e.ends[0], e.metric);
  j["b"] = side_json(e.names[1], e.ends[1], e.metric);
  j["outcomes_only"] = e.outcomes_only;
  j["events_compared"] = e.compared;
  j["events_differing"] = e.differing;
  j["metrics_differing"] = e.metrics_differing;
  j["first_parting"] = parting_json(e.first);
  j["next_partings"] = Json::array();
  for (const Parting& p : e.next) j["next_partings"].push_back(parting_json(p));
  for (const FirstOf& f : e.firsts) j["first_other"][f.what] = parting_json(f.at);
  j["course"] = Json::array();
  for (const Milestone& m : e.course) {
    j["course"].push_back({{"what", m.what},
                           {"event", m.event},
                           {"tick", m.tick},
                           {"difference", signed_text(m.difference)},
                           {"unit", e.unit}});
  }
  j["kinds"] = Json::array();
  for (const DifferenceKind& k : e.kinds) {
    j["kinds"].push_back({{"how", k.how}, {"events", k.events}, {"first", k.first}});
  }
  j["waste_byte_ticks"] = {{"by_reason", owners_json(e.owners[0])},
                           {"by_call_site", owners_json(e.owners[1])},
                           {"by_size", owners_json(e.owners[2])}};
  return j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kmemlab::check
