// Plays a trace on 386BSD malloc: what each event becomes as a call of that system. Mappings that decide results:
//  - type: by TypeRules (type_rules.h) from cache name and call site
//  - flags: M_NOWAIT exactly when the trace's request may not sleep
//  - a request that may sleep, in an interrupt: refused, rule wait_in_interrupt (malloc(9) reserves interrupt level for
//    M_NOWAIT); the core is not called
//  - over 64 KB in documented mode: refused, rule too_big
//  - M_ZERO_IT exactly when the trace's request has __GFP_ZERO
#pragma once

#include <string>
#include <utility>

#include "core/bsd386/bsd386.h"
#include "sim/kernel/kernel.h"
#include "sim/kernel/published.h"
#include "sim/replay/bsd386_page_rule.h"
#include "sim/replay/events.h"
#include "sim/replay/type_rules.h"

namespace kmemlab::sim {

struct Bsd386Options {
  bsd386::Config config;
  TypeRules types = TypeRules::standard();
};

template <class K = Kernel>
class Bsd386Adapter {
 public:
  using KernelType = K;
  using Call = bsd386::MallocCall;
  static constexpr const char* core_name = "bsd386";

  Bsd386Adapter(const Bsd386Options& options, const traces::Tables& tables)
      : config_(options.config), types_(options.types, tables) {}

  void boot(K& kernel) { bsd386::kmeminit(kernel, state_, config_); }

  /// Makes the call a new one; false if a rule of the system forbids it (call.reason says which). Only `kmem` is left
  /// as it was: the core sets it when it needs it.
  bool prepare(Call& call, const Request& request, const CallContext& at) const {
    call.size = request.size;
    call.type = types_.type_of(request.cache, request.call_site);
    call.address = null_addr;
    call.granted = 0;
    call.phase = Call::Phase::start;
    call.reason = Reason::none;
    call.flags = (at.may_sleep ? bsd386::M_WAITOK : bsd386::M_NOWAIT) | (request.zero ? bsd386::M_ZERO_IT : 0U);
    if (at.interrupt && at.may_sleep) {
      call.reason = Reason::wait_in_interrupt;
      return false;
    }
    return true;
  }
  Outcome run(K& kernel, Call& call) { return bsd386::malloc(kernel, state_, call); }
  void free(K& kernel, const Block& block) { bsd386::free(kernel, state_, Addr{block.address}, block.tag); }

  static std::uint32_t tag_of(const Call& call) { return call.type; }
  /// A type's limit gives way to blocks of that type only.
  static bool free_helps(SleepCause cause, Channel channel, std::uint32_t tag) {
    return cause != SleepCause::type_limit || channel == bsd386::State::type_channel(tag);
  }
  static std::string channel_name(Channel channel) {
    const std::uint64_t type = channel.v - bsd386::State::type_channel(0).v;
    if (type >= bsd386::type_names.size()) return {};
    return "type " + (bsd386::type_names[type].empty() ? std::to_string(type) : std::string(bsd386::type_names[type]));
  }
  /// A null that the documents prescribe, as against one for want of memory.
  static bool is_refusal(Reason reason) { return reason == Reason::too_big; }
  std::uint64_t metadata_bytes() const { return 0; }  // kmemusage lies outside the arena

  const bsd386::State& state() const { return state_; }
  std::uint64_t digest() const { return bsd386::digest(state_); }
  void publish(const Kernel& kernel, PublishedTables& tables) const { bsd386::publish(kernel, state_, tables); }
  PageRule page_rule(const Kernel& kernel, Addr page) const { return sim::page_rule(kernel, state_, page); }

 private:
  bsd386::Config config_;
  TypeTable types_;
  bsd386::State state_{};
};

}  // namespace kmemlab::sim
