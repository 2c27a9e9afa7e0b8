// Events in the words of AIX: xmalloc(size, 3, heap), xmfree(ptr, heap). As sim/replay/aix_adapter.h: __GFP_ZERO is the
// owner's own work, and some of the requests go to pinned_heap, chosen by the event's number.
#include "core/base/digest.h"
#include "sim/cli/scenario_words.h"
#include "sim/replay/options.h"

namespace kmemlab::cli {

namespace {

class AixWords final : public ScenarioWords {
 public:
  AixWords(std::uint64_t pinned_permille, scenario::Options options)
      : pinned_permille_(pinned_permille), options_(std::move(options)) {}

  scenario::Options options() const override { return options_; }
  bool is_called(const WordedRequest& r) const override { return !r.interrupt; }
  std::string alloc(const WordedRequest& r) const override {
    return "xmalloc(" + std::to_string(r.event->requested) + ", 3, " + heap(r) + ")";
  }
  std::vector<scenario::Step> owner(const WordedRequest& r) const override {
    if (!r.zero) return {};
    scenario::Step fill;
    fill.kind = scenario::Step::Kind::fill;
    fill.text = r.name, fill.value = "0", fill.size = std::to_string(r.event->requested);
    return {fill};
  }
  std::string free(const WordedRequest& r) const override { return "xmfree(" + r.name + ", " + heap(r) + ")"; }

 private:
  std::string heap(const WordedRequest& r) const {
    const bool pinned = pinned_permille_ != 0 && mix64(r.number) % 1000 < pinned_permille_;
    return pinned ? "pinned_heap" : "kernel_heap";
  }
  std::uint64_t pinned_permille_;
  scenario::Options options_;
};

}  // namespace

Words aix_words(const sim::CoreSpec& core) {
  std::uint64_t pinned = 0;
  scenario::Options options;
  for (const auto& [key, value] : core.options) {
    if (key == "maxpin") options.emplace_back("maxpin_percent", value);
    if (key != "pinned") continue;
    const auto n = sim::number_option("core aix: option pinned", value, 0, 1000);
    if (!n) return Failure<Error>{n.error()};
    pinned = *n;
  }
  return std::unique_ptr<ScenarioWords>(std::make_unique<AixWords>(pinned, std::move(options)));
}

}  // namespace kmemlab::cli
