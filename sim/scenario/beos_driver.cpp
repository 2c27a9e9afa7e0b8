// The driver of beos: the module generic/area_malloc/v1. The only file of this room that compiles the core. Beside
// the module's functions there is what surrounds them: areas and semaphores of others (create_area, delete_area,
// create_sem), and asking for a range of memory before touching it (make_resident), as who uses a lazily locked pool
// must.
#include <map>
#include <variant>

#include "core/beos/beos.h"
#include "core/beos/structure.h"
#include "sim/scenario/driver.h"

namespace kmemlab::scenario {

namespace {

using namespace beos;

enum : std::size_t {
  f_get_module,
  f_put_module,
  f_create_pool,
  f_delete_pool,
  f_malloc,
  f_calloc,
  f_realloc,
  f_free,
  f_create_area,
  f_delete_area,
  f_make_resident,
  f_create_sem
};

const std::vector<Function>& all_functions() {
  static const std::vector<Function> functions = {
      {"get_module", Returns::status, {{"name", Takes::words}}},
      {"put_module", Returns::status, {{"name", Takes::words}}, 0, Effect::ends},
      {"create_pool", Returns::number, {{"addressSpec"}, {"size"}, {"lockSpec"}, {"protection"}}},
      {"delete_pool", Returns::status, {{"poolID"}}, 0, Effect::ends},
      {"malloc", Returns::address, {{"poolID"}, {"size"}}, 0, Effect::allocates},
      {"calloc", Returns::address, {{"poolID"}, {"numMembers"}, {"size"}}, 0, Effect::allocates},
      {"realloc", Returns::address, {{"poolID"}, {"ptr"}, {"size"}}, 0, Effect::resizes},
      {"free", Returns::nothing, {{"poolID"}, {"ptr"}}, 0, Effect::frees},
      {"create_area", Returns::status, {{"size"}, {"lock"}, {"protection"}}},
      {"delete_area", Returns::status, {{"area"}}},
      {"make_resident", Returns::nothing, {{"addr"}, {"size"}}},
      {"create_sem", Returns::status, {{"count"}}},
  };
  return functions;
}

std::uint64_t status(status_t value) {
  return static_cast<std::uint64_t>(std::int64_t{value});
}

using AnyCall =
    std::variant<CreatePoolCall, DeletePoolCall, MallocCall, CallocCall, ReallocCall, FreeCall, ResidentCall>;

class BeosDriver final : public Driver {
 public:
  BeosDriver(sim::Kernel& kernel, const Config& config) : m_(kernel), config_(config) {}
  BeosDriver(sim::Kernel& kernel, const BeosDriver& other)
      : m_(kernel), config_(other.config_), s_(other.s_), asleep_(other.asleep_) {}

  std::vector<Constant> constants() const override {
    std::vector<Constant> all = {{"B_ANY_ADDRESS", B_ANY_ADDRESS},
                                 {"B_EXACT_ADDRESS", B_EXACT_ADDRESS},
                                 {"B_BASE_ADDRESS", B_BASE_ADDRESS},
                                 {"B_CLONE_ADDRESS", B_CLONE_ADDRESS},
                                 {"B_NO_LOCK", B_NO_LOCK},
                                 {"B_LAZY_LOCK", B_LAZY_LOCK},
                                 {"B_FULL_LOCK", B_FULL_LOCK},
                                 {"B_CONTIGUOUS", B_CONTIGUOUS},
                                 {"B_LOMEM", B_LOMEM},
                                 {"B_READ_AREA", B_READ_AREA},
                                 {"B_WRITE_AREA", B_WRITE_AREA},
                                 {"B_ANY_KERNEL_ADDRESS", B_ANY_KERNEL_ADDRESS}};
    const auto add = [&](const char* name, status_t value) { all.push_back({name, status(value), true}); };
    add("B_OK", B_OK);
    add("B_ERROR", B_ERROR);
    add("B_NO_MEMORY", B_NO_MEMORY);
    add("B_BAD_VALUE", B_BAD_VALUE);
    add("B_NO_MORE_SEMS", B_NO_MORE_SEMS);
    add("B_ENTRY_NOT_FOUND", B_ENTRY_NOT_FOUND);
    add("B_NAME_NOT_FOUND", B_NAME_NOT_FOUND);
    return all;
  }
  void boot() override { beos::boot(m_, s_, config_); }

  Answer call(Handle handle, std::size_t function, const std::vector<Argument>& a) override {
    switch (function) {
      case f_get_module:
        return plain(get_module(m_, s_, module_name(a[0])));
      case f_put_module:
        return plain(put_module(m_, s_, module_name(a[0])));
      case f_create_area: {
        Addr address{};
        return plain(m_.create_area("somebody's", address, B_ANY_KERNEL_ADDRESS, a[0].value, small(a[1]), small(a[2])));
      }
      case f_delete_area:
        return plain(m_.delete_area(static_cast<area_id>(a[0].value)));
      case f_create_sem:
        return plain(m_.create_sem(static_cast<std::int32_t>(a[0].value), "somebody's"));
      default:
        return run(handle, request(function, a));
    }
  }
  Answer resume(Handle handle) override {
    AnyCall call = asleep_.at(handle);
    asleep_.erase(handle);
    return run(handle, std::move(call));
  }

