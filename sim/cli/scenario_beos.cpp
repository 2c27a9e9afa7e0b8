// Events in the words of BeOS: malloc(pool, size) or calloc(pool, 1, size), free(pool, ptr), and the owner's first
// touch of a lazily locked block. As sim/replay/beos_adapter.h. Calls that overlapped are made one after the other.
#include "core/base/ints.h"
#include "core/beos/types.h"
#include "sim/cli/scenario_words.h"
#include "sim/replay/beos_pools.h"
#include "sim/scenario/write.h"

namespace kmemlab::cli {

namespace {

class BeosWords final : public ScenarioWords {
 public:
  BeosWords(sim::PoolChoice choice, bool lazy, const traces::Tables& tables, std::uint64_t arena, std::uint64_t page)
      : pools_(choice, tables, beos::pools_max), lazy_(lazy) {
    pool_bytes_ = round_down(arena / 16 * 15 / pools_.pools(), page);
  }

  std::vector<scenario::Step> boot() const override {
    std::vector<scenario::Step> steps{scenario::call_step("get_module(B_AREA_MALLOC_MODULE_NAME)")};
    for (std::uint32_t i = 0; i < pools_.pools(); ++i) {
      steps.push_back(scenario::call_step("create_pool(B_ANY_KERNEL_ADDRESS, " + std::to_string(pool_bytes_) + ", " +
                                              (lazy_ ? "B_LAZY_LOCK" : "B_FULL_LOCK") + ", B_READ_AREA+B_WRITE_AREA)",
                                          "pool" + std::to_string(i)));
    }
    return steps;
  }
  bool is_called(const WordedRequest& r) const override { return !r.interrupt; }
  std::string alloc(const WordedRequest& r) const override {
    return (r.zero ? "calloc(" + pool(r) + ", 1, " : "malloc(" + pool(r) + ", ") + std::to_string(r.event->requested) +
           ")";
  }
  std::vector<scenario::Step> owner(const WordedRequest& r) const override {
    if (!lazy_ || r.zero || r.event->requested == 0) return {};
    return {scenario::call_step("make_resident(" + r.name + ", " + std::to_string(r.event->requested) + ")")};
  }
  std::string free(const WordedRequest& r) const override { return "free(" + pool(r) + ", " + r.name + ")"; }

 private:
  std::string pool(const WordedRequest& r) const { return "pool" + std::to_string(pools_.pool_of(r.event->call_site)); }
  sim::PoolTable pools_;
  bool lazy_;
  std::uint64_t pool_bytes_ = 0;
};

}  // namespace

Words beos_words(const sim::CoreSpec& core, const traces::Tables& tables, std::uint64_t arena_bytes,
                 std::uint64_t page_bytes) {
  sim::PoolChoice choice = sim::PoolChoice::one;
  bool lazy = true;
  for (const auto& [key, value] : core.options) {
    if (key == "pools" && value == "prefix") choice = sim::PoolChoice::prefix;
    if (key == "lock") lazy = value == "lazy";
  }
  return std::unique_ptr<ScenarioWords>(std::make_unique<BeosWords>(choice, lazy, tables, arena_bytes, page_bytes));
}

Words scenario_words(const sim::CoreSpec& core, const traces::Tables& tables, std::uint64_t arena_bytes,
                     std::uint64_t page_bytes) {
  if (core.name == "bsd386") return bsd386_words(core, tables);
  if (core.name == "osf1") return osf1_words(core, tables);
  if (core.name == "aix") return aix_words(core);
  if (core.name == "beos") return beos_words(core, tables, arena_bytes, page_bytes);
  return fail("no scenario can be written for core '" + core.name + "'");
}

}  // namespace kmemlab::cli
