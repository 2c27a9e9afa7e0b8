// The systems of the digest probe: how each makes the calls that mixture.h wishes for. Contracts: mixture.h.
#pragma once

#include <cstdio>
#include <utility>
#include <vector>

#include "core/aix/aix.h"
#include "core/beos/beos.h"
#include "core/bsd386/bsd386.h"
#include "core/osf1/osf1.h"
#include "tests/probe/mixture.h"

namespace kmemlab::probe {

/// What calls of all systems have in common.
template <class C>
struct CommonCall {
  static constexpr bool frees_may_sleep = false;
  static constexpr bool has_thread = false;
  static Reason reason(const C& c) { return c.reason; }
  static SleepCause cause(const C& c) { return c.cause; }
  static Channel channel(const C& c) { return c.channel; }
  static bool is_free(const C&) { return false; }
  void print_more() const {}
};

struct Bsd386 : CommonCall<bsd386::MallocCall> {
  using Call = bsd386::MallocCall;
  using Config = bsd386::Config;

  void boot(sim::Kernel& k, const Config& config) { bsd386::kmeminit(k, state, config); }
  void make(Call& c, const Wish& w) const {
    constexpr unsigned types[] = {bsd386::M_MBUF, bsd386::M_TEMP, bsd386::M_VNODE, bsd386::M_TEMP};
    c.size = w.size;
    c.type = types[w.pick];
    c.flags = (w.no_wait ? bsd386::M_NOWAIT : bsd386::M_WAITOK) | (w.zero ? bsd386::M_ZERO_IT : 0U);
  }
  Outcome run(sim::Kernel& k, Call& c) { return bsd386::malloc(k, state, c); }
  void use(sim::Kernel& k, const Call& c) { k.store<std::uint16_t>(c.address, static_cast<std::uint16_t>(c.size)); }
  static LiveBlock block_of(const Call& c) { return {c.address, c.type}; }
  bool release(sim::Kernel& k, const LiveBlock& b) {
    bsd386::free(k, state, b.address, b.tag);
    return true;
  }
  CheckResult check(const sim::Kernel& k) const {
    std::vector<std::uint32_t> scratch(state.arena.bytes >> state.page_shift);
    return bsd386::check(k, state, scratch);
  }
  std::uint64_t digest() const { return bsd386::digest(state); }

  bsd386::State state;
};

struct Osf1 : CommonCall<osf1::MallocCall> {
  using Call = osf1::MallocCall;
  using Config = osf1::Config;
  static constexpr bool has_thread = true;

  void boot(sim::Kernel& k, const Config& config) { osf1::kmeminit(k, state, config); }
  void make(Call& c, const Wish& w) const {
    constexpr unsigned types[] = {osf1::M_MBUF, osf1::M_DEVBUF, osf1::M_KTABLE, osf1::M_TEMP};
    c.size = w.size;
    c.type = types[w.pick];
    c.flags = (w.no_wait ? osf1::M_NOWAIT : osf1::M_WAITOK) | (w.zero ? osf1::M_ZERO : 0U);
    c.pc = 0x1000 + w.size;
  }
  Outcome run(sim::Kernel& k, Call& c) { return osf1::malloc(k, state, c); }
  void use(sim::Kernel& k, const Call& c) { k.store<std::uint16_t>(c.address, static_cast<std::uint16_t>(c.size)); }
  static LiveBlock block_of(const Call& c) { return {c.address, c.type}; }
  bool release(sim::Kernel& k, const LiveBlock& b) {
    osf1::free(k, state, {b.address, b.tag, b.address.v >> 4});
    return true;
  }
  std::pair<Channel, SleepCause> run_thread(sim::Kernel& k) {
    osf1::pool_thread(k, state, thread);
    return {thread.channel, thread.cause};
  }
  CheckResult check(const sim::Kernel& k) const {
    std::vector<std::uint32_t> scratch(state.arena.bytes >> state.page_shift);
    return osf1::check(k, state, scratch);
  }
  std::uint64_t digest() const { return osf1::digest(state); }
  void print_more() const {
    std::printf("  thread: signals %llu runs %llu refilled %llu collected %llu; too big %llu in interrupt %llu\n",
                number(state.signals), number(state.wakeups), number(state.refilled), number(state.collected),
                number(state.toobig), number(state.ctx_errors));
  }

  osf1::State state;
  osf1::PoolThreadCall thread;
};

struct Aix : CommonCall<aix::XmallocCall> {
  using Call = aix::XmallocCall;
  using Config = aix::Config;

