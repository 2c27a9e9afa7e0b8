// Semaphores (core/machine/semaphores.h) and the module registry (core/machine/modules.h), on both machines.
#include "tests/catch.h"
#include "tests/core/machines.h"

namespace kmemlab::test {
namespace {

const Shape small{"i386", std::uint64_t{64} << 12, std::uint64_t{32} << 12};

static_assert(HasSemaphores<sim::Kernel> && HasSemaphores<host::HostMachine>);
static_assert(HasModules<sim::Kernel> && HasModules<host::HostMachine>);

/// A waiter that the simulated kernel has parked, so that its wake-up can be seen.
template <class On>
SemReply wait_for(On& on, sem_id id) {
  const SemReply reply = on.machine().acquire_sem(id);
  REQUIRE(reply.status == SemStatus::wait);
  on.park(reply.channel);
  return reply;
}

}  // namespace

TEMPLATE_TEST_CASE("semaphores: the count goes down, and below 0 counts those who wait", "[semaphores]", OnSim,
                   OnHost) {
  TestType on(small);
  auto& m = on.machine();
  const sem_id id = m.create_sem(2, "two");
  REQUIRE(id > 0);
  CHECK(m.get_sem_count(id) == 2);
  CHECK(m.acquire_sem(id).status == SemStatus::taken);
  CHECK(m.acquire_sem(id).status == SemStatus::taken);
  CHECK(m.get_sem_count(id) == 0);
  wait_for(on, id);
  wait_for(on, id);
  CHECK(m.get_sem_count(id) == -2);
  CHECK(m.release_sem(id) == B_OK);
  CHECK(m.get_sem_count(id) == -1);
  CHECK(m.release_sem(id) == B_OK);
  CHECK(m.release_sem(id) == B_OK);
  CHECK(m.get_sem_count(id) == 1);
  CHECK(m.acquire_sem(id).status == SemStatus::taken);
  CHECK(m.create_sem(-1, "no") == B_BAD_VALUE);
}

TEMPLATE_TEST_CASE("semaphores: one release, one waiter, the first; and nobody overtakes", "[semaphores]", OnSim,
                   OnHost) {
  TestType on(small);
  auto& m = on.machine();
  const sem_id id = m.create_sem(1, "lock");
  const sem_id other = m.create_sem(0, "other");
  CHECK(m.acquire_sem(id).status == SemStatus::taken);
  const SemReply first = wait_for(on, id);
  const SemReply second = wait_for(on, id);
  const SemReply elsewhere = wait_for(on, other);
  CHECK(first.channel != second.channel);
  CHECK(first.channel != elsewhere.channel);
  CHECK(m.resume_sem(id, first.ticket).status == SemStatus::wait);
  CHECK(m.resume_sem(id, first.ticket).channel == first.channel);
  m.release_sem(id);
  CHECK(on.was_woken(first.channel));
  CHECK(m.resume_sem(id, first.ticket).status == SemStatus::taken);
  CHECK(m.resume_sem(id, second.ticket).status == SemStatus::wait);
  CHECK(m.acquire_sem(id).status == SemStatus::wait);
  m.release_sem(id);
  CHECK(on.was_woken(second.channel));
  CHECK(m.resume_sem(id, second.ticket).status == SemStatus::taken);
  CHECK(m.resume_sem(other, elsewhere.ticket).status == SemStatus::wait);
}

TEMPLATE_TEST_CASE("semaphores: deleting one wakes all, who find it gone", "[semaphores]", OnSim, OnHost) {
  TestType on(small);
  auto& m = on.machine();
  const sem_id id = m.create_sem(0, "gone");
  const SemReply first = wait_for(on, id);
  m.release_sem(id);
  CHECK(on.was_woken(first.channel));
  const SemReply second = wait_for(on, id);
  CHECK(m.delete_sem(id) == B_OK);
  CHECK(on.was_woken(second.channel));
  CHECK(m.resume_sem(id, second.ticket).status == SemStatus::no_sem);
  CHECK(m.acquire_sem(id).status == SemStatus::no_sem);
  CHECK(m.release_sem(id) == B_BAD_SEM_ID);
  CHECK(m.delete_sem(id) == B_BAD_SEM_ID);
  CHECK_FALSE(m.get_sem_count(id));
  for (const sem_id bad : {0, -1, 1, 64}) CHECK(m.acquire_sem(bad).status == SemStatus::no_sem);
  const sem_id next = m.create_sem(0, "next");  // takes the place, under another number
  CHECK(next != id);
  CHECK(m.resume_sem(id, second.ticket).status == SemStatus::no_sem);
}

TEMPLATE_TEST_CASE("semaphores: as many as the table holds", "[semaphores]", OnSim, OnHost) {
  TestType on(small);
  std::vector<sem_id> ids;
  for (unsigned n = 0; n < sems_max; ++n) ids.push_back(on.machine().create_sem(0, "one of many"));
  CHECK(on.machine().create_sem(0, "one too many") == B_NO_MORE_SEMS);
  std::sort(ids.begin(), ids.end());
  CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
  CHECK(ids.front() > 0);
}

TEMPLATE_TEST_CASE("semaphores: deferred releases", "[semaphores]", OnSim, OnHost) {
  TestType on(small);
  auto& m = on.machine();
  const sem_id id = m.create_sem(1, "lock");
  const sem_id gone = m.create_sem(1, "gone");
  m.defer_releases(true);
  m.acquire_sem(id);
  m.acquire_sem(gone);
  CHECK(m.release_sem(id) == B_OK);
  CHECK(m.release_sem(gone) == B_OK);
  CHECK(m.release_sem(12345) == B_BAD_SEM_ID);
  CHECK(m.get_sem_count(id) == 0);  // still held
  const SemReply waiter = wait_for(on, id);
  m.delete_sem(gone);
  CHECK(m.take_releases() == std::vector<sem_id>{id, gone, 12345});
  CHECK(m.take_releases().empty());
  CHECK_FALSE(on.was_woken(waiter.channel));
  on.park(waiter.channel);
  CHECK(m.finish_release(id) == B_OK);
  CHECK(on.was_woken(waiter.channel));
  CHECK(m.finish_release(gone) == B_BAD_SEM_ID);
  m.defer_releases(false);
  CHECK(m.release_sem(id) == B_OK);
  CHECK(m.get_sem_count(id) == 1);
  CHECK(m.take_releases().empty());
}

TEMPLATE_TEST_CASE("semaphores: an interrupt may not wait", "[semaphores]", OnSim, OnHost) {
  TestType on(small);
  const sem_id id = on.machine().create_sem(0, "never");
  CHECK(on.trap([&] { on.in_interrupt([&] { on.machine().acquire_sem(id); }); }) ==
        std::string(std::is_same_v<TestType, OnSim> ? "acquire_sem wants to wait"
                                                    : "acquire_sem wants to wait in an interrupt"));
}

TEST_CASE("semaphores: the simulated machine charges them and digests them", "[semaphores]") {
  OnSim on(small);
  sim::Kernel& k = on.machine();
  const std::uint64_t before = k.digest();
  const sem_id id = k.create_sem(1, "lock");
  const std::uint64_t made = k.digest();
  CHECK(made != before);
  const std::uint64_t ticks = k.machine().cycles();
  k.acquire_sem(id);
  CHECK(k.machine().cycles() - ticks == 2 * k.machine().profile().costs.spl);
  CHECK(k.digest() != made);
}

TEST_CASE("semaphores: each wait has a channel of its own", "[semaphores]") {
  SemTable table;
  const sem_id id = table.create(0, "long-lived");
  Channel before{};
  for (unsigned n = 0; n < 1000; ++n) {
    const SemReply r = table.acquire(id);
    CHECK(r.channel != before);
    before = r.channel;
    Channel woken{};
    table.release(id, woken);
    CHECK(woken == r.channel);
    CHECK(table.resume(id, r.ticket).status == SemStatus::taken);
  }
}

TEST_CASE("modules: loaded by the first user, unloaded by the last", "[modules]") {
  ModuleTable modules;
  std::vector<std::int32_t> ops;
  status_t answer = B_OK;
  const auto std_ops = [&](std::int32_t op) {
    ops.push_back(op);
    return answer;
  };
  CHECK(modules.add("generic/one"));
  CHECK_FALSE(modules.add("generic/one"));
  CHECK_FALSE(modules.add(""));
  CHECK_FALSE(modules.add(std::string(64, 'x')));
  CHECK(modules.add("generic/kept", B_KEEP_LOADED));
  CHECK(modules.get("", std_ops) == B_BAD_VALUE);
  CHECK(modules.get("generic/two", std_ops) == B_ENTRY_NOT_FOUND);
  CHECK(modules.put("generic/two", std_ops) == B_BAD_VALUE);
  CHECK(modules.put("generic/one", std_ops) == B_BAD_VALUE);
  CHECK(ops.empty());
  answer = B_NO_MEMORY;
  CHECK(modules.get("generic/one", std_ops) == B_NO_MEMORY);
  CHECK(modules.users("generic/one") == 0);
  answer = B_OK;
  CHECK(modules.get("generic/one", std_ops) == B_OK);
  CHECK(modules.get("generic/one", std_ops) == B_OK);
  CHECK(modules.users("generic/one") == 2);
  CHECK(modules.put("generic/one", std_ops) == B_OK);
  CHECK(ops == std::vector<std::int32_t>{B_MODULE_INIT, B_MODULE_INIT});
  CHECK(modules.put("generic/one", std_ops) == B_OK);
  CHECK(ops.back() == B_MODULE_UNINIT);
  CHECK(modules.put("generic/one", std_ops) == B_BAD_VALUE);
  ops.clear();
  CHECK(modules.get("generic/kept", std_ops) == B_OK);
  CHECK(modules.put("generic/kept", std_ops) == B_OK);
  CHECK(modules.get("generic/kept", std_ops) == B_OK);
  CHECK(ops == std::vector<std::int32_t>{B_MODULE_INIT});
}

}  // namespace kmemlab::test
