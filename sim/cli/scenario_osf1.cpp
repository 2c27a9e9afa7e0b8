// Events in the words of OSF/1. As sim/replay/osf1_adapter.h; the pool's thread runs by itself.
#include "core/osf1/types.h"
#include "sim/cli/scenario_malloc.h"

namespace kmemlab::cli {

static_assert(unsigned{osf1::M_TEMP} == unsigned{bsd386::M_TEMP});

Words osf1_words(const sim::CoreSpec& core, const traces::Tables& tables) {
  sim::TypeRules rules = sim::TypeRules::standard();
  scenario::Options options;
  for (const auto& [key, value] : core.options) {
    if (key == "lowat" || key == "highwat") options.emplace_back(key + "_pages", value);
    if (key == "collect") options.emplace_back("collect_pages_max", value);
    if (key == "debug") options.emplace_back("kmem_debug", value == "on" ? "yes" : "no");
    if (key != "types") continue;
    auto read = sim::types_option(value, osf1::M_TEMP);
    if (!read) return Failure<Error>{read.error()};
    rules = std::move(*read);
  }
  return std::unique_ptr<ScenarioWords>(std::make_unique<MallocWords>(rules, tables, std::move(options), "+M_ZERO"));
}

}  // namespace kmemlab::cli