  void boot(sim::Kernel& k, const Config& config) { aix::aixinit(k, state, config); }
  void make(Call& c, const Wish& w) const {
    c.size = static_cast<std::int64_t>(w.size);
    c.align = static_cast<int>(w.pick) * 3;
    c.heap = w.pick == 0 ? state.pinned_heap : state.kernel_heap;
  }
  Outcome run(sim::Kernel& k, Call& c) { return aix::xmalloc(k, state, c); }
  void use(sim::Kernel& k, const Call& c) { k.store<std::uint16_t>(c.address, static_cast<std::uint16_t>(c.size)); }
  static LiveBlock block_of(const Call& c) { return {c.address, static_cast<unsigned>(c.align)}; }
  bool release(sim::Kernel& k, const LiveBlock& b) {
    return aix::xmfree(k, state, b.address, b.tag == 0 ? state.pinned_heap : state.kernel_heap) == 0;
  }
  CheckResult check(const sim::Kernel& k) const { return aix::check(k, state); }
  std::uint64_t digest() const { return aix::digest(state); }
  void print_more() const {
    std::printf("  xmalloc failed %llu xmfree failed %llu in interrupt %llu pinned %llu of %llu\n",
                number(state.xmalloc_failed), number(state.xmfree_failed), number(state.violations),
                number(state.pinned_pages), number(state.pin_limit));
  }

  aix::State state;
};

/// malloc and calloc of one pool; a free is a request too. What a call released is released a call later, as
/// on a machine whose calls overlap.
struct Beos {
  struct Call {
    enum class Kind : std::uint8_t { malloc, calloc, free };
    Kind kind = Kind::malloc;
    beos::MallocCall malloc;
    beos::CallocCall calloc;
    beos::FreeCall free;
    const beos::Call& any() const {
      if (kind == Kind::calloc) return calloc;
      return kind == Kind::malloc ? static_cast<const beos::Call&>(malloc) : free;
    }
  };
  struct Config {
    std::uint32_t lock_spec = B_LAZY_LOCK;
  };
  static constexpr bool frees_may_sleep = true;
  static constexpr bool has_thread = false;

  void boot(sim::Kernel& k, const Config& config) {
    beos::boot(k, state, {});
    beos::get_module(k, state);
    beos::CreatePoolCall create;
    create.size = k.arena().bytes / 2;
    create.lock_spec = config.lock_spec;
    beos::create_pool(k, state, create);
    pool = create.pool;
    k.defer_releases(true);
  }
  void make(Call& c, const Wish& w) const {
    c.kind = w.zero ? Call::Kind::calloc : Call::Kind::malloc;
    c.malloc.pool = c.calloc.pool = pool;
    c.malloc.size = w.size;
    c.calloc.members = w.pick + 1;
    c.calloc.size = w.size / (w.pick + 1);
  }
  void make_free(Call& c, const LiveBlock& b) const {
    c.kind = Call::Kind::free;
    c.free.pool = pool;
    c.free.ptr = b.address;
  }
  Outcome run(sim::Kernel& k, Call& c) {
    if (c.kind == Call::Kind::calloc) return beos::calloc(k, state, c.calloc);
    return c.kind == Call::Kind::malloc ? beos::malloc(k, state, c.malloc) : beos::free(k, state, c.free);
  }
  void finish_releases(sim::Kernel& k) const {
    for (const sem_id sem : k.take_releases()) k.finish_release(sem);
  }
  void use(sim::Kernel& k, const Call& c) const {
    const LiveBlock b = block_of(c);
    if (k.accessible(b.address)) k.store<std::uint16_t>(b.address, static_cast<std::uint16_t>(b.address.v >> 4));
  }
  static Reason reason(const Call& c) { return c.any().reason; }
  static SleepCause cause(const Call& c) { return c.any().cause; }
  static Channel channel(const Call& c) { return c.any().channel; }
  static bool is_free(const Call& c) { return c.kind == Call::Kind::free; }
  static LiveBlock block_of(const Call& c) {
    if (c.kind == Call::Kind::calloc) return {c.calloc.address, 0};
    return {c.kind == Call::Kind::malloc ? c.malloc.address : c.free.ptr, 0};
  }
  CheckResult check(const sim::Kernel& k) const { return beos::check(k, state); }
  std::uint64_t digest() const { return beos::digest(state); }
  void print_more() const {
    std::printf("  semaphore sleeps %llu frame sleeps %llu in interrupt %llu free errors %llu\n", number(state.sleeps),
                number(state.frame_sleeps), number(state.violations), number(state.free_errors));
  }

  beos::State state;
  beos::PoolId pool{};
};

}  // namespace kmemlab::probe
