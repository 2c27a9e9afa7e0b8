// What the words of 386BSD and OSF/1 share: malloc(size, type, flags) and free(addr, type), with the same types.
#pragma once

#include <iterator>
#include <string>
#include <utility>

#include "core/bsd386/types.h"
#include "sim/cli/scenario_words.h"
#include "sim/replay/options.h"
#include "sim/scenario/malloc_types.h"

namespace kmemlab::cli {

class MallocWords : public ScenarioWords {
 public:
  /// `zero_flag` as it is added: "+M_ZERO".
  MallocWords(const sim::TypeRules& rules, const traces::Tables& tables, scenario::Options options,
              std::string zero_flag)
      : types_(rules, tables), options_(std::move(options)), zero_flag_(std::move(zero_flag)) {}

  scenario::Options options() const override { return options_; }
  bool is_called(const WordedRequest&) const override { return true; }
  std::string alloc(const WordedRequest& r) const override {
    const std::string flags = (r.may_sleep ? "M_WAITOK" : "M_NOWAIT") + (r.zero ? zero_flag_ : std::string());
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
  std::string zero_flag_;
};

}  // namespace kmemlab::cli
