#include "sim/check/zero_wishes.h"

#include <algorithm>

#include "traces/kmt/cursor.h"

namespace kmemlab::check {

Fallible<ZeroWishes> ZeroWishes::of(const std::shared_ptr<const traces::KmtView>& trace) {
  const auto& gfps = trace->tables().gfps;
  const auto zeroes = [](const traces::Gfp& gfp) { return gfp.zero == traces::Tri::yes; };
  ZeroWishes wishes;
  if (std::none_of(gfps.begin(), gfps.end(), zeroes)) return wishes;
  auto events = std::make_shared<std::vector<bool>>(trace->events());
  traces::KmtCursor cursor(trace);
  const auto note = [&](const traces::EventBlock& b) {
    for (std::uint32_t i = 0; i < b.events; ++i) {
      const bool gets = b.op[i] == traces::Op::alloc || b.op[i] == traces::Op::realloc;
      (*events)[b.first_event + i] = gets && b.gfp[i] < gfps.size() && zeroes(gfps[b.gfp[i]]);
    }
  };
  const traces::ColumnSet columns = traces::Column::op | traces::Column::gfp;
  if (auto done = cursor.for_each_block(0, trace->events(), columns, note); !done) return Failure<Error>{done.error()};
  wishes.events_ = std::move(events);
  return wishes;
}

// 386BSD: M_ZERO_IT (spec/bsd386). OSF/1: M_ZERO. BeOS: calloc, which is what such a request becomes. AIX: xmalloc
// promises nothing (aix.h, D3), whoever wants zeros clears for himself.
bool promises_zeros(std::string_view core) {
  return core != "aix";
}

}  // namespace kmemlab::check
