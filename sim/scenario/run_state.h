// One run of one scenario: a private header of the runner. Making steps is in run_steps.cpp and run_calls.cpp,
// comparing in run_expect.cpp, names and numbers in run_names.cpp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/kernel/kernel.h"
#include "sim/scenario/call_text.h"
#include "sim/scenario/driver.h"
#include "sim/scenario/expression.h"
#include "sim/scenario/runner.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/step_view.h"
#include "sim/scenario/tables.h"

namespace kmemlab::scenario {

/// A call of the scenario, or a thread of the system.
struct Request {
  std::string task;
  std::string text;  ///< the call as it was written
  std::string as;
  std::size_t function = 0;
  std::vector<std::string> stores;  ///< names, one for each `stores` parameter
  std::vector<Argument> arguments;
  std::size_t step = 0;  ///< of the scenario, from 1
  unsigned cpu = 0;
  bool thread = false;
};

/// A call that slept and came to its end.
struct Completed {
  Request request;
  Answer answer;
};

class Run final : public Scope,
                  public sim::InterruptSource,
                  public sim::EntrySource,
                  public sim::PageWatcher,
                  public StepView {
 public:
  Run(const Scenario& scenario, Narrate narrate, const System& system, std::unique_ptr<sim::Kernel> kernel,
      std::unique_ptr<Driver> driver, StepObserver* observer);
  RunResult run();

  // Scope (run_names.cpp)
  Fallible<std::uint64_t> name(const std::string& name) const override;
  Fallible<std::uint64_t> memory(std::uint64_t address, unsigned bytes) const override;
  Fallible<std::uint64_t> frame(std::uint64_t address) const override;
  Fallible<std::uint64_t> cell(const CellPath& path) const override;

  // Interrupts that arrive inside a call; map entries that cost a call (run_steps.cpp)
  void interrupt(sim::Machine& machine, const sim::PlannedInterrupt& which) override;
  bool take() override;
  void give() override {}

  // What somebody who watches sees; pages (run_watch.cpp)
  void page_mapped(Addr page) override;
  void page_unmapped(Addr page) override;
  const sim::Kernel& kernel() const override { return *kernel_; }
  Tables published() const override;
  std::vector<AddrRange> metadata() const override { return driver_->metadata(); }
  const HeldBlocks& blocks() const override { return blocks_; }
  std::vector<SleepingCall> asleep() const override;
  const std::vector<StepEvent>& events() const override { return events_; }
  const std::vector<kmemlab::Step>& did() const override { return all_did_; }
  const std::vector<std::string>& told() const override { return told_; }

 private:
  enum class Place : std::uint8_t { outermost, in_handler };

  // run_steps.cpp, run_calls.cpp
  void boot();
  void make(const std::vector<Step>& steps, Place place);
  void make_one(const Step& step, Place place);
  void narrate_step(const Step& step, std::size_t did_before, Place place);
  void act(const Step& step, Place place);
  void act_in_context(const Step& step, Place place);
  void repeat(const Step& step, Place place);
  void call(const Step& step);
  void plan(const Step& step);
  /// Does `act` with the interrupts of the step's `during` planned; all of them must arrive.
  void with_interrupts(const Step& step, const std::function<void()>& act);
  void refer(const Step& step);
  void poke(const Step& step);
  void wake(const Step& step);
  void run_task(const Step& step);
  void leave(const Step& step);
  void run_ready();
  void resume(Driver::Handle handle);
  void settle(Driver::Handle handle, const Request& request, const Answer& answer);
  std::optional<std::vector<Argument>> arguments(const MatchedCall& call, Request& request);
  bool is_asleep(const std::string& task) const;

  // run_watch.cpp
  void begin_step(std::size_t index);
  void end_step();
  void happened(StepEvent event);
  void note_pause(StepEvent::Kind kind, const Request& request, SleepCause cause);
  void note_end(const Request& request, const Answer& answer);
  Tables tables() const;  ///< what the core publishes, `machine`, `step` and `held`
  void publish_step(Tables& tables) const;
  void teach(const LessonPage& page, std::size_t number);
  void answer(const LessonAsk& ask, std::size_t page);
  std::uint64_t extent_of(std::uint64_t address) const;

  // run_expect.cpp
  void compare_step(const Step& step, const Expect& expect, bool stopped_here, Place place);
  void compare_stop(const Expect& expect, bool stopped_here);
  void compare_answer(const std::string& who, const Request& request, const Answer& answer,
                      const ExpectedAnswer& expected);
  void compare_value(const Expect& expect);
  void compare_console(const Expect& expect);
  void compare_holds(const std::vector<Comparing>& holds);
  void compare_memory(const ExpectedMemory& memory);
  void compare_lists(const Expect& expect);
  void compare_sleepers(const Expect& expect);
  void compare_woken(const Expect& expect);
  void compare_invariants(const Expect& expect);
  std::vector<std::string> did_since(std::size_t from) const;
  void compare_did(const Expect& expect, std::size_t from);
  std::string describe(const Request& request, const Answer& answer) const;
  std::string describe(const Request& request, const ExpectedAnswer& expected) const;
  std::string place_of(Channel channel, SleepCause cause) const;
  void differ(std::uint64_t line, const std::string& what);
  void tell(const std::string& line);

  // run_names.cpp
  std::optional<std::uint64_t> number(const std::string& text, std::uint64_t line);
  void bind(const std::string& name, std::uint64_t value);
  std::string show(std::uint64_t value) const;
  std::string show_address(std::uint64_t value) const;
  std::string show_value(Returns returns, std::uint64_t value) const;
  Returns returns_of(const Request& request) const { return system_.functions()[request.function].returns; }

  const Scenario& scenario_;
  const System& system_;
  Narrate narrate_;
  std::unique_ptr<sim::Kernel> kernel_;
  std::unique_ptr<Driver> driver_;
  RunResult result_;

  std::map<std::string, std::uint64_t> names_;
  std::map<std::string, Constant> constants_;
  std::map<Driver::Handle, Request> requests_;         ///< asleep or woken
  std::vector<Driver::Handle> pending_;                ///< woken, but a step must say when they run
  std::map<std::string, std::vector<sem_id>> inside_;  ///< tasks that hold semaphores until they leave their call
  Driver::Handle next_handle_ = 1000;
  StepObserver* observer_;
  HeldBlocks blocks_;

  // Of the step of the scenario itself that is being made, its rounds and interrupts included (run_watch.cpp).
  struct Counts {
    std::uint64_t done = 0, failed = 0, blocked = 0, woken = 0, mapped = 0, returned_pages = 0;
    std::uint64_t returned = 0, requested = 0, granted = 0;  ///< of the last call that came to its end
    Addr last_returned{};
  };
  std::size_t step_ = 0;
  Counts counts_;
  std::vector<StepEvent> events_;
  std::vector<kmemlab::Step> all_did_;
  std::vector<std::string> told_;

  // Of the step that is being made.
  std::optional<Completed> answered_;                     ///< its own call
  std::vector<Completed> completed_;                      ///< calls of others that came to their end
  std::optional<std::optional<std::uint64_t>> referred_;  ///< what a load or store gave
  std::vector<const During*> during_;                     ///< by the cookie of the planned interrupt
  std::vector<std::string> where_;
  std::uint64_t line_ = 1;
  std::uint64_t console_seen_ = 0;
  std::vector<kmemlab::Step> did_;
  bool stopped_ = false;
  bool given_up_ = false;
};

}  // namespace kmemlab::scenario
