// The machines that core tests run on: the simulated one and the host, made alike, so that one test body runs on both.
#pragma once

#include <memory>
#include <string>

#include "core/machine/host/host_machine.h"
#include "sim/kernel/kernel.h"

namespace kmemlab::test {

struct Shape {
  const char* profile = "i386";
  std::uint64_t arena_bytes = std::uint64_t{4} << 20;
  std::uint64_t ram_bytes = std::uint64_t{8} << 20;
};

/// What a test needs of either machine beyond the concepts.
class OnSim {
 public:
  static constexpr const char* name = "simulated";
  explicit OnSim(const Shape& shape)
      : kernel_(sim::Kernel::create(*sim::find_profile(shape.profile), options(shape)).value()) {}
  sim::Kernel& machine() { return kernel_; }
  const sim::Kernel& machine() const { return kernel_; }
  Addr base() const { return kernel_.arena().base; }
  /// Runs f as an interrupt handler would run.
  template <class F>
  void in_interrupt(F f) {
    const auto before = kernel_.machine().enter_interrupt(1);
    f();
    kernel_.machine().leave_interrupt(before);
  }
  std::uint64_t pages_held() const {
    return (kernel_.arena().bytes >> kernel_.page_shift()) - kernel_.map().free_pages();
  }
  void poke16(Addr a, std::uint16_t v) { kernel_.machine().poke<std::uint16_t>(a, v); }
  void poke32(Addr a, std::uint32_t v) { kernel_.machine().poke<std::uint32_t>(a, v); }
  /// Whether somebody called wakeup(channel) since the last question.
  bool was_woken(Channel channel) {
    bool woken = false;
    for (const sim::Sleeper& s : kernel_.take_ready()) woken |= s.channel == channel;
    return woken;
  }
  void park(Channel channel) { kernel_.sleep({1, channel, SleepCause::none, 0}); }
  std::uint64_t console_lines() const { return kernel_.machine().console().count(); }
  std::string console_line(std::size_t n) const { return kernel_.machine().console().lines().at(n).text; }
  /// The message of the trap that f ends in; empty if it ends in none.
  template <class F>
  std::string trap(F f) {
    try {
      f();
    } catch (const sim::MachineTrap&) {
      return kernel_.machine().stopped()->message;
    }
    return {};
  }

 private:
  static sim::KernelOptions options(const Shape& shape) {
    sim::KernelOptions o;
    o.arena_bytes = shape.arena_bytes;
    o.ram_bytes = shape.ram_bytes;
    return o;
  }
  sim::Kernel kernel_;
};

class OnHost {
 public:
  static constexpr const char* name = "host";
  explicit OnHost(const Shape& shape) : machine_(std::make_unique<host::HostMachine>(host_shape(shape))) {}
  host::HostMachine& machine() { return *machine_; }
  const host::HostMachine& machine() const { return *machine_; }
  Addr base() const { return machine_->arena().base; }
  template <class F>
  void in_interrupt(F f) {
    machine_->set_interrupt(true);
    f();
    machine_->set_interrupt(false);
  }
  std::uint64_t pages_held() const {
    std::uint64_t n = 0;
    const AddrRange arena = machine_->arena();
    for (Addr a = arena.base; a < arena.end(); a = a + (std::uint64_t{1} << machine_->page_shift()))
      n += machine_->mapped(a);
    return n;
  }
  void poke16(Addr a, std::uint16_t v) { machine_->store<std::uint16_t>(a, v); }
  void poke32(Addr a, std::uint32_t v) { machine_->store<std::uint32_t>(a, v); }
  bool was_woken(Channel channel) {
    bool woken = false;
    for (const Channel c : machine_->take_wakeups()) woken |= c == channel;
    return woken;
  }
  void park(Channel) {}
  std::uint64_t console_lines() const { return machine_->console_lines().size(); }
  std::string console_line(std::size_t n) const { return machine_->console_lines().at(n); }
  template <class F>
  std::string trap(F f) {
    try {
      f();
    } catch (const host::HostTrap& t) {
      return t.message;
    }
    return {};
  }

  static host::HostShape host_shape(const Shape& shape) {
    const sim::Profile& p = *sim::find_profile(shape.profile);
    host::HostShape h;
    h.page_shift = p.page_shift;
    h.word_bytes = p.word_bytes;
    h.big_endian = p.big_endian;
    h.arena = {p.arena_base, shape.arena_bytes};
    h.boot = {p.static_base, std::uint64_t{16} << 20};
    h.private_region = sim::private_region_of(p);
    h.frames = shape.ram_bytes >> p.page_shift;
    return h;
  }

 private:
  std::unique_ptr<host::HostMachine> machine_;
};

}  // namespace kmemlab::test
