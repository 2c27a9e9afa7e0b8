// EventFilter: see match.h.
#include "traces/filter/match.h"

#include "traces/write/words.h"

namespace kmemlab::traces {
namespace {

template <class T>
bool compare(FilterOperator operation, T a, T b) {
  switch (operation) {
    case FilterOperator::equal:
      return a == b;
    case FilterOperator::unequal:
      return a != b;
    case FilterOperator::below:
      return a < b;
    case FilterOperator::at_most:
      return a <= b;
    case FilterOperator::above:
      return a > b;
    case FilterOperator::at_least:
      return a >= b;
    case FilterOperator::like:
      break;
  }
  return false;
}

bool compare_text(FilterOperator operation, std::string_view a, std::string_view b) {
  return operation == FilterOperator::like ? is_like(a, b) : (a == b) == (operation == FilterOperator::equal);
}

std::vector<char> decide_rows(const FilterNode& n, const Tables& t) {
  std::vector<char> rows;
  const auto text = [&](std::string_view s) { rows.push_back(compare_text(n.operation, s, n.text)); };
  switch (n.field) {
    case FilterField::pid:
      for (const Task& task : t.tasks) rows.push_back(compare<std::int64_t>(n.operation, task.pid, n.signed_number));
      rows.push_back(compare<std::int64_t>(n.operation, -1, n.signed_number));
      return rows;
    case FilterField::comm:
      for (const Task& task : t.tasks) text(task.comm);
      break;
    case FilterField::site:
      for (const CallSite& site : t.call_sites) text(site.name);
      break;
    case FilterField::cache:
      for (const std::string& cache : t.caches) text(cache);
      break;
    case FilterField::event:
      for (const std::string& name : t.names) text(name);
      break;
    case FilterField::op:
      for (unsigned i = 0; i < 8; ++i) text(word_of(static_cast<Op>(i)));
      break;
    case FilterField::context:
      for (unsigned i = 0; i < 5; ++i) text(word_of(static_cast<Context>(i)));
      break;
    default:
      return rows;
  }
  text("");
  return rows;
}

bool has_size(Op op) {
  return op == Op::alloc || op == Op::alloc_null || op == Op::realloc;
}

}  // namespace

EventFilter::EventFilter(const Filter& filter, const Tables& tables, std::uint64_t first_tick)
    : first_tick_(first_tick) {
  for (const FilterNode& n : filter.nodes) {
    nodes_.push_back({n.kind, n.field, n.operation, n.number, n.signed_number, n.left, n.right, {}});
    if (n.kind == FilterNode::Kind::term) nodes_.back().rows = decide_rows(n, tables);
  }
}

bool EventFilter::holds(std::size_t node, const Event& e) const {
  const Node& n = nodes_[node];
  switch (n.kind) {
    case FilterNode::Kind::negation:
      return !holds(n.left, e);
    case FilterNode::Kind::both:
      return holds(n.left, e) && holds(n.right, e);
    case FilterNode::Kind::either:
      return holds(n.left, e) || holds(n.right, e);
    case FilterNode::Kind::term:
      break;
  }
  return term_holds(n, e);
}

bool EventFilter::term_holds(const Node& n, const Event& e) const {
  const auto row = [&](Index i) { return n.rows[i < n.rows.size() ? i : n.rows.size() - 1] != 0; };
  const auto number = [&](bool known, std::uint64_t v) {
    return known ? compare(n.operation, v, n.number) : n.operation == FilterOperator::unequal;
  };
  switch (n.field) {
    case FilterField::cpu:
      return number(true, e.cpu);
    case FilterField::size:
      return number(has_size(e.op), e.requested);
    case FilterField::granted:
      return number(has_size(e.op) || e.free_kind == FreeKind::unrecorded, e.granted);
    case FilterField::time:
      return number(true, e.tick < first_tick_ ? 0 : e.tick - first_tick_);
    case FilterField::order:
      return number(is_page(e.op), e.order);
    case FilterField::node:
      return compare<std::int64_t>(n.operation, e.node, n.signed_number);
    case FilterField::pid:
    case FilterField::comm:
      return row(e.task);
    case FilterField::site:
      return row(e.call_site);
    case FilterField::cache:
      return row(e.cache);
    case FilterField::event:
      return row(e.name);
    case FilterField::op:
      return row(static_cast<Index>(e.op));
    case FilterField::context:
      return row(static_cast<Index>(e.context));
  }
  return false;
}

}  // namespace kmemlab::traces
