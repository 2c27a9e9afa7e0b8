// A session of one system: the kernel, the adapter and the player (Replayer or SmpReplayer) of a run in one piece that
// can be copied.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/digest.h"
#include "sim/replay/core_check.h"
#include "sim/replay/session.h"
#include "sim/replay/stopped_graph.h"
#include "sim/replay/trace_feed.h"
#include "sim/replay/wait_graph_of.h"

namespace kmemlab::sim {

template <class Adapter, class Player>
class SessionOf final : public Session {
 public:
  using KernelType = typename Adapter::KernelType;

  template <class Options>
  SessionOf(KernelType kernel, const Options& options, const std::shared_ptr<const traces::KmtView>& trace,
            const ReplayPolicy& policy)
      : kernel_(std::move(kernel)),
        adapter_(options, trace->tables()),
        player_(kernel_, adapter_, *trace, policy),
        feed_(trace, policy.window, columns_for(policy)),
        stopped_graph_(std::make_shared<StoppedGraph>()) {
    player_.look_ahead(std::make_shared<Lookahead>(trace));
  }
  SessionOf(const SessionOf& other)
      : kernel_(other.kernel_),
        adapter_(other.adapter_),
        player_(other.player_),
        feed_(other.feed_),
        stopped_graph_(other.stopped_graph_),
        booted_(other.booted_) {
    player_.rebind(kernel_, adapter_);
    kernel_.set_page_watcher(nullptr);
    kernel_.set_steps(nullptr);
    kernel_.set_faults(nullptr);
  }
  SessionOf& operator=(const SessionOf&) = delete;
  ~SessionOf() override = default;

  std::uint64_t next_event() const override { return feed_.next(); }
  bool booted() const override { return booted_; }
  std::uint64_t tick() const override { return player_.now(); }
  const std::string& stopped() const override { return player_.stopped(); }

  Fallible<void> play(std::uint64_t to, Observer& observer, const ReplayProgress& progress) override {
    if (!stopped().empty()) return {};
    player_.watch(observer);
    const bool steps = observer.wants_steps();
    if (steps) kernel_.set_steps(&steps_);
    const auto tell = [&](std::uint64_t done) {
      if (progress) progress(done);
    };
    const auto edge = [&](WindowEdge which, std::uint64_t event, std::uint64_t tick) {
      player_.edge(which, event, tick);
      if (which == WindowEdge::closes) observer.on_books_closed(*this);
    };
    const auto plain = [&](const traces::EventBlock& b, std::uint32_t i) {
      play_one(b, i);
      return player_.stopped().empty();
    };
    const auto stepwise = [&](const traces::EventBlock& b, std::uint32_t i) {
      play_one(b, i);
      tell_steps(b.first_event + i, observer);
      return !observer.enough() && player_.stopped().empty();
    };
    Fallible<void> played;
    try {
      if (!booted_) boot(observer);
      const std::uint64_t end = std::min(to, feed_.trace().events());
      played = steps ? feed_.play(end, stepwise, edge, tell) : feed_.play(end, plain, edge, tell);
    } catch (const MachineTrap&) {
      player_.trapped();
      if (steps) tell_steps(feed_.next() - (feed_.next() != 0), observer);
    } catch (const StepLimit&) {
      if (steps) tell_steps(feed_.next() - 1, observer);
    }
    leave();
    return played;
  }

  Fallible<void> play_into(std::uint64_t steps, Observer& observer) override {
    kernel_.set_step_limit(steps);
    auto played = play(next_event() + 1, observer, {});
    kernel_.set_step_limit(Kernel::no_step_limit);
    if (stopped().empty()) player_.halt("looked at inside event " + std::to_string(next_event() - 1));
    return played;
  }

  RunFacts finish(Observer& observer) override {
    player_.watch(observer);
    const bool steps = observer.wants_steps();
    if (steps) kernel_.set_steps(&steps_);
    if (stopped().empty()) {
      try {
        player_.run_out();
      } catch (const MachineTrap&) {
        player_.trapped();
      }
      if (steps) tell_steps(feed_.trace().events(), observer);
    }
    const bool broke = !stopped().empty() && player_.stopped_at() == WaitGraph::nowhere;
    const std::shared_ptr<const WaitGraph> graph = broke ? nullptr : wait_graph();
    player_.leave_deadlock();
    RunFacts facts = player_.end(feed_.trace().facts().last_tick);
    if (graph != nullptr && !graph->empty()) facts.wait_graph = *graph;
    observer.on_books_closed(*this);
    leave();
    return facts;
  }

