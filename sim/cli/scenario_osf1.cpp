// Events in the words of OSF/1: malloc(size, type, flags), free(addr, type). As sim/replay/osf1_adapter.h; the pool's
// thread runs by itself.
#include <iterator>

#include "core/osf1/types.h"
#include "sim/cli/scenario_words.h"
#include "sim/replay/options.h"
#include "sim/scenario/malloc_types.h"

namespace kmemlab::cli {

namespace {

class Osf1Words final : public ScenarioWords {
 public:
  Osf1Words(const sim::TypeRules& rules, const traces::Tables& tables, scenario::Options options)
      : types_(rules, tables), options_(std::move(options)) {}

  scenario::Options options() const override { return options_; }
  bool is_called(const WordedRequest&) const override { return true; }
  std::string alloc(const WordedRequest& r) const override {
    const std::string flags = std::string(r.may_sleep ? "M_WAITOK" : "M_NOWAIT") + (r.zero ? "+M_ZERO" : "");
    return "malloc(" + std::to_string(r.event->requested) + ", " + type(r) + ", " + flags + ")";
  }
  std::string free(const WordedRequest& r) const override { return "free(" + r.name + ", " + type(r) + ")"; }

 private:
  std::string type(const WordedRequest& r) const {
    const unsigned t = types_.type_of(r.event->cache, r.event->call_site);
    if (t < std::size(scenario::malloc_type_constants)) return std::string(scenario::malloc_type_constants[t]);
    return t == osf1::M_TEMP ? "M_TEMP" : std::to_string(t);
  }
  sim::TypeTable types_;
  scenario::Options options_;
};

}  // namespace

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
  return std::unique_ptr<ScenarioWords>(std::make_unique<Osf1Words>(rules, tables, std::move(options)));
}

}  // namespace kmemlab::cli
