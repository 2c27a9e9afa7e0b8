// PageBook against a map and a list: entries found by number, the cache by age, copies that go ways of their own.
#include <list>
#include <map>

#include "sim/replay/page_book.h"
#include "tests/catch.h"

namespace kmemlab::test {

namespace {

struct Model {
  sim::PageBook book;
  std::map<std::uint64_t, std::uint32_t> handles;  // by page number
  std::list<std::uint64_t> cache;                  // page numbers, oldest first

  void step(std::uint64_t random, std::uint64_t numbers) {
    const std::uint64_t number = random % numbers * 0x1000003;
    const auto known = handles.find(number);
    const bool there = book.find(number) != sim::PageBook::nobody;
    REQUIRE(there == (known != handles.end()));
    if (!there) {
      const std::uint32_t handle = book.add(number, sim::OtherPage::State::held);
      book.at(handle).frame = static_cast<sim::Frame>(number);
      handles[number] = handle;
      if (random >> 40 & 1) book.join_cache(handle), cache.push_back(number);
    } else if ((random >> 41 & 3) == 0 && book.at(known->second).cache) {
      book.leave_cache(known->second);
      cache.remove(number);
    } else {
      book.remove(known->second);
      handles.erase(known);
      cache.remove(number);
    }
  }
  void check() {
    REQUIRE(book.size() == handles.size());
    for (const auto& [number, handle] : handles) {
      REQUIRE(book.find(number) == handle);
      REQUIRE(book.at(handle).number == number);
      REQUIRE(book.at(handle).frame == static_cast<sim::Frame>(number));
    }
    std::uint32_t at = book.oldest();
    for (const std::uint64_t number : cache) {
      REQUIRE(at != sim::PageBook::nobody);
      REQUIRE(book.at(at).number == number);
      at = book.at(at).younger;
    }
    REQUIRE(at == sim::PageBook::nobody);
  }
};

}  // namespace

TEST_CASE("pages are found by number and by age, in every copy", "[pressure]") {
  for (const std::uint64_t numbers : {3U, 40U, 3000U}) {
    Model a;
    for (std::uint64_t i = 0; i < 4000; ++i) a.step(mix64(i), numbers);
    a.check();
    Model b = a;
    for (std::uint64_t i = 0; i < 4000; ++i) {
      a.step(mix64(i * 2 + 1'000'000), numbers);
      b.step(mix64(i * 3 + 2'000'000), numbers);
    }
    a.check();
    b.check();
    b = a;
    b.check();
    for (std::uint64_t i = 0; i < 500; ++i) b.step(mix64(i + 77), numbers);
    a.check();
    b.check();
  }
}

}  // namespace kmemlab::test
