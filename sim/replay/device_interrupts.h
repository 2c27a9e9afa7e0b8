// Devices beside a replay: their interrupts arrive between any two guest accesses of a call, as planned
// (interrupt_plan.h), on the CPU that makes it. A handler allocates a buffer through the system's own call, without
// sleeping, or frees one that an earlier handler got; a system that forbids calls in interrupts refuses, and the
// violation is counted. A handler fills its buffer and looks at it before the free: damage is somebody else's write.
// Calls of devices are no events: they are booked as completions of the event that was interrupted, without a block id,
// when its call is over. In the order in which they truly took effect: before an allocation that they interrupted
// (whose block nobody had yet), after a free (whose memory they may have got). Pages that come and go meanwhile are
// told in between, so that held bytes never fall below granted ones.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/digest.h"
#include "sim/kernel/kernel.h"
#include "sim/replay/events.h"
#include "sim/replay/interrupt_plan.h"
#include "sim/replay/observer.h"

namespace kmemlab::sim {

template <class Adapter>
class DeviceInterrupts final : public InterruptSource, public PageWatcher {
 public:
  using KernelType = typename Adapter::KernelType;

  explicit DeviceInterrupts(const InterruptPlan& plan) : plan_(plan) {
    for (const InterruptPlan::Point& p : plan.at) add(p.access, p.level);
  }
  /// This copy serves another run from now on, or the same one after it became what another is.
  void rebind(KernelType& kernel, Adapter& adapter) {
    kernel_ = &kernel;
    adapter_ = &adapter;
    kernel.machine().set_interrupt_source(on() ? this : nullptr);
  }

  bool on() const { return plan_.on() || limit_ != 0; }
  /// A call begins: what is to arrive arrives on its CPU.
  void before_call(unsigned cpu, std::uint64_t event) {
    event_ = event;
    if (pending_.empty() && plan_.every != 0) plan_burst();
    if (cpu == cpu_ && !replan_) return;
    cpu_ = cpu;
    replan_ = false;
    Machine& machine = kernel_->machine();
    machine.cancel_interrupts();
    for (PlannedInterrupt p : pending_) {
      p.cpu = cpu;
      machine.plan_interrupt(p);
    }
  }
  /// The run ends with a panic at this access (Machine::accesses()): for runs that may not end, as after a fault.
  void limit_accesses(std::uint64_t access) {
    limit_ = access;
    pending_.push_back({access, 0, level_max, limit_cookie});
    replan_ = true;
    kernel_->machine().set_interrupt_source(this);
  }

  void interrupt(Machine& machine, const PlannedInterrupt& which) override {
    if (which.cookie == limit_cookie) machine.panic("the run does not end: its limit of accesses is reached");
    std::erase_if(pending_, [&](const PlannedInterrupt& p) { return p.cookie == which.cookie; });
    ++facts_.delivered;
    facts_.nested += machine.cpu(machine.current_cpu()).interrupt_depth > 1;
    facts_.delayed += machine.accesses() > which.at_access;
    handle(machine, which.level);
    if (plan_.every != 0 && !any_planned()) plan_burst_now();
  }

  void page_mapped(Addr page) override { told_.push_back({Told::Kind::page_mapped, page, {}, {}, {}, {}}); }
  void page_unmapped(Addr page) override { told_.push_back({Told::Kind::page_unmapped, page, {}, {}, {}, {}}); }

  bool anything_to_tell() const { return !told_.empty(); }
  /// Did a handler get or free a block since the last tell()?
  bool blocks_to_tell() const {
    return std::any_of(told_.begin(), told_.end(), [](const Told& t) {
      return t.kind == Told::Kind::free || (t.kind == Told::Kind::alloc && t.ending == Ending::ok);
    });
  }
  /// Only which pages came and went: where handlers got and freed no block, their place among the calls means nothing.
  void tell_pages(Observer& observer) {
    for (const Told& t : told_) {
      if (t.kind == Told::Kind::page_mapped) observer.page_mapped(t.page);
      if (t.kind == Told::Kind::page_unmapped) observer.page_unmapped(t.page);
    }
    std::erase_if(told_, [](const Told& t) { return t.kind <= Told::Kind::page_unmapped; });
  }
  /// Tells what happened since the last time, as of `tick`. `answers` books calls.
  template <class A>
  void tell(Observer& observer, A& answers, std::uint64_t tick) {
    if (!blocks_to_tell()) tell_pages(observer);  // tables may lie in a page that came after a refused call
    for (Told& t : told_) {
      switch (t.kind) {
        case Told::Kind::page_mapped:
          observer.page_mapped(t.page);
          break;
        case Told::Kind::page_unmapped:
          observer.page_unmapped(t.page);
          break;
        case Told::Kind::alloc:
        case Told::Kind::free:
          t.at.tick = tick;
          answers.device_call_over(t.at, t.block, t.kind == Told::Kind::free, t.ending, t.reason, tick);
          break;
      }
    }
    told_.clear();
  }

  const InterruptFacts& facts() const { return facts_; }
  /// f(block) for each that a device has now.
  template <class F>
  void for_each_block(F f) const {
    for (const Block& block : live_) f(block);
  }
  void digest_into(Digest& d) const {
    if (!plan_.on()) return;
    for (const std::uint64_t v : {facts_.delivered, facts_.allocs, facts_.failed, facts_.frees, facts_.damaged, bursts_,
                                  static_cast<std::uint64_t>(pending_.size())}) {
      d.add(v);
    }
    for (const Block& block : live_) d.add(block.address);
  }

