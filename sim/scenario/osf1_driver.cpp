// The driver of osf1: MALLOC and FREE of OSF/1 with the pool's kernel thread. The only file of this room that compiles
// the core. The thread is handle 0; it runs once at boot and whenever it was woken.
#include <set>

#include "core/osf1/osf1.h"
#include "core/osf1/structure.h"
#include "sim/scenario/driver.h"
#include "sim/scenario/malloc_types.h"
#include "sim/scenario/requests.h"

namespace kmemlab::scenario {

namespace {

using namespace osf1;

struct Cast {};  // what a module would have: the guest's pointers have no type here

enum : std::size_t { f_MALLOC, f_FREE, f_malloc, f_free };

/// The module's macros, and the functions behind them. `pc` is the caller's, by default nobody's.
const std::vector<Function>& all_functions() {
  static const std::vector<Function> functions = {
      {"MALLOC",
       Returns::address,
       {{"addr", Takes::stores}, {"cast", Takes::words}, {"size"}, {"type"}, {"flags"}, {"pc"}},
       1,
       Effect::allocates},
      {"FREE", Returns::nothing, {{"addr"}, {"type"}, {"pc"}}, 1, Effect::frees},
      {"malloc", Returns::address, {{"size"}, {"type"}, {"flags"}, {"pc"}}, 1, Effect::allocates},
      {"free", Returns::nothing, {{"addr"}, {"type"}, {"pc"}}, 1, Effect::frees},
  };
  return functions;
}

static_assert(std::size(malloc_type_constants) == M_SEGMENT + 1);

class Osf1Driver final : public Driver {
 public:
  Osf1Driver(sim::Kernel& kernel, const Config& config) : m_(kernel), config_(config) {
    scratch_.resize(m_.arena().bytes >> m_.page_shift());
  }
  Osf1Driver(sim::Kernel& kernel, const Osf1Driver& other)
      : m_(kernel),
        config_(other.config_),
        s_(other.s_),
        thread_(other.thread_),
        requests_(other.requests_),
        macro_(other.macro_),
        scratch_(other.scratch_) {}

  std::vector<Constant> constants() const override {
    std::vector<Constant> all = {{"M_WAITOK", M_WAITOK}, {"M_NOWAIT", M_NOWAIT}, {"M_ZERO", M_ZERO},
                                 {"M_TEMP", M_TEMP},     {"M_KTABLE", M_KTABLE}, {"M_LAST", M_LAST}};
    for (std::size_t i = 0; i < std::size(malloc_type_constants); ++i) {
      all.push_back({std::string(malloc_type_constants[i]), i});
    }
    all.push_back({"kmemusage", s_.kmemusage_base.v});
    return all;
  }
  void boot() override { kmeminit(m_, s_, config_); }
  std::vector<std::string> threads() const override { return {"pool_thread"}; }

  Answer call(Handle handle, std::size_t function, const std::vector<Argument>& a) override {
    const std::size_t at = function == f_MALLOC ? 2 : 0;
    if (function == f_FREE || function == f_free) {
      const auto type = static_cast<unsigned>(a[1].value);
      if (function == f_FREE) {
        FREE(m_, s_, Pointer<Cast>{Addr{a[0].value}}, type, a[2].value);
      } else {
        osf1::free(m_, s_, FreeCall{Addr{a[0].value}, type, a[2].value});
      }
      return {};
    }
    MallocCall c;
    c.size = a[at].value;
    c.type = static_cast<unsigned>(a[at + 1].value);
    c.flags = static_cast<unsigned>(a[at + 2].value);
    c.pc = a[at + 3].value;
    if (function == f_MALLOC) macro_.insert(handle);
    return run(handle, [&](auto f) { return requests_.start(handle, c, f); });
  }
  Answer resume(Handle handle) override {
    if (handle == 0) return run_thread();
    return run(handle, [&](auto f) { return requests_.resume(handle, f); });
  }

  void publish(Tables& tables) const override { osf1::publish(static_cast<const sim::Kernel&>(m_), s_, tables); }
  CheckResult check() override { return osf1::check(static_cast<const sim::Kernel&>(m_), s_, scratch_); }
  std::optional<std::uint64_t> recorded_pages() const override {
    PageCount pages;
    osf1::walk(static_cast<const sim::Kernel&>(m_), s_, pages);
    return pages.count;
  }
  std::uint64_t digest() const override { return osf1::digest(s_); }
  std::unique_ptr<Driver> copy(sim::Kernel& kernel) const override {
    return std::make_unique<Osf1Driver>(kernel, *this);
  }
  std::uint64_t structure_digest() const override {
    Digest d(osf1::structure_digest(s_));
    structure_into(d, thread_);
    if (thread_.phase == PoolThreadCall::Phase::in_kmem) structure_into(d, thread_.kmem);
    requests_.for_each([&](Handle handle, const MallocCall& c) {
      d.add(handle << 1 | macro_.count(handle));
      structure_into(d, c);
      structure_into(d, c.kmem);
    });
    return d.value();
  }
  std::string channel_name(Channel channel) const override {
    return channel == pool_thread_channel ? "pool_thread" : std::string();
  }

 private:
  /// Through the macro or not; the macro's address is what it stored.
  template <class Start>
  Answer run(Handle handle, Start start) {
    if (macro_.count(handle) == 0) return start([&](MallocCall& mine) { return osf1::malloc(m_, s_, mine); });
    Pointer<Cast> addr{Addr{1}};
    Answer answer = start([&](MallocCall& mine) { return MALLOC(m_, s_, addr, mine); });
    if (answer.outcome == Outcome::blocked) return answer;
    answer.value = addr.addr.v;
    answer.stored = {answer.value};
    macro_.erase(handle);
    return answer;
  }
  Answer run_thread() {
    Answer a;
    a.outcome = pool_thread(m_, s_, thread_);
    a.channel = thread_.channel;
    a.cause = thread_.cause;
    return a;
  }

  sim::Kernel& m_;
  Config config_;
  State s_;
  PoolThreadCall thread_;
  Requests<MallocCall> requests_;
  std::set<Handle> macro_;
  std::vector<std::uint32_t> scratch_;
};

Fallible<std::unique_ptr<Driver>> make(sim::Kernel& kernel, const Options& options) {
  Config config;
  for (const auto& [name, value] : options) {
    if (name == "kmem_debug") {
      const auto flag = option_flag(name, value);
      if (!flag) return Failure<Error>{flag.error()};
      config.kmem_debug = *flag;
      continue;
    }
    const auto n = option_number(name, value);
    if (!n) return Failure<Error>{n.error()};
    if (name == "lowat_pages") config.lowat_pages = *n;
    if (name == "highwat_pages") config.highwat_pages = *n;
    if (name == "collect_pages_max") config.collect_pages_max = *n;
  }
  return std::unique_ptr<Driver>(std::make_unique<Osf1Driver>(kernel, config));
}

}  // namespace

System osf1_system() {
  return {"osf1",  {"lowat_pages", "highwat_pages", "collect_pages_max", "kmem_debug"},
          "alpha", all_functions,
          make,    osf1::mark_names};
}

}  // namespace kmemlab::scenario
