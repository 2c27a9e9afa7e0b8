// CowVector: copies share chunks until one writes, and never see each other's writes.
#include <vector>

#include "sim/machine/cow_vector.h"
#include "tests/catch.h"

namespace kmemlab::test {

namespace {

std::vector<int> values(const sim::CowVector<int, 4>& v) {
  std::vector<int> list;
  v.for_each([&](int i) { list.push_back(i); });
  return list;
}

}  // namespace

TEST_CASE("copies of a CowVector part when one of them writes", "[cow]") {
  sim::CowVector<int, 4> a;
  for (int i = 0; i < 10; ++i) a.push_back(i);
  const std::size_t alone = a.bytes_not_shared({});
  sim::CowVector<int, 4> b = a;
  CHECK(a.bytes_not_shared(b) < alone);
  b.own(5) = 50;
  a.own(9) = 90;
  CHECK(values(a) == std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 90});
  CHECK(values(b) == std::vector{0, 1, 2, 3, 4, 50, 6, 7, 8, 9});
  CHECK(a.bytes_not_shared(b) - b.bytes_not_shared(b) == 2 * 4 * sizeof(int));  // chunks 1 and 2
  a = b;
  a.own(0) = -1;
  CHECK(values(b).front() == 0);
  b = a;
  b = *&b;
  CHECK(values(b).front() == -1);
  CHECK(b.find([](int i) { return i == 50; }) == 5);
  CHECK(b.find([](int i) { return i == 5; }) == b.size());
}

TEST_CASE("elements of a CowVector that were never written are new ones", "[cow]") {
  sim::CowVector<int, 4> a;
  a.resize(9);
  CHECK(a.near(8) == nullptr);
  a.own(8) = 1;
  CHECK(*a.near(8) == 1);
  CHECK(values(a) == std::vector{1});  // chunks without a written element are left out
  a.own(1) = 2;
  CHECK(values(a) == std::vector{0, 2, 0, 0, 1});
}

}  // namespace kmemlab::test
