#include "sim/cli/verify_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/cli/render.h"
#include "sim/cli/render_faults.h"
#include "sim/cli/wait_graph_view.h"

namespace kmemlab::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string digest_text(std::uint64_t digest) {
  return fmt::format("{:016x}", digest);
}

std::string flips_text(const char* where, const check::FlipOutcomes& f) {
  return fmt::format(
      "flipped   {} in {}: {} stopped the run, {} found by check(), {} seen by an owner, {} without effect\n",
      with_commas(f.tried), where, with_commas(f.stopped), with_commas(f.checked), with_commas(f.owner),
      with_commas(f.harmless));
}

std::string strikes_text(const std::array<std::uint64_t, sim::fault_sites>& struck) {
  std::string text;
  for (unsigned i = 0; i < sim::fault_sites; ++i) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", sim::name_of(static_cast<sim::FaultSite>(i)),
                        with_commas(struck[i]));
  }
  return text;
}

std::string findings_text(const check::VerifyResult& r) {
  std::string text;
  for (const auto& finding : r.findings) {
    text += fmt::format("BROKEN    event {}: {}\n", with_commas(finding.event), finding.text);
  }
  if (r.broken > r.findings.size()) text += fmt::format("          and {} more\n", r.broken - r.findings.size());
  if (r.facts.interrupts.damaged != 0) {
    text += fmt::format("BROKEN    {} blocks of devices were written to by others\n", r.facts.interrupts.damaged);
  }
  if (!r.facts.stopped.empty()) text += "STOPPED   " + r.facts.stopped + "\n";
  if (r.facts.fault) text += "fault     " + fault_text(*r.facts.fault) + "\n";
  if (r.facts.deadlock)
    text += "DEADLOCK  " + deadlock_words(r.facts.wait_graph) + "\n" + wait_graph_text(r.facts.wait_graph);
  return text;
}

Json flips_json(const check::FlipOutcomes& f) {
  return {
      {"tried", f.tried}, {"stopped", f.stopped}, {"checked", f.checked}, {"owner", f.owner}, {"harmless", f.harmless}};
}

Json one_json(const Verified& v) {
  const check::VerifyResult& r = v.result;
  Json j;
  j["core"] = v.core;
  j["machine"] = v.machine;
  j["deterministic"] = r.deterministic();
  if (r.differs_after) j["differs_after"] = *r.differs_after;
  j["sound"] = r.sound();
  j["deadlock"] = r.facts.deadlock;
  if (!r.facts.wait_graph.empty()) j["wait_graph"] = Json::parse(wait_graph_json(r.facts.wait_graph));
  j["stopped"] = r.facts.stopped;
  if (r.facts.fault) j["fault"] = fault_json<Json>(*r.facts.fault);
  j["events"] = r.events;
  j["digest"] = digest_text(r.digest);
  j["comparisons"] = r.comparisons;
  j["recounts"] = r.recounts;
  j["blocks_checked"] = r.blocks_checked;
  j["zeros_checked"] = r.zeros_checked;
  j["bytes_compared"] = r.bytes_compared;
  j["broken"] = r.broken;
  j["findings"] = Json::array();
  for (const auto& finding : r.findings) j["findings"].push_back({{"event", finding.event}, {"what", finding.text}});
  if (v.interrupts != "off") j["interrupts"] = interrupts_json<Json>(r.facts.interrupts);
  if (!v.faults) return j;
  j["faults"] = {{"plan", check::text_of(*v.faults)}};
  for (unsigned i = 0; i < sim::fault_sites; ++i) {
    j["faults"][std::string(sim::name_of(static_cast<sim::FaultSite>(i)))] = r.struck[i];
  }
  j["faults"]["flip_free"] = flips_json(r.free_flips);
  j["faults"]["flip_live"] = flips_json(r.live_flips);
  return j;
}

}  // namespace

std::string verify_text(const Verified& v) {
  const check::VerifyResult& r = v.result;
  std::string text = fmt::format("{} on {}\n", v.core, v.machine);
  if (r.differs_after) {
    text += fmt::format("DIFFERS   two runs of the same differ after event {}\n", with_commas(*r.differs_after));
  } else {
    text += fmt::format("twice     {} events each, digest {}; the same at {} places\n", with_commas(r.events),
                        digest_text(r.digest), with_commas(r.comparisons));
  }
  text += fmt::format(
      "checked   {} blocks for overlap, place and alignment, {} for zeros; {} bytes of their contents; {} recounts\n",
      with_commas(r.blocks_checked), with_commas(r.zeros_checked), with_commas(r.bytes_compared),
      with_commas(r.recounts));
  text += fmt::format("run       {} granted, {} failed, {} refused, {} asleep or queued at the end; {} sleeps\n",
                      with_commas(r.report.granted), with_commas(r.report.failed), with_commas(r.report.refused),
                      with_commas(r.facts.asleep_at_end), with_commas(r.report.blocking.sleeps));
  if (v.interrupts != "off") text += "devices   " + interrupts_text(r.facts.interrupts) + "\n";
  if (v.faults) {
    text += "faults    struck: " + strikes_text(r.struck) + "\n";
    if (v.faults->flip_free != 0) text += flips_text("free memory", r.free_flips);
    if (v.faults->flip_live != 0) text += flips_text("live blocks", r.live_flips);
  }
  text += findings_text(r);
  if (r.deterministic() && r.sound() && !r.facts.deadlock) text += "sound, and deterministic\n";
  return text;
}

std::string verify_json(const std::string& trace, const std::vector<Verified>& all) {
  Json j;
  j["schema"] = "kmemlab.verify/1";
  j["trace"] = trace;
  j["runs"] = Json::array();
  for (const Verified& v : all) j["runs"].push_back(one_json(v));
  return j.dump(2) + "\n";
}

}  // namespace kmemlab::cli