  std::unique_ptr<Session> copy() const override { return std::make_unique<SessionOf>(*this); }
  void become(const Session& other) override {
    const auto& from = static_cast<const SessionOf&>(other);
    kernel_ = from.kernel_;
    adapter_ = from.adapter_;
    player_ = from.player_;
    feed_.go_to(from.feed_.next());
    feed_.set_window(from.feed_.window());
    booted_ = from.booted_;
    player_.rebind(kernel_, adapter_);
    kernel_.set_faults(nullptr);
    leave();
  }
  std::size_t bytes_not_shared(const Session& other) const override {
    const auto& with = static_cast<const SessionOf&>(other);
    return sizeof *this + kernel_.machine().bytes_not_shared(with.kernel_.machine()) +
           player_.bytes_not_shared(with.player_);
  }

  const Kernel& kernel() const override { return kernel_; }
  void publish(PublishedTables& tables) const override {
    if (booted_) adapter_.publish(kernel_, tables);
  }
  PageRule page_rule(Addr page) const override {
    page = page - page.v % kernel_.machine().page_bytes();
    const bool held = booted_ && kernel_.arena().contains(page) && kernel_.machine().lookup(page).has_value();
    return held ? adapter_.page_rule(kernel_, page) : PageRule{};
  }
  std::uint64_t metadata_bytes() const override { return adapter_.metadata_bytes(); }
  void for_each_metadata(const std::function<void(AddrRange)>& f) const override {
    if constexpr (HasMetadata<Adapter>) adapter_.for_each_metadata(f);
  }
  void for_each_block(const std::function<void(const HeldBlock&)>& f) const override {
    player_.for_each_block([&](const Block& b, Holding holding) {
      f({b.id, Addr{b.address}, b.requested, b.granted, holding, b.birth.event, b.birth.call_site, b.birth.task});
    });
  }
  void for_each_waiting(const std::function<void(const Waiting&)>& f) const override { player_.for_each_waiting(f); }
  std::shared_ptr<const WaitGraph> wait_graph() const override {
    const auto make = [&] { return wait_graph_of(player_, adapter_, kernel_, feed_.trace().tables()); };
    if (player_.stopped_at() == WaitGraph::nowhere) return std::make_shared<const WaitGraph>(make());
    return stopped_graph_->of({player_.stopped_at(), player_.now(), player_.outcomes_digest()}, make);
  }
  std::uint64_t digest() override {
    Digest d{feed_.next()};
    for (const std::uint64_t v : {player_.outcomes_digest(), player_.now(), adapter_.digest(), kernel_.digest()})
      d.add(v);
    player_.digest_into(d);
    return d.value();
  }
  CheckResult check() const override {
    std::vector<std::uint32_t> scratch;
    return booted_ ? core_check(kernel_, adapter_, scratch) : CheckResult{};
  }
  /// Who sleeps for what a fault took away is woken from outside (end_shortage): such a run is never found stuck.
  void set_faults(FaultInjector* faults) override {
    kernel_.set_faults(faults);
    if (faults != nullptr) player_.look_ahead(nullptr);
  }
  void end_shortage() override {
    kernel_.wakeup(Kernel::map_channel);
    kernel_.wakeup(Kernel::frames_channel);
  }
  bool poke(Addr to, std::span<const std::uint8_t> bytes) override { return kernel_.machine().poke_bytes(to, bytes); }
  void limit_accesses(std::uint64_t accesses) override { player_.limit_accesses(accesses); }
  void set_window(const MetricsWindow& window) override { feed_.set_window(window); }
  bool free_now(std::uint64_t id, Observer& observer) override {
    bool freed = false;
    if (booted_) guarded(observer, [&] { freed = player_.free_now(id), player_.look_again(); });
    return freed;
  }
  void settle(Observer& observer) override {
    if (booted_) guarded(observer, [&] { player_.run_out(); });
  }

 private:
  template <class F>
  void guarded(Observer& observer, F f) {
    if (!stopped().empty()) return;
    player_.watch(observer);
    try {
      f();
    } catch (const MachineTrap&) {
      player_.trapped();
    }
    leave();
  }
  void play_one(const traces::EventBlock& b, std::uint32_t i) {
    player_.play(b, i);
    if (player_.stalls()) [[unlikely]]
      player_.stop_if_stuck(b.first_event + i);
  }
  void boot(Observer& observer) {
    booted_ = true;
    player_.boot();
    steps_.clear();  // the boot's
    observer.on_booted();
  }
  void tell_steps(std::uint64_t event, Observer& observer) {
    observer.on_event_over(event, steps_);
    steps_.clear();
  }
  void leave() {
    kernel_.set_page_watcher(nullptr);
    kernel_.set_steps(nullptr);
    steps_.clear();
  }

  KernelType kernel_;
  Adapter adapter_;
  Player player_;
  TraceFeed feed_;
  std::shared_ptr<StoppedGraph> stopped_graph_;  ///< of all copies
  std::vector<Step> steps_;
  bool booted_ = false;
};

}  // namespace kmemlab::sim
