// kmemlab cores, kmemlab machines: what there is.
#include <fmt/format.h>

#include "sim/cli/arguments.h"
#include "sim/cli/render.h"
#include "sim/cli/verbs.h"
#include "sim/machine/profile.h"
#include "sim/replay/core_spec.h"

namespace kmemlab::cli {

namespace {

/// Handles --help and stray arguments; a value is the exit code.
std::optional<int> list_only(const VerbSpec& spec, const Arguments& arguments) {
  auto parsed = parse(spec, arguments);
  if (!parsed) return usage_error(parsed.error(), spec);
  if (!parsed->has("help")) return std::nullopt;
  fmt::print("{}", help_text(spec));
  return exit_fine;
}

}  // namespace

int verb_cores(const Arguments& arguments) {
  static const VerbSpec spec{"kmemlab cores", "Lists the allocators and their options.", "kmemlab cores", {}, 0, 0};
  if (const auto code = list_only(spec, arguments)) return *code;
  for (const sim::CoreInfo& core : sim::all_cores()) {
    fmt::print("{:<10} {}\n", core.name, core.title);
    for (const sim::CoreOption& o : core.options)
      fmt::print("{:<10} {}={}\n{:<14} {}\n", "", o.name, o.values, "", o.meaning);
  }
  return exit_fine;
}

int verb_machines(const Arguments& arguments) {
  static const VerbSpec spec{"kmemlab machines",
                             "Lists the machine profiles with their cost tables (ticks of 1 ns, ours).",
                             "kmemlab machines",
                             {},
                             0,
                             0};
  if (const auto code = list_only(spec, arguments)) return *code;
  TextTable table({"machine", "page", "word", "order", "table", "TLB", "arena base", "load", "miss", "map"});
  for (const sim::Profile& p : sim::all_profiles()) {
    std::string levels;
    for (const unsigned bits : p.levels) levels += (levels.empty() ? "" : "+") + std::to_string(bits);
    table.row({p.name, size_text(p.page_bytes()), std::to_string(p.word_bytes * 8), p.big_endian ? "big" : "little",
               levels, fmt::format("{}x{}", p.tlb_entries / p.tlb_ways, p.tlb_ways),
               fmt::format("{:x}", p.arena_base.v), std::to_string(p.costs.load), std::to_string(p.costs.tlb_miss),
               std::to_string(p.costs.map_page)});
  }
  fmt::print("{}\ntable: index bits per level; TLB: sets x ways; load, miss, map: ticks\n\n", table.text());
  for (const sim::Profile& p : sim::all_profiles()) fmt::print("{:<8} {}\n", p.name, p.note);
  return exit_fine;
}

}  // namespace kmemlab::cli
