// Plays a trace on OSF/1 MALLOC(9r): what each event becomes as a call of that system. Mappings that decide results:
//  - type: by TypeRules, as for bsd386: the numbers of the types are the same
//  - flags: M_NOWAIT exactly when the trace's request may not sleep; M_ZERO exactly with __GFP_ZERO
//  - M_WAITOK in an interrupt, and more than 16 KiB without M_WAITOK: refused by the system itself (console line, null)
//  - the pool's kernel thread runs once after boot and whenever it was signalled, before the next arrival
#pragma once

#include <utility>

#include "core/osf1/osf1.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/published.h"
#include "sim/replay/background.h"
#include "sim/replay/events.h"
#include "sim/replay/osf1_page_rule.h"
#include "sim/replay/type_rules.h"

namespace kmemlab::sim {

struct Osf1Options {
  osf1::Config config;
  TypeRules types = TypeRules::standard();
};

template <class K = Kernel>
class Osf1Adapter {
 public:
  using KernelType = K;
  using Call = osf1::MallocCall;
  using Options = Osf1Options;

  Osf1Adapter(const Osf1Options& options, const traces::Tables& tables)
      : config_(options.config), types_(options.types, tables) {}

  void boot(K& kernel) { osf1::kmeminit(kernel, state_, config_); }

  /// Makes the call a new one. Always true: this system answers forbidden calls itself.
  bool prepare(Call& call, const Request& request, const CallContext& at) const {
    call.size = request.size;
    call.type = types_.type_of(request.cache, request.call_site);
    call.flags = (at.may_sleep ? osf1::M_WAITOK : osf1::M_NOWAIT) | (request.zero ? osf1::M_ZERO : 0U);
    call.address = null_addr;
    call.granted = 0;
    call.phase = Call::Phase::start;
    call.reason = Reason::none;
    return true;
  }
  Outcome run(K& kernel, Call& call) { return osf1::malloc(kernel, state_, call); }
  void free(K& kernel, const Block& block) { osf1::free(kernel, state_, {Addr{block.address}, block.tag, 0}); }
  ThreadWait run_thread(K& kernel) {
    osf1::pool_thread(kernel, state_, thread_);
    return {thread_.channel, thread_.cause};
  }

  static std::uint32_t tag_of(const Call& call) { return call.type; }
  static bool is_refusal(Reason reason) { return reason == Reason::wait_in_interrupt || reason == Reason::too_big; }
  std::uint64_t metadata_bytes() const { return 0; }  // kmemusage lies outside the arena

  const osf1::State& state() const { return state_; }
  std::uint64_t digest() const { return osf1::digest(state_); }
  void publish(const Kernel& kernel, PublishedTables& tables) const { osf1::publish(kernel, state_, tables); }
  PageRule page_rule(const Kernel& kernel, Addr page) const { return sim::page_rule(kernel, state_, page); }

 private:
  osf1::Config config_;
  TypeTable types_;
  osf1::State state_{};
  osf1::PoolThreadCall thread_{};
};

}  // namespace kmemlab::sim
