// Events in the words of 386BSD. As sim/replay/bsd386_adapter.h.
#include "sim/cli/scenario_malloc.h"

namespace kmemlab::cli {

namespace {

class Bsd386Words final : public MallocWords {
 public:
  using MallocWords::MallocWords;
  bool is_called(const WordedRequest& r) const override { return !(r.interrupt && r.may_sleep); }
};

}  // namespace

Words bsd386_words(const sim::CoreSpec& core, const traces::Tables& tables) {
  sim::TypeRules rules = sim::TypeRules::standard();
  scenario::Options options;
  for (const auto& [key, value] : core.options) {
    if (key == "mode") options.emplace_back(key, value);
    if (key != "types") continue;
    auto read = sim::types_option(value, bsd386::M_TEMP);
    if (!read) return Failure<Error>{read.error()};
    rules = std::move(*read);
  }
  return std::unique_ptr<ScenarioWords>(std::make_unique<Bsd386Words>(rules, tables, std::move(options), "+M_ZERO_IT"));
}

}  // namespace kmemlab::cli