  void publish(Tables& tables) const override {
    beos::publish(static_cast<const sim::Kernel&>(m_), s_, tables);
    tables.table("module", {{"users", ""}, {"areas", ""}});
    tables.row("", {m_.modules().users(B_AREA_MALLOC_MODULE_NAME), m_.areas().live()});
  }
  std::vector<AddrRange> metadata() const override {
    std::vector<AddrRange> all;
    for (const Pool& p : s_.pool) {
      if (p.id) all.push_back({p.g.table, std::uint64_t{p.table_pages} << s_.page_shift});
    }
    return all;
  }
  CheckResult check() override { return beos::check(static_cast<const sim::Kernel&>(m_), s_); }
  std::uint64_t digest() const override { return beos::digest(s_); }
  std::unique_ptr<Driver> copy(sim::Kernel& kernel) const override {
    return std::make_unique<BeosDriver>(kernel, *this);
  }
  std::uint64_t structure_digest() const override {
    Digest d(beos::structure_digest(s_));
    for (const auto& [handle, any] : asleep_) {
      d.add(handle);
      d.add(any.index());
      std::visit([&](const auto& call) { structure_of(d, call); }, any);
    }
    return d.value();
  }
  std::string channel_name(Channel channel) const override {
    for (const SemTable::Sem& sem : m_.sems().sems()) {
      const bool same =
          channel.v >> 56 == 0xbe && (channel.v >> 25 & 0x7fff'ffff) == static_cast<std::uint64_t>(sem.id);
      if (sem.id != 0 && same) return std::string(sem.name.data());
    }
    return {};
  }

 private:
  static std::uint32_t small(const Argument& a) { return static_cast<std::uint32_t>(a.value); }
  static std::string_view module_name(const Argument& a) {
    if (a.null) return {};
    return a.words == "B_AREA_MALLOC_MODULE_NAME" ? B_AREA_MALLOC_MODULE_NAME : std::string_view(a.words);
  }
  static Answer plain(status_t value) {
    Answer answer;
    answer.value = status(value);
    return answer;
  }

  static AnyCall request(std::size_t function, const std::vector<Argument>& a) {
    const auto of_pool = [&](auto call) {
      call.pool = PoolId{a[0].value};
      return call;
    };
    if (function == f_create_pool) {
      CreatePoolCall c;
      c.address_spec = small(a[0]);
      c.size = a[1].value;
      c.lock_spec = small(a[2]);
      c.protection = small(a[3]);
      return c;
    }
    if (function == f_delete_pool) return of_pool(DeletePoolCall{});
    if (function == f_malloc) {
      auto c = of_pool(MallocCall{});
      c.size = a[1].value;
      return c;
    }
    if (function == f_calloc) {
      auto c = of_pool(CallocCall{});
      c.members = a[1].value;
      c.size = a[2].value;
      return c;
    }
    if (function == f_realloc) {
      auto c = of_pool(ReallocCall{});
      c.ptr = Addr{a[1].value};
      c.size = a[2].value;
      return c;
    }
    if (function == f_free) {
      auto c = of_pool(FreeCall{});
      c.ptr = Addr{a[1].value};
      return c;
    }
    ResidentCall c;
    c.range = {Addr{a[0].value}, a[1].value};
    return c;
  }

  template <class AnyOfPool>
  void structure_of(Digest& d, const AnyOfPool& call) const {
    structure_into(d, static_cast<const Call&>(call));
    if (call.phase == Phase::in_queue) d.add(m_.sems().place_of(call.sem, call.ticket));
    structure_into(d, s_, call);
  }
  void structure_of(Digest& d, const ResidentCall& call) const { structure_into(d, call); }

  Outcome run_core(CreatePoolCall& c) { return create_pool(m_, s_, c); }
  Outcome run_core(DeletePoolCall& c) { return delete_pool(m_, s_, c); }
  Outcome run_core(MallocCall& c) { return beos::malloc(m_, s_, c); }
  Outcome run_core(CallocCall& c) { return beos::calloc(m_, s_, c); }
  Outcome run_core(ReallocCall& c) { return beos::realloc(m_, s_, c); }
  Outcome run_core(FreeCall& c) { return beos::free(m_, s_, c); }
  Outcome run_core(ResidentCall& c) { return m_.make_resident(c); }

  static void result(const CreatePoolCall& c, Answer& a) { a.value = c.pool.v; }
  static void result(const DeletePoolCall& c, Answer& a) {
    a.value = status(c.status);
    a.outcome = Outcome::done;  // B_ERROR is an answer
  }
  static void result(const FreeCall&, Answer&) {}
  static void result(const ResidentCall&, Answer&) {}
  template <class Block>
  static void result(const Block& c, Answer& a) {
    if (a.outcome == Outcome::failed) return;
    a.value = c.address.v;
    a.granted = c.granted;
  }

  Answer run(Handle handle, AnyCall any) {
    Answer answer;
    std::visit(
        [&](auto& call) {
          answer.outcome = run_core(call);
          answer.reason = call.reason;
          if (answer.outcome == Outcome::blocked) {
            answer.channel = call.channel;
            answer.cause = call.cause;
            asleep_[handle] = call;
          } else {
            result(call, answer);
          }
        },
        any);
    return answer;
  }

  sim::Kernel& m_;
  Config config_;
  State s_;
  std::map<Handle, AnyCall> asleep_;
};

Fallible<std::unique_ptr<Driver>> make(sim::Kernel& kernel, const Options& options) {
  Config config;
  for (const auto& [name, value] : options) {
    const auto flag = option_flag(name, value);
    if (!flag) return Failure<Error>{flag.error()};
    config.strict = *flag ? Strict::yes : Strict::no;
  }
  return std::unique_ptr<Driver>(std::make_unique<BeosDriver>(kernel, config));
}

}  // namespace

System beos_system() {
  return {"beos", {"strict"}, "i386", all_functions, make, beos::mark_names};
}

}  // namespace kmemlab::scenario
