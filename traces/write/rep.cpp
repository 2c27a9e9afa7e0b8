// write_rep: see rep.h. The header counts what follows, so that the events are walked twice by the same rules.
#include "traces/write/rep.h"

#include <algorithm>
#include <vector>

namespace kmemlab::traces {
namespace {

/// Walks events as .rep operations: put(letter, id, size).
class RepWalk {
 public:
  explicit RepWalk(Losses& losses) : losses_(losses) {}

  template <class Emit>
  void event(const Event& e, Emit emit) {
    switch (e.op) {
      case Op::alloc:
        return alloc(e, emit);
      case Op::free:
        return free(e, emit);
      case Op::realloc:
        return realloc(e, emit);
      case Op::alloc_null:
        return losses_.one("allocations without a block");
      case Op::page_alloc:
      case Op::page_free:
        return losses_.one("page events");
      case Op::lost:
        return losses_.one("places where events were lost");
      case Op::mark:
        return losses_.one("other records");
    }
  }
  std::uint64_t ids() const { return ids_; }

 private:
  static constexpr std::uint64_t nobody = ~std::uint64_t{0};

  std::uint64_t& at(Slot slot) {
    if (live_.size() <= slot) live_.resize(slot + std::size_t{1}, nobody);
    return live_[slot];
  }
  template <class Emit>
  void alloc(const Event& e, Emit emit) {
    if (e.slot != no_slot) {
      std::uint64_t& id = at(e.slot);
      if (id != nobody) {
        losses_.one("lost frees, written as frees");
        emit('f', id, 0);
      }
      id = ids_;
    }
    emit('a', ids_++, e.requested);
  }
  template <class Emit>
  void free(const Event& e, Emit emit) {
    const bool known = e.free_kind == FreeKind::matched && e.slot != no_slot && at(e.slot) != nobody;
    if (!known) return losses_.one("frees without an allocation in the trace");
    emit('f', at(e.slot), 0);
    at(e.slot) = nobody;
  }
  template <class Emit>
  void realloc(const Event& e, Emit emit) {
    if (e.slot == no_slot || at(e.slot) == nobody) return alloc(e, emit);
    emit('r', at(e.slot), e.requested);
  }

  Losses& losses_;
  std::vector<std::uint64_t> live_;  // by slot: the id there
  std::uint64_t ids_ = 0;
};

constexpr ColumnSet rep_columns = Column::op | Column::free_kind | Column::slot | Column::requested;

}  // namespace

Fallible<Losses> write_rep(KmtReader& from, LineOut& out) {
  Losses ignored, losses;
  RepWalk counting(ignored);
  std::uint64_t operations = 0;
  const auto count = [&](char, std::uint64_t, std::uint64_t) { ++operations; };
  auto done = from.for_each(rep_columns, [&](std::uint64_t, const Event& e) { counting.event(e, count); });
  if (!done) return Failure<Error>{done.error()};
  out.number(from.peak_requested_bytes()) << '\n';
  out.number(counting.ids()) << '\n';
  out.number(operations) << "\n1\n";
  losses.always("everything but op, id and size");
  RepWalk writing(losses);
  const auto put = [&](char op, std::uint64_t id, std::uint64_t size) {
    out << op << ' ';
    out.number(id);
    if (op != 'f') out << ' ', out.number(size);
    out << '\n';
  };
  done = from.for_each(rep_columns, [&](std::uint64_t, const Event& e) { writing.event(e, put); });
  if (!done) return Failure<Error>{done.error()};
  return losses;
}

}  // namespace kmemlab::traces
