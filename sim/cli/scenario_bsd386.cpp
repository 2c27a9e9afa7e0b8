// Events in the words of 386BSD: malloc(size, type, flags), free(addr, type). As sim/replay/bsd386_adapter.h.
#include <iterator>

#include "core/bsd386/types.h"
#include "sim/cli/scenario_words.h"
#include "sim/replay/options.h"
#include "sim/scenario/malloc_types.h"

namespace kmemlab::cli {

namespace {

class Bsd386Words final : public ScenarioWords {
 public:
  Bsd386Words(const sim::TypeRules& rules, const traces::Tables& tables, scenario::Options options)
      : types_(rules, tables), options_(std::move(options)) {}

  scenario::Options options() const override { return options_; }
  bool is_called(const WordedRequest& r) const override { return !(r.interrupt && r.may_sleep); }
  std::string alloc(const WordedRequest& r) const override {
    const std::string flags = std::string(r.may_sleep ? "M_WAITOK" : "M_NOWAIT") + (r.zero ? "+M_ZERO_IT" : "");
    return "malloc(" + std::to_string(r.event->requested) + ", " + type(r) + ", " + flags + ")";
  }
  std::string free(const WordedRequest& r) const override { return "free(" + r.name + ", " + type(r) + ")"; }

 private:
  std::string type(const WordedRequest& r) const {
    const unsigned t = types_.type_of(r.event->cache, r.event->call_site);
    if (t < std::size(scenario::malloc_type_constants)) return std::string(scenario::malloc_type_constants[t]);
    return t == bsd386::M_TEMP ? "M_TEMP" : std::to_string(t);
  }
  sim::TypeTable types_;
  scenario::Options options_;
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
  return std::unique_ptr<ScenarioWords>(std::make_unique<Bsd386Words>(rules, tables, std::move(options)));
}

}  // namespace kmemlab::cli