 private:
  struct Told {
    enum class Kind : std::uint8_t { page_mapped, page_unmapped, alloc, free };
    Kind kind;
    Addr page{};
    Block block;
    CallContext at;
    Ending ending = Ending::ok;
    Reason reason = Reason::none;
  };
  static constexpr std::uint64_t limit_cookie = ~std::uint64_t{0};

  void add(std::uint64_t access, Level level) { pending_.push_back({access, 0, level, next_cookie_++}); }
  bool any_planned() const {
    return std::any_of(pending_.begin(), pending_.end(), [](const auto& p) { return p.cookie != limit_cookie; });
  }
  std::uint64_t random(std::uint64_t what) const { return mix64(mix64(plan_.seed ^ 0x64657669636573ULL) + what); }

  /// The next burst, a seeded number of accesses from now.
  void plan_burst() {
    const std::uint64_t first = kernel_->machine().accesses() + 1 + random(2 * ++bursts_) % (2 * plan_.every);
    for (unsigned i = 0; i < plan_.burst; ++i) {
      const unsigned level = std::min<unsigned>(plan_.level + i, InterruptPlan::level_max_of_devices);
      add(first + i, static_cast<Level>(level));
    }
    replan_ = true;
  }
  /// From a handler: the machine is told at once.
  void plan_burst_now() {
    const std::size_t before = pending_.size();
    plan_burst();
    for (std::size_t i = before; i < pending_.size(); ++i) {
      PlannedInterrupt p = pending_[i];
      p.cpu = kernel_->machine().current_cpu();
      kernel_->machine().plan_interrupt(p);
    }
    replan_ = false;
  }

  void handle(Machine& machine, Level level) {
    const std::uint64_t r = random(2 * facts_.delivered + 1);
    CallContext at;
    at.event = event_;
    at.tick = machine.now();
    at.cpu = static_cast<std::uint16_t>(machine.current_cpu());
    at.interrupt = true;
    at.hardirq = level >= static_cast<Level>(Spl::device);
    const bool frees = live_.size() >= plan_.blocks_max || (!live_.empty() && (r & 1) != 0);
    if (!frees) return get(at, 1 + (r >> 8) % (std::uint64_t{1} << (4 + (r >> 1) % 10)));
    if (!live_.empty()) give(at, (r >> 8) % live_.size());
  }

  void get(const CallContext& at, std::uint64_t size) {
    const Request request{size, traces::no_index, traces::no_index, false};
    typename Adapter::Call call{};
    Told told{Told::Kind::alloc, {}, {}, at, Ending::ok, Reason::none};
    told.block.requested = size;
    told.block.birth.event = event_;
    if (!adapter_->prepare(call, request, at)) {
      told.ending = Ending::refused;
    } else {
      kernel_->machine().charge_call();
      const Outcome outcome = adapter_->run(*kernel_, call);
      if (outcome == Outcome::blocked) kernel_->machine().require_process("a call of a device's handler");
      if (outcome != Outcome::done) {
        told.ending = adapter_->is_refusal(call.reason) ? Ending::refused : Ending::failed;
      } else {
        told.block.state = Block::State::live;
        told.block.address = call.address.v;
        told.block.granted = call.granted;
        told.block.tag = adapter_->tag_of(call);
        fill(told.block);
        live_.push_back(told.block);
      }
    }
    told.reason = call.reason;
    ++(told.ending == Ending::ok ? facts_.allocs : told.ending == Ending::failed ? facts_.failed : facts_.refused);
    told_.push_back(told);
  }

  void give(const CallContext& at, std::size_t which) {
    if constexpr (requires(Block b) { adapter_->free(*kernel_, b); }) {
      const Block block = live_[which];
      live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(which));
      facts_.damaged += !untouched(block);
      const auto place = static_cast<std::ptrdiff_t>(told_.size());  // a handler of a higher level may get its memory
      kernel_->machine().charge_call();
      adapter_->free(*kernel_, block);
      ++facts_.frees;
      told_.insert(told_.begin() + place, {Told::Kind::free, {}, block, at, Ending::ok, Reason::none});
    }
  }

  static std::uint8_t stamp_of(const Block& block) {
    return static_cast<std::uint8_t>(mix64(block.address + block.requested));
  }
  void fill(const Block& block) {
    const std::vector<std::uint8_t> bytes(block.requested, stamp_of(block));
    kernel_->machine().poke_bytes(Addr{block.address}, bytes);
  }
  bool untouched(const Block& block) const {
    std::vector<std::uint8_t> bytes(block.requested);
    if (!kernel_->machine().peek_bytes(Addr{block.address}, bytes)) return false;
    return std::all_of(bytes.begin(), bytes.end(), [&](std::uint8_t b) { return b == stamp_of(block); });
  }

  KernelType* kernel_ = nullptr;
  Adapter* adapter_ = nullptr;
  InterruptPlan plan_;
  std::vector<PlannedInterrupt> pending_;  ///< not delivered yet; the limit among them
  std::vector<Block> live_;
  std::vector<Told> told_;
  InterruptFacts facts_;
  std::uint64_t event_ = 0;
  std::uint64_t bursts_ = 0;
  std::uint64_t next_cookie_ = 0;
  std::uint64_t limit_ = 0;
  unsigned cpu_ = ~0U;  ///< where `pending_` is planned
  bool replan_ = true;
};

}  // namespace kmemlab::sim
