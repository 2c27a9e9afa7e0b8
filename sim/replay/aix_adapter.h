// Plays a trace on AIX xmalloc and xmfree: what each event becomes as a call of that system. Mappings that decide
// results:
//  - heap: kernel_heap, but pinned_heap for `pinned_permille` of the requests, chosen by a hash of the event's number
//  - align: 3 (double word, as in the example of xmalloc's documentation); fragments are aligned to their size anyhow
//  - __GFP_ZERO: xmalloc promises nothing, so the caller clears what it asked for, inside the call's time
//  - xmalloc and xmfree in an interrupt: refused, rule process_only; a block whose xmfree is refused stays allocated,
//    unless frees=defer hands it to a process
//  - sizes of 0 and over INT_MAX: refused, rules bad_argument and too_big
//  - whether the request may sleep does not matter: xmalloc never sleeps for memory
#pragma once

#include "core/aix/aix.h"
#include "core/base/digest.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/published.h"
#include "sim/replay/aix_page_rule.h"
#include "sim/replay/events.h"
#include "sim/replay/options.h"
#include "traces/meta.h"

namespace kmemlab::sim {

struct AixOptions {
  aix::Config config;
  std::uint64_t pinned_permille = 0;
  InterruptFrees frees = InterruptFrees::refuse;
};

/// A request, and whether the caller clears what it gets. The same on every machine.
struct AixCall : aix::XmallocCall {
  bool zero = false;
};

template <class K = Kernel>
class AixAdapter {
 public:
  using KernelType = K;
  using Options = AixOptions;
  using Call = AixCall;

  AixAdapter(const AixOptions& options, const traces::Tables&) : options_(options) {}

  void boot(K& kernel) { aix::aixinit(kernel, state_, options_.config); }

  bool prepare(Call& call, const Request& request, const CallContext& at) const {
    call.address = null_addr;
    call.granted = 0;
    call.reason = at.interrupt ? Reason::process_only : Reason::none;
    call.size = static_cast<std::int64_t>(request.size);
    call.align = 3;
    call.heap = pinned(at.event) ? state_.pinned_heap : state_.kernel_heap;
    call.zero = request.zero;
    return !at.interrupt;
  }
  Outcome run(K& kernel, Call& call) {
    const Outcome outcome = aix::xmalloc(kernel, state_, call);
    if (call.zero && outcome == Outcome::done) kernel.zero(call.address, static_cast<std::uint64_t>(call.size));
    return outcome;
  }
  void free(K& kernel, const Block& block) {
    const aix::heapaddr_t heap = block.tag != 0 ? state_.pinned_heap : state_.kernel_heap;
    if (aix::xmfree(kernel, state_, Addr{block.address}, heap) != 0) kernel.panic("xmfree refused a live block");
  }
  Reason free_forbidden(const CallContext& at) const { return at.interrupt ? Reason::process_only : Reason::none; }
  bool defers_frees() const { return options_.frees == InterruptFrees::defer; }

  std::uint32_t tag_of(const Call& call) const { return call.heap == state_.pinned_heap ? 1 : 0; }
  static bool is_refusal(Reason reason) {
    return reason == Reason::process_only || reason == Reason::bad_argument || reason == Reason::too_big;
  }
  std::uint64_t metadata_bytes() const { return aix::metadata_bytes(state_); }
  template <class F>
  void for_each_metadata(F f) const {
    f({state_.heap[0].g.front, metadata_bytes()});
  }

  const aix::State& state() const { return state_; }
  std::uint64_t digest() const { return aix::digest(state_); }
  void publish(const Kernel& kernel, PublishedTables& tables) const { aix::publish(kernel, state_, tables); }
  PageRule page_rule(const Kernel& kernel, Addr page) const { return sim::page_rule(kernel, state_, page); }

 private:
  bool pinned(std::uint64_t event) const {
    return options_.pinned_permille != 0 && mix64(event) % 1000 < options_.pinned_permille;
  }

  AixOptions options_;
  aix::State state_{};
};

}  // namespace kmemlab::sim
