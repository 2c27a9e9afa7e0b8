// Interrupts, calls that meet inside a pool, and calls that wait for frames: clauses BE-13 to BE-16. Releases are
// deferred where two calls shall overlap, as the replay does until a call's end tick.
#include <thread>

#include "tests/core/beos_pools.h"

namespace kmemlab::test {

using beos::Phase;
using beos::PoolId;

namespace {

template <class On>
void end_calls(Beos<On>& b) {
  for (const sem_id id : b.m().take_releases()) b.m().finish_release(id);
  b.verify();
}

template <class On>
area_id hog_frames(Beos<On>& b, std::uint64_t pages) {
  Addr a{};
  const area_id hog = b.m().create_area("hog", a, B_ANY_ADDRESS, pages * page_4k, B_FULL_LOCK, area_rw);
  REQUIRE(hog > 0);
  return hog;
}

const Shape few_frames{"i386", std::uint64_t{1} << 20, 16 * page_4k};

}  // namespace

TEMPLATE_TEST_CASE("BE-13 not in interrupt handlers", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool();
  const Addr a = b.malloc(pool, 100).address;
  const std::uint64_t before = beos::digest(b.state);
  b.on.in_interrupt([&] {
    CHECK(b.malloc(pool, 100).reason == Reason::process_only);
    CHECK(b.calloc(pool, 1, 100).reason == Reason::process_only);
    const auto again = b.realloc(pool, a, 200);
    CHECK(again.reason == Reason::process_only);
    CHECK_FALSE(again.address);
    CHECK(b.free(pool, a).reason == Reason::process_only);
    CHECK(b.free(pool, {}).reason == Reason::process_only);
    CHECK(b.create(page_4k).reason == Reason::process_only);
    CHECK(b.remove(pool).status == B_ERROR);
    CHECK(beos::get_module(b.m(), b.state) == B_ERROR);
    CHECK(beos::put_module(b.m(), b.state) == B_ERROR);
  });
  CHECK(b.state.violations == 9);
  CHECK(b.console().size() == 9);
  CHECK(b.console().front() == "area_malloc: malloc in an interrupt");
  b.state.violations = 0;
  CHECK(beos::digest(b.state) == before);  // nothing else has happened
  CHECK(b.m().get_sem_count(b.state.find(pool)->sem) == 1);
  CHECK(b.free(pool, a).reason == Reason::none);
}

TEMPLATE_TEST_CASE("BE-13 strict: such a call stops the machine", "[beos]", OnSim, OnHost) {
  Beos<TestType> b({}, {beos::Strict::yes});
  const PoolId pool = b.pool();
  b.checking = false;
  CHECK(b.on.trap([&] { b.on.in_interrupt([&] { b.malloc(pool, 8); }); }) == "area_malloc: malloc in an interrupt");
}

TEMPLATE_TEST_CASE("BE-14 contended: the second caller sleeps on the semaphore, in order of arrival", "[beos]", OnSim,
                   OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool();
  const Addr old = b.malloc(pool, 64).address;
  b.m().defer_releases(true);
  const Addr first = b.malloc(pool, 64).address;
  REQUIRE(first == b.base + 64);
  auto second = b.malloc(pool, 64);
  REQUIRE(b.outcome == Outcome::blocked);
  CHECK(second.cause == SleepCause::lock);
  CHECK(second.phase == Phase::in_queue);
  auto third = b.free(pool, old);
  auto fourth = b.calloc(pool, 1, 64);
  auto fifth = b.realloc(pool, first, 300);
  CHECK(b.outcome == Outcome::blocked);
  CHECK(b.state.sleeps == 4);
  CHECK(b.m().get_sem_count(second.sem) == -4);
  CHECK(second.channel != third.channel);
  b.woken();

  end_calls(b);  // the first call is over
  CHECK(b.woken() == std::vector<Channel>{second.channel});
  CHECK(b.malloc(pool, 64).phase == Phase::in_queue);  // nobody overtakes: it is the second's already
  CHECK(b.run(third) == Outcome::blocked);             // woken for nothing: sleeps on
  CHECK(b.run(second) == Outcome::done);
  CHECK(second.address == b.base + 128);
  b.woken();
  end_calls(b);
  CHECK(has(b.woken(), third.channel));
  CHECK(b.run(third) == Outcome::done);
  end_calls(b);
  CHECK(has(b.woken(), fourth.channel));
  CHECK(b.run(fourth) == Outcome::done);
  CHECK(fourth.address == old);  // which the third gave back
  end_calls(b);
  CHECK(has(b.woken(), fifth.channel));
  CHECK(b.run(fifth) == Outcome::done);
  CHECK(fifth.address == b.base + page_4k);
}

TEST_CASE("BE-14 threads of the host share a pool: every release serves one of those who wait", "[beos]") {
  Beos<OnHost> b;
  const PoolId pool = b.pool();
  host::HostMachine& m = b.m();
  m.defer_releases(true);
  const auto ended = [&](auto& call, auto f) {  // with the semaphore held for a while after the call itself
    std::unique_lock<std::mutex> lock(m.kernel_lock());
    while (f(call) == Outcome::blocked) m.wait(lock, call.channel);
    const std::vector<sem_id> held = m.take_releases();
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
    for (const sem_id id : held) m.finish_release(id);
  };
  const auto work = [&](std::uint64_t size) {
    std::vector<Addr> mine;
    for (unsigned n = 0; n < 300; ++n) {
      beos::MallocCall call;
      call.pool = pool;
      call.size = size;
      ended(call, [&](beos::MallocCall& c) { return beos::malloc(m, b.state, c); });
      mine.push_back(call.address);
      if (n % 3 != 2) continue;
      beos::FreeCall gone;
      gone.pool = pool;
      gone.ptr = mine[n / 3];
      ended(gone, [&](beos::FreeCall& c) { return beos::free(m, b.state, c); });
    }
  };
  std::vector<std::thread> threads;
  for (const std::uint64_t size : {24, 64, 64, 200}) threads.emplace_back(work, size);
  for (std::thread& t : threads) t.join();
  b.verify();
  CHECK(b.state.find(pool)->bytes == 200 * (24 + 64 + 64 + 256));
  CHECK(b.state.free_errors == 0);
  CHECK(m.get_sem_count(b.state.find(pool)->sem) == 1);
}

TEMPLATE_TEST_CASE("BE-14 calloc waits for frames without the semaphore", "[beos]", OnSim, OnHost) {
  Beos<TestType> b(few_frames);
  const PoolId pool = b.pool(8 * page_4k, B_LAZY_LOCK);
  b.at(pool, 1);
  const area_id hog = hog_frames(b, 13);
  auto call = b.calloc(pool, 3, page_4k);
  REQUIRE(b.outcome == Outcome::blocked);
  CHECK(call.cause == SleepCause::frames);
  CHECK(call.phase == Phase::in_frames);
  CHECK(call.resident.pages_done == 2);
  CHECK(b.state.frame_sleeps == 1);
  CHECK(b.state.find(pool)->asleep == 1);
  CHECK(b.malloc(pool, 100).address == b.base + 4 * page_4k);
  CHECK(b.run(call) == Outcome::blocked);  // nothing has changed
  CHECK(b.state.find(pool)->asleep == 1);
  b.woken();
  b.m().delete_area(hog);
  CHECK(has(b.woken(), call.channel));
  CHECK(b.run(call) == Outcome::done);
  CHECK(call.address == b.base + page_4k);
  CHECK(call.granted == 3 * page_4k);
  for (std::uint64_t at = 0; at < 3 * page_4k; at += 4) {
    REQUIRE(b.m().template load<std::uint32_t>(call.address + at) == 0);
  }
  CHECK(b.state.find(pool)->asleep == 0);
  CHECK(b.remove(pool).status == B_OK);
  CHECK(b.state.races == 0);
}

TEMPLATE_TEST_CASE("BE-14 realloc waits for frames with the semaphore in hand", "[beos]", OnSim, OnHost) {
  Beos<TestType> b(few_frames);
  const PoolId pool = b.pool(8 * page_4k, B_LAZY_LOCK);
  const auto old = b.calloc(pool, 1, 100);
  b.m().template store<std::uint32_t>(old.address + 96, 77);
  const area_id hog = hog_frames(b, 14);
  auto call = b.realloc(pool, old.address, 5000);
  REQUIRE(b.outcome == Outcome::blocked);
  CHECK(call.cause == SleepCause::frames);
  auto other = b.free(pool, old.address);
  CHECK(other.phase == Phase::in_queue);
  b.woken();
  b.m().delete_area(hog);
  CHECK(has(b.woken(), call.channel));
  CHECK(b.run(call) == Outcome::done);
  CHECK(call.address == b.base + page_4k);
  CHECK(b.m().template load<std::uint32_t>(call.address + 96) == 77);
  CHECK(has(b.woken(), other.channel));
  CHECK(b.run(other) == Outcome::failed);  // it came too late: realloc has freed the block
  CHECK(b.state.free_errors == 1);
}

TEMPLATE_TEST_CASE("BE-14 realloc asks for the old block too, if nobody has touched it", "[beos]", OnSim, OnHost) {
  Beos<TestType> b(few_frames);
  const PoolId pool = b.pool(8 * page_4k, B_LAZY_LOCK);
  const Addr old = b.malloc(pool, 2 * page_4k).address;
  const area_id hog = hog_frames(b, 14);
  auto call = b.realloc(pool, old, 3 * page_4k);
  REQUIRE(b.outcome == Outcome::blocked);
  CHECK(call.resident.range.base == old);
  CHECK(call.resident.pages_done == 1);
  b.m().delete_area(hog);
  const area_id less = hog_frames(b, 12);
  CHECK(b.run(call) == Outcome::blocked);
  CHECK(call.resident.range.base == call.block);
  b.m().delete_area(less);
  CHECK(b.run(call) == Outcome::done);
  CHECK(call.address == old + 2 * page_4k);
  CHECK(b.state.find(pool)->bytes == 3 * page_4k);
}

TEMPLATE_TEST_CASE("BE-14 no frame for the table: malloc fails at once", "[beos]", OnSim, OnHost) {
  Beos<TestType> b(few_frames);
  const PoolId pool = b.pool(64 * page_4k, B_LAZY_LOCK);
  REQUIRE(b.state.find(pool)->described == 32);
  const area_id hog = hog_frames(b, 15);
  b.at(pool, 31 * page_4k);
  CHECK(b.malloc(pool, 2 * page_4k).reason == Reason::no_frames);
  CHECK(b.outcome == Outcome::failed);
  CHECK(b.at(pool, 100) == 31 * page_4k);
  CHECK(b.malloc(pool, 200).reason == Reason::no_frames);
  b.m().delete_area(hog);
  CHECK(b.at(pool, 200) == 32 * page_4k);
}

TEMPLATE_TEST_CASE("BE-15 delete_pool while a call is inside is noticed", "[beos]", OnSim, OnHost) {
  Beos<TestType> b(few_frames);
  const PoolId pool = b.pool(8 * page_4k, B_LAZY_LOCK);
  SECTION("a holder") {
    b.m().defer_releases(true);
    b.at(pool, 100);
    CHECK(b.remove(pool).status == B_OK);
    CHECK(b.state.races == 1);
    end_calls(b);  // the release of a semaphore that is gone does no harm
  }
  SECTION("waiters: they are woken, in order, and get NULL") {
    b.m().defer_releases(true);
    const Addr a = b.malloc(pool, 100).address;
    auto one = b.malloc(pool, 100);
    auto two = b.free(pool, a);
    auto three = b.realloc(pool, a, 300);
    auto four = b.calloc(pool, 1, 1);
    b.woken();
    CHECK(b.remove(pool).status == B_OK);
    CHECK(b.state.races == 1);
    std::vector<Channel> woken;
    for (const Channel c : b.woken()) {
      if (c != b.m().frames_channel && c != b.m().map_channel) woken.push_back(c);
    }
    CHECK(woken == std::vector<Channel>{one.channel, two.channel, three.channel, four.channel});
    CHECK(b.run(one) == Outcome::failed);
    CHECK(one.reason == Reason::bad_heap);
    CHECK(b.run(two) == Outcome::failed);
    CHECK(b.run(three) == Outcome::failed);
    CHECK(b.run(four) == Outcome::failed);
    CHECK(four.reason == Reason::bad_heap);
  }
  SECTION("a call whose turn has come and that has not run yet") {
    b.m().defer_releases(true);
    b.at(pool, 100);
    auto one = b.malloc(pool, 100);
    end_calls(b);
    CHECK(b.remove(pool).status == B_OK);
    CHECK(b.state.races == 1);
    CHECK(b.run(one) == Outcome::failed);
    CHECK(one.reason == Reason::bad_heap);
  }
  SECTION("calls asleep for frames") {
    const Addr a = b.calloc(pool, 1, 64).address;
    hog_frames(b, 14);
    auto one = b.calloc(pool, 3, page_4k);
    auto two = b.realloc(pool, a, page_4k);
    REQUIRE(one.phase == Phase::in_frames);
    REQUIRE(two.phase == Phase::in_frames);
    b.woken();
    CHECK(b.remove(pool).status == B_OK);
    CHECK(b.state.races == 1);
    CHECK(has(b.woken(), one.channel));
    CHECK(b.run(one) == Outcome::failed);
    CHECK(one.reason == Reason::bad_heap);
    CHECK(b.run(two) == Outcome::failed);
    CHECK(two.reason == Reason::bad_heap);
  }
  CHECK(b.console().front() == "area_malloc: a pool is deleted while it is in use");
  CHECK(b.state.table_pages == 0);
}

TEMPLATE_TEST_CASE("BE-15 putting the module away while it is in use", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  b.m().defer_releases(true);
  b.pool();
  auto waits = b.create(page_4k);
  REQUIRE(b.outcome == Outcome::blocked);
  auto deletes = b.remove({1});
  b.woken();
  CHECK(beos::put_module(b.m(), b.state) == B_OK);
  CHECK(b.state.races == 1);
  CHECK(b.m().areas().live() == 0);
  CHECK(has(b.woken(), waits.channel));
  CHECK(b.run(waits) == Outcome::failed);
  CHECK(waits.reason == Reason::bad_heap);
  CHECK(b.run(deletes) == Outcome::failed);
}

TEMPLATE_TEST_CASE("BE-17 the pools that are left go in the order in which they were made", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId first = b.pool();
  const PoolId second = b.pool();
  b.remove(first);
  const PoolId third = b.pool();  // in the place of the first
  b.m().defer_releases(true);
  b.at(second, 8);
  b.at(third, 8);
  const auto in_third = b.malloc(third, 8);
  const auto in_second = b.malloc(second, 8);
  b.woken();
  CHECK(beos::put_module(b.m(), b.state) == B_OK);
  CHECK(b.state.races == 2);
  std::vector<Channel> woken;
  for (const Channel c : b.woken()) {
    if (c == in_second.channel || c == in_third.channel) woken.push_back(c);
  }
  CHECK(woken == std::vector<Channel>{in_second.channel, in_third.channel});
}

TEMPLATE_TEST_CASE("BE-16 create_pool and delete_pool are safe in relation to each other", "[beos]", OnSim, OnHost) {
  Beos<TestType> b;
  const PoolId pool = b.pool();
  b.m().defer_releases(true);
  auto made = b.create(page_4k);
  REQUIRE(made.pool);
  auto deleted = b.remove(pool);
  REQUIRE(b.outcome == Outcome::blocked);
  CHECK(deleted.cause == SleepCause::lock);
  auto next = b.create(page_4k);
  REQUIRE(b.outcome == Outcome::blocked);
  CHECK(b.malloc(pool, 8).address);  // its pool is there: nothing half done
  b.woken();
  end_calls(b);
  CHECK(b.woken() == std::vector<Channel>{deleted.channel});
  CHECK(b.run(deleted) == Outcome::done);
  CHECK(deleted.status == B_OK);
  end_calls(b);
  CHECK(b.run(next) == Outcome::done);
  CHECK(next.pool);
  end_calls(b);
  CHECK(b.state.races == 0);
  CHECK(b.m().areas().live() == 4);
}

TEMPLATE_TEST_CASE("BE-16 create_pool waits for frames, and delete_pool can bring them", "[beos]", OnSim, OnHost) {
  Beos<TestType> b(few_frames);
  const PoolId locked = b.pool(16 * page_4k, B_FULL_LOCK);
  auto call = b.create(64 * page_4k, B_LAZY_LOCK);
  REQUIRE(b.outcome == Outcome::blocked);
  CHECK(call.cause == SleepCause::frames);
  CHECK_FALSE(call.pool);
  CHECK(b.malloc(call.making, 8).reason == Reason::bad_heap);  // not yet
  SECTION("deleted pool") {
    b.woken();
    CHECK(b.remove(locked).status == B_OK);
    CHECK(has(b.woken(), call.channel));
    CHECK(b.run(call) == Outcome::done);
    CHECK(b.malloc(call.pool, 8).address);
    CHECK(b.state.races == 0);
  }
  SECTION("the module goes meanwhile") {
    CHECK(beos::put_module(b.m(), b.state) == B_OK);
    CHECK(b.state.races == 1);
    CHECK(b.m().areas().live() == 0);
    CHECK(b.run(call) == Outcome::failed);
    CHECK(call.reason == Reason::bad_heap);
  }
}

}  // namespace kmemlab::test
