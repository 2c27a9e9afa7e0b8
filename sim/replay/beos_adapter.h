// Plays a trace on the BeOS module area_malloc: what each event becomes as a call of that system. Mappings that decide
// results:
//  - pool: one for all, or one for each prefix of the call sites (beos_pools.h); together they have 15/16 of the arena,
//    in equal parts. An area cannot grow, and neither can a pool
//  - lock: B_LAZY_LOCK, where a page gets its frame when it is first touched: the owner of a block touches all that it
//    asked for, right after the call; or B_FULL_LOCK, where all frames are taken when the pool is made
//  - __GFP_ZERO: calloc(pool, 1, size); all other requests: malloc(pool, size)
//  - any call in an interrupt: refused, rule process_only; a block whose free is refused stays allocated, unless
//    frees=defer hands it to a process
//  - whether the request may sleep does not matter: every call may sleep on the pool's semaphore. How many slept that
//    may not is reported
#pragma once

#include <vector>

#include "core/beos/beos.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/published.h"
#include "sim/replay/beos_page_rule.h"
#include "sim/replay/beos_pools.h"
#include "sim/replay/events.h"
#include "sim/replay/options.h"

namespace kmemlab::sim {

struct BeosOptions {
  beos::Config config;
  PoolChoice pools = PoolChoice::one;
  std::uint32_t lock_spec = B_LAZY_LOCK;
  InterruptFrees frees = InterruptFrees::refuse;
};

/// malloc or calloc, and then the owner's first touch of its block. The same on every machine.
struct BeosCall {
  beos::MallocCall malloc;
  beos::CallocCall calloc;
  ResidentCall touch;
  Addr address{};
  std::uint64_t size = 0;
  std::uint64_t granted = 0;
  Reason reason = Reason::none;
  SleepCause cause = SleepCause::none;
  Channel channel{};
  std::uint32_t pool = 0;
  bool zero = false;
  bool touching = false;
};

template <class K = Kernel>
class BeosAdapter {
 public:
  using KernelType = K;
  using Options = BeosOptions;
  using FreeCall = beos::FreeCall;
  using Call = BeosCall;

  BeosAdapter(const BeosOptions& options, const traces::Tables& tables)
      : options_(options), table_(options.pools, tables, beos::pools_max) {}

  void boot(K& kernel) {
    beos::boot(kernel, state_, options_.config);
    if (beos::get_module(kernel, state_) != B_OK) kernel.panic("area_malloc: the module cannot be had");
    const std::uint64_t page = std::uint64_t{1} << kernel.page_shift();
    beos::CreatePoolCall call;
    call.size = round_down(kernel.arena().bytes / 16 * 15 / table_.pools(), page);
    call.lock_spec = options_.lock_spec;
    for (std::uint32_t i = 0; i < table_.pools(); ++i) {
      if (beos::create_pool(kernel, state_, call) != Outcome::done) kernel.panic("area_malloc: no room for the pools");
      pools_.push_back(call.pool);
    }
  }

  bool prepare(Call& call, const Request& request, const CallContext& at) const {
    call.address = null_addr;
    call.granted = 0;
    call.reason = at.interrupt ? Reason::process_only : Reason::none;
    if (at.interrupt) return false;
    call.pool = table_.pool_of(request.call_site);
    call.size = request.size;
    call.zero = request.zero;
    call.touching = false;
    if (request.zero) {
      call.calloc = {};
      call.calloc.pool = pools_[call.pool];
      call.calloc.members = 1;
      call.calloc.size = request.size;
    } else {
      call.malloc = {};
      call.malloc.pool = pools_[call.pool];
      call.malloc.size = request.size;
    }
    return true;
  }

  Outcome run(K& kernel, Call& call) {
    if (!call.touching) {
      const Outcome outcome = call.zero ? answered(call, call.calloc, beos::calloc(kernel, state_, call.calloc))
                                        : answered(call, call.malloc, beos::malloc(kernel, state_, call.malloc));
      if (outcome != Outcome::done || call.zero || call.size == 0 || options_.lock_spec != B_LAZY_LOCK) return outcome;
      call.touching = true;
      call.touch = {};
      call.touch.range = {call.address, call.size};
    }
    const Outcome outcome = kernel.make_resident(call.touch);
    if (outcome == Outcome::blocked) {
      call.channel = call.touch.channel;
      call.cause = call.touch.cause;
    }
    return outcome;
  }
  void prepare_free(FreeCall& call, const Block& block) const {
    call = {};
    call.pool = pools_[block.tag];
    call.ptr = Addr{block.address};
  }
  Outcome run_free(K& kernel, FreeCall& call) {
    const Outcome outcome = beos::free(kernel, state_, call);
    if (outcome == Outcome::failed) kernel.panic("area_malloc: free refused a live block");
    return outcome;
  }
  Reason free_forbidden(const CallContext& at) const { return at.interrupt ? Reason::process_only : Reason::none; }
  bool defers_frees() const { return options_.frees == InterruptFrees::defer; }

  static std::uint32_t tag_of(const Call& call) { return call.pool; }
  /// No page of a pool goes back before the pool is deleted: a free never helps who waits for frames.
  static bool free_helps(SleepCause cause, Channel, std::uint32_t) { return cause != SleepCause::frames; }
  static bool is_refusal(Reason reason) { return reason == Reason::process_only || reason == Reason::bad_argument; }
  std::uint64_t metadata_bytes() const { return beos::metadata_bytes(state_); }
  template <class F>
  void for_each_metadata(F f) const {
    for (const beos::Pool& p : state_.pool) {
      if (p.id) f(AddrRange{p.g.table, std::uint64_t{p.table_pages} << state_.page_shift});
    }
  }

  const beos::State& state() const { return state_; }
  std::uint64_t digest() const { return beos::digest(state_); }
  void publish(const Kernel& kernel, PublishedTables& tables) const { beos::publish(kernel, state_, tables); }
  PageRule page_rule(const Kernel& kernel, Addr page) const { return sim::page_rule(kernel, state_, page); }

 private:
  template <class C>
  static Outcome answered(Call& call, const C& inner, Outcome outcome) {
    call.address = inner.address;
    call.granted = inner.granted;
    call.reason = inner.reason;
    call.cause = inner.cause;
    call.channel = inner.channel;
    return outcome;
  }

  BeosOptions options_;
  PoolTable table_;
  std::vector<beos::PoolId> pools_;
  beos::State state_{};
};

}  // namespace kmemlab::sim
