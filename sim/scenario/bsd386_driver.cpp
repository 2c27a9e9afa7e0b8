// The driver of bsd386: malloc and free of 386BSD 1.0. The only file of this room that compiles the core.
#include "core/bsd386/bsd386.h"
#include "core/bsd386/structure.h"
#include "sim/scenario/driver.h"
#include "sim/scenario/malloc_types.h"
#include "sim/scenario/requests.h"

namespace kmemlab::scenario {

namespace {

using namespace bsd386;

const std::vector<Function>& all_functions() {
  static const std::vector<Function> functions = {
      {"malloc", Returns::address, {{"size"}, {"type"}, {"flags"}}, 0, Effect::allocates},
      {"free", Returns::nothing, {{"addr"}, {"type"}}, 0, Effect::frees},
  };
  return functions;
}

static_assert(std::size(malloc_type_constants) == M_SEGMENT + 1);

class Bsd386Driver final : public Driver {
 public:
  Bsd386Driver(sim::Kernel& kernel, const Config& config) : m_(kernel), config_(config) {
    scratch_.resize((m_.arena().bytes >> m_.page_shift()) + 1);
  }
  Bsd386Driver(sim::Kernel& kernel, const Bsd386Driver& other)
      : m_(kernel), config_(other.config_), s_(other.s_), requests_(other.requests_), scratch_(other.scratch_) {}

  std::vector<Constant> constants() const override {
    std::vector<Constant> all = {{"M_WAITOK", M_WAITOK},
                                 {"M_NOWAIT", M_NOWAIT},
                                 {"M_ZERO_IT", M_ZERO_IT},
                                 {"M_TEMP", M_TEMP},
                                 {"M_LAST", M_LAST}};
    for (std::size_t i = 0; i < std::size(malloc_type_constants); ++i) {
      all.push_back({std::string(malloc_type_constants[i]), i});
    }
    all.push_back({"kmemusage", s_.kmemusage_base.v});
    return all;
  }
  void boot() override { kmeminit(m_, s_, config_); }

  Answer call(Handle handle, std::size_t function, const std::vector<Argument>& a) override {
    if (function == 1) {
      bsd386::free(m_, s_, Addr{a[0].value}, static_cast<unsigned>(a[1].value));
      return {};
    }
    MallocCall c;
    c.size = a[0].value;
    c.type = static_cast<unsigned>(a[1].value);
    c.flags = static_cast<unsigned>(a[2].value);
    return requests_.start(handle, c, [&](MallocCall& mine) { return bsd386::malloc(m_, s_, mine); });
  }
  Answer resume(Handle handle) override {
    return requests_.resume(handle, [&](MallocCall& mine) { return bsd386::malloc(m_, s_, mine); });
  }

  void publish(Tables& tables) const override {
    bsd386::publish(static_cast<const sim::Kernel&>(m_), s_, tables);
    tables.table("refused", {{"toobig", ""}});
    tables.row("", {s_.toobig});
  }
  CheckResult check() override { return bsd386::check(static_cast<const sim::Kernel&>(m_), s_, scratch_); }
  std::optional<std::uint64_t> recorded_pages() const override {
    PageCount pages;
    bsd386::walk(static_cast<const sim::Kernel&>(m_), s_, pages);
    return pages.count;
  }
  std::uint64_t digest() const override { return bsd386::digest(s_); }
  std::unique_ptr<Driver> copy(sim::Kernel& kernel) const override {
    return std::make_unique<Bsd386Driver>(kernel, *this);
  }
  std::uint64_t structure_digest() const override {
    Digest d(bsd386::structure_digest(s_));
    requests_.for_each([&](Handle handle, const MallocCall& c) {
      d.add(handle);
      structure_into(d, c);
      structure_into(d, c.kmem);
    });
    return d.value();
  }
  std::string channel_name(Channel channel) const override {
    for (unsigned t = 0; t <= M_LAST; ++t) {
      if (State::type_channel(t) == channel) return std::string(type_names[t]);
    }
    return {};
  }

 private:
  sim::Kernel& m_;
  Config config_;
  State s_;
  Requests<MallocCall> requests_;
  std::vector<std::uint32_t> scratch_;
};

Fallible<std::unique_ptr<Driver>> make(sim::Kernel& kernel, const Options& options) {
  Config config;
  for (const auto& [name, value] : options) {
    if (name == "mode") {
      if (value != "documented" && value != "faithful") {
        return fail("option mode is '" + value + "'", "expected documented or faithful");
      }
      config.mode = value == "faithful" ? Mode::faithful : Mode::documented;
      continue;
    }
    const auto n = option_number(name, value);
    if (!n) return Failure<Error>{n.error()};
    (name == "limit_tenths" ? config.limit_tenths : config.highwater_pages) = static_cast<unsigned>(*n);
  }
  return std::unique_ptr<Driver>(std::make_unique<Bsd386Driver>(kernel, config));
}

}  // namespace

System bsd386_system() {
  return {"bsd386", {"mode", "limit_tenths", "highwater_pages"}, "i386", all_functions, make, bsd386::mark_names};
}

}  // namespace kmemlab::scenario
