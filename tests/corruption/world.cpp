// Calls by their text, stores, and what a machine that stops says.
#include "tests/corruption/world.h"

#include <cstdio>
#include <cstdlib>
#include <set>

#include "sim/scenario/call_text.h"
#include "sim/scenario/expression.h"

namespace kmemlab::corruption {

namespace {

using scenario::Answer;
using scenario::Argument;

/// Names of the matrix and the constants of the system; memory is not asked for.
class Names final : public scenario::Scope {
 public:
  Names(const std::map<std::string, std::uint64_t>& names, const scenario::Driver& driver) : names_(names) {
    for (const scenario::Constant& c : driver.constants()) constants_[c.name] = c.value;
  }
  Fallible<std::uint64_t> name(const std::string& name) const override {
    if (const auto n = names_.find(name); n != names_.end()) return n->second;
    if (const auto c = constants_.find(name); c != constants_.end()) return c->second;
    return fail("there is no name '" + name + "'", "");
  }
  Fallible<std::uint64_t> memory(std::uint64_t, unsigned) const override { return fail("no memory here", ""); }
  Fallible<std::uint64_t> frame(std::uint64_t) const override { return fail("no frames here", ""); }
  Fallible<std::uint64_t> cell(const scenario::CellPath&) const override { return fail("no tables here", ""); }

 private:
  const std::map<std::string, std::uint64_t>& names_;
  std::map<std::string, std::uint64_t> constants_;
};

/// The table of columns is ours: an error in it is a bug of this program.
template <class T>
T must(Fallible<T> value) {
  if (value) return std::move(*value);
  std::fprintf(stderr, "corruption: %s\n", value.error().text().c_str());
  std::abort();
}

std::string refusal_of(scenario::Returns returns, const Answer& answer) {
  if (returns == scenario::Returns::address && answer.outcome == Outcome::failed) {
    return std::string("null: ") + name_of(answer.reason);
  }
  if (returns == scenario::Returns::status && answer.value == ~std::uint64_t{0}) return "-1";
  return {};
}

}  // namespace

World::World(const Column& column) : column_(column) {
  for (const scenario::System& s : scenario::all_systems()) {
    if (s.name == column.system) system_ = &s;
  }
  sim::KernelOptions options;
  options.arena_bytes = std::uint64_t{4} << 20;
  options.ram_bytes = std::uint64_t{8} << 20;
  kernel_ = std::make_unique<sim::Kernel>(
      must(sim::Kernel::create(*sim::find_profile(std::string(system_->profile)), options)));
  driver_ = must(system_->make(*kernel_, column.options));
  driver_->boot();
  for (std::size_t i = 0; i < driver_->threads().size(); ++i) {
    const Answer a = driver_->resume(i);
    kernel_->sleep({i, a.channel, a.cause, 0});
  }
  names_["base"] = kernel_->arena().base.v;
  names_["end"] = kernel_->arena().end().v;
  names_["page"] = page_bytes();
  for (const auto& [name, text] : column.boot) names_[name] = call(text).address;
}

std::uint64_t World::name(const std::string& text) const {
  return must(scenario::evaluate(text, Names(names_, *driver_)));
}

template <class F>
Came World::guarded(F f) {
  Came came;
  if (stopped()) {
    came.made = false;
    return came;
  }
  try {
    kernel_->begin_call(0, kernel_->machine().now(), sim::CallEnvironment::process);
    f(came);
    kernel_->end_call();
    run_threads();
  } catch (const sim::MachineTrap&) {
    const sim::GuestFault& fault = *kernel_->machine().stopped();
    const bool panic = fault.kind == sim::FaultKind::panic;
    came.stop = panic ? "panic: " + fault.message : std::string("fault: ") + name_of(fault.kind);
  }
  const auto& lines = kernel_->machine().console().lines();
  if (came.stop.empty() && came.refusal.empty() && console_seen_ < lines.size())
    came.refusal = "console: " + lines[console_seen_].text;
  console_seen_ = lines.size();
  return came;
}

void World::run_threads() {
  for (const sim::Sleeper& s : kernel_->take_ready()) {
    const Answer a = driver_->resume(s.who);
    kernel_->sleep({s.who, a.channel, a.cause, 0});
  }
}

Came World::call(const std::string& text) {
  const scenario::MatchedCall matched = must(scenario::match_call(text, system_->functions()));
  const scenario::Function& function = system_->functions()[matched.function];
  std::vector<Argument> arguments;
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    Argument a;
    a.words = matched.arguments[i];
    if (function.parameters[i].takes == scenario::Takes::number) a.value = name(matched.arguments[i]);
    arguments.push_back(a);
  }
  return guarded([&](Came& came) {
    const Answer answer = driver_->call(1000, matched.function, arguments);
    came.refusal = refusal_of(function.returns, answer);
    came.address = answer.value;
    came.granted = answer.granted.value_or(0);
  });
}

Came World::allocate(const std::string& text) {
  return call(text);
}

Came World::release(std::string text, std::uint64_t address) {
  text.replace(text.find("P"), 1, std::to_string(address));
  return call(text);
}

Came World::store(std::uint64_t address, std::uint8_t value) {
  return guarded([&](Came&) { kernel_->store<std::uint8_t>(Addr{address}, value); });
}

Came World::fill(std::uint64_t address, std::uint64_t bytes, std::uint8_t value) {
  const std::uint64_t step = address % 4 == 0 ? 4 : 1;
  return guarded([&](Came&) {
    for (std::uint64_t at = 0; at + step <= bytes; at += step) {
      if (step == 4) kernel_->store<std::uint32_t>(Addr{address + at}, value * 0x01010101U);
      if (step == 1) kernel_->store<std::uint8_t>(Addr{address + at}, value);
    }
  });
}

unsigned World::broken_invariant() {
  return driver_->check().invariant;
}

std::uint64_t World::pages_held() const {
  return (kernel_->arena().bytes >> kernel_->page_shift()) - kernel_->map().free_pages();
}

std::size_t World::listed() const {
  scenario::Tables tables;
  driver_->publish(tables);
  const std::vector<std::uint64_t> list = tables.list_of("kb_next");
  return std::set<std::uint64_t>(list.begin(), list.end()).size();
}

unsigned World::wrong_counts() const {
  scenario::Tables tables;
  driver_->publish(tables);
  const sim::PublishedTable* stats = tables.find("kmemstats");
  unsigned wrong = 0;
  if (stats == nullptr) return wrong;
  const std::size_t inuse = stats->column("inuse");
  const std::size_t memuse = stats->column("memuse");
  for (const auto& row : stats->rows) wrong += row.values[inuse] != 0 || row.values[memuse] != 0;
  return wrong;
}

}  // namespace kmemlab::corruption
