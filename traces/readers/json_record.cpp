// JsonRecords: see json_record.h.
#include "traces/readers/json_record.h"

#include <array>

#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

using Trouble = JsonRecords::Trouble;

enum class Name : std::uint8_t {
  tick,
  op,
  p,
  moved_to,
  size,
  got,
  cpu,
  pid,
  comm,
  ctx,
  irqs_off,
  preempt_off,
  gfp,
  gfp_value,
  may_sleep,
  zero,
  site,
  site_at,
  cache,
  node,
  accounted,
  pfn,
  order,
  migratetype,
  name,
  free,
  count
};
constexpr std::array<std::string_view, 27> key_names = {
    "t",     "op",       "p",           "to",  "size",      "got",         "cpu",  "pid",  "comm",
    "ctx",   "irqs_off", "preempt_off", "gfp", "gfp_value", "may_sleep",   "zero", "site", "site_at",
    "cache", "node",     "accounted",   "pfn", "order",     "migratetype", "name", "free", "count"};

std::optional<Name> name_of(std::string_view key) {
  for (std::size_t i = 0; i < key_names.size(); ++i) {
    if (key_names[i] == key) return static_cast<Name>(i);
  }
  return std::nullopt;
}

struct OpName {
  std::string_view name;
  RawKind kind;
};
constexpr std::array<OpName, 7> op_names = {{{"alloc", RawKind::slab_alloc},
                                             {"free", RawKind::slab_free},
                                             {"realloc", RawKind::slab_realloc},
                                             {"page_alloc", RawKind::page_alloc},
                                             {"page_free", RawKind::page_free},
                                             {"lost", RawKind::lost},
                                             {"mark", RawKind::mark}}};
constexpr std::array<std::string_view, 5> context_names = {"unknown", "task", "softirq", "hardirq", "nmi"};

Trouble bad(const JsonValue& v, std::string expected) {
  std::string shown = v.kind == JsonKind::text ? "\"" + v.text.substr(0, 40) + "\"" : "its value";
  return {"\"" + v.key + "\" cannot be " + shown, std::move(expected)};
}

std::optional<Trouble> take_number(const JsonValue& v, std::uint64_t most, std::uint64_t& to) {
  if (v.kind != JsonKind::integer || v.number > most) return bad(v, "a whole number up to " + std::to_string(most));
  to = v.number;
  return std::nullopt;
}

/// A number, or hexadecimal digits as text.
std::optional<Trouble> take_address(const JsonValue& v, std::uint64_t& to) {
  if (v.kind == JsonKind::integer) {
    to = v.number;
    return std::nullopt;
  }
  const auto n = v.kind == JsonKind::text && has_hex_prefix(v.text) ? parse_number(v.text) : std::nullopt;
  if (!n) return bad(v, "a number, or an address as \"0x...\"");
  to = *n;
  return std::nullopt;
}

std::optional<Trouble> take_pointer(const JsonValue& v, std::optional<std::uint64_t>& to) {
  constexpr std::uint64_t numbers = std::uint64_t{1} << 63;
  std::uint64_t n = 0;
  if (v.kind != JsonKind::null) {
    if (auto t = take_address(v, n)) return t;
    if (v.kind == JsonKind::integer && n >= numbers) return bad(v, "a number below 2^63, or an address as \"0x...\"");
    if (v.kind == JsonKind::integer && n != 0) n += numbers;
  }
  to = n;
  return std::nullopt;
}

std::optional<Trouble> take_signed(const JsonValue& v, std::int64_t most, std::int64_t& to) {
  const bool whole = v.kind == JsonKind::negative || (v.kind == JsonKind::integer && v.number <= 0x7fffffff);
  const auto n = static_cast<std::int64_t>(v.number);
  if (!whole || n < -1 || n > most) return bad(v, "a whole number from -1 to " + std::to_string(most));
  to = n;
  return std::nullopt;
}

std::optional<Trouble> take_text(const JsonValue& v, std::optional<std::string_view>& to) {
  if (v.kind != JsonKind::text) return bad(v, "text");
  to = v.text;
  return std::nullopt;
}

std::optional<Trouble> take_tri(const JsonValue& v, Tri& to) {
  if (v.kind != JsonKind::truth) return bad(v, "true or false; left out where unknown");
  to = v.number ? Tri::yes : Tri::no;
  return std::nullopt;
}

template <class T>
std::optional<Trouble> take_small(const JsonValue& v, std::uint64_t most, T& to) {
  std::uint64_t n = 0;
  auto t = take_number(v, most, n);
  if (!t) to = static_cast<T>(n);
  return t;
}

std::optional<Trouble> take_context(const JsonValue& v, Context& to) {
  for (std::size_t i = 0; i < context_names.size() && v.kind == JsonKind::text; ++i) {
    if (v.text != context_names[i]) continue;
    to = static_cast<Context>(i);
    return std::nullopt;
  }
  return bad(v, "task, softirq, hardirq, nmi or unknown");
}

}  // namespace

/// A line's values before they are judged together.
struct JsonRecords::Fields {
  RawRecord record;
  std::optional<RawKind> kind;
  std::optional<std::uint64_t> p, moved_to, size;
  std::optional<std::string_view> comm, gfp, site, cache, name, free;
  std::optional<std::uint64_t> gfp_value;
  std::uint64_t site_at = 0, count = 0;
  std::int64_t pid = -1, node = -1;
  Tri may_sleep = Tri::unknown, zero = Tri::unknown;
  bool has_pfn = false, has_pid = false;
};

std::optional<Trouble> JsonRecords::read(const JsonValue& v, Fields& f) {
  constexpr std::uint64_t any = ~std::uint64_t{0};
  const auto name = name_of(v.key);
  if (!name) return std::nullopt;
  RawRecord& r = f.record;
  switch (*name) {
    case Name::tick:
      return take_number(v, any, r.tick);
    case Name::op:
      for (const OpName& op : op_names) {
        if (v.kind == JsonKind::text && v.text == op.name) f.kind = op.kind;
      }
      if (!f.kind) return bad(v, "alloc, free, realloc, page_alloc, page_free, lost or mark");
      return std::nullopt;
    case Name::p:
      return take_pointer(v, f.p);
    case Name::moved_to:
      return take_pointer(v, f.moved_to);
    case Name::size:
      f.size = 0;
      return take_number(v, any, *f.size);
    case Name::got:
      return take_number(v, any, r.granted);
    case Name::cpu:
      return take_small(v, 0xffff, r.cpu);
    case Name::pid:
      f.has_pid = true;
      return take_signed(v, 0x7fffffff, f.pid);
    case Name::comm:
      return take_text(v, f.comm);
    case Name::ctx:
      return take_context(v, r.context);
    case Name::irqs_off:
      return take_tri(v, r.cpu_state.irqs_off);
    case Name::preempt_off:
      return take_tri(v, r.cpu_state.preempt_off);
    case Name::gfp:
      return take_text(v, f.gfp);
    case Name::gfp_value:
      f.gfp_value = 0;
      return take_address(v, *f.gfp_value);
    case Name::may_sleep:
      return take_tri(v, f.may_sleep);
    case Name::zero:
      return take_tri(v, f.zero);
    case Name::site:
      return take_text(v, f.site);
    case Name::site_at:
      return take_address(v, f.site_at);
    case Name::cache:
      return take_text(v, f.cache);
    case Name::node:
      return take_signed(v, 0x7fff, f.node);
    case Name::accounted:
      return take_tri(v, r.accounted);
    case Name::pfn:
      f.has_pfn = true;
      r.pfn = no_pfn;
      if (v.kind == JsonKind::null) return std::nullopt;
      return take_address(v, r.pfn);
    case Name::order:
      return take_small(v, 63, r.order);
    case Name::migratetype:
      return take_small(v, 255, r.migratetype);
    case Name::name:
      return take_text(v, f.name);
    case Name::free:
      return take_text(v, f.free);
    case Name::count:
      return take_number(v, any, f.count);
  }
  return std::nullopt;
}

std::optional<Trouble> JsonRecords::assemble(const JsonObject& line, RawRecord& record) {
  Fields f;
  f.record.tick = tick_;  // a line without "t" happens when the one before it did
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (auto trouble = read(line[i], f)) return trouble;
  }
  if (auto trouble = finish(f, record)) return trouble;
  tick_ = record.tick;
  return std::nullopt;
}

std::optional<Trouble> JsonRecords::finish(Fields& f, RawRecord& record) {
  if (!f.kind) return Trouble{"the line has no \"op\"", "{\"op\":\"alloc\",\"p\":1,\"size\":64} or the like"};
  RawRecord& r = f.record;
  r.kind = *f.kind;
  const bool alloc = r.kind == RawKind::slab_alloc, free = r.kind == RawKind::slab_free;
  const bool realloc = r.kind == RawKind::slab_realloc;
  if (f.free && (!free || *f.free != "unrecorded")) {
    return Trouble{"\"free\" cannot be " + std::string(f.free->substr(0, 40)), "\"unrecorded\", on a free"};
  }
  if (f.free) r.pointer_text = RawPointer::unrecorded;
  if ((alloc || realloc || (free && !f.free)) && !f.p) return Trouble{"the line has no \"p\"", "the block's name"};
  if ((alloc || realloc) && !f.size) return Trouble{"the line has no \"size\"", "the bytes asked for"};
  const bool page = r.kind == RawKind::page_alloc || r.kind == RawKind::page_free;
  if (page && !f.has_pfn) return Trouble{"the line has no \"pfn\"", "a page frame number"};
  r.pointer = f.p.value_or(0);
  r.moved_to = f.moved_to.value_or(r.pointer);
  r.requested = r.kind == RawKind::lost ? f.count : f.size.value_or(0);
  r.node = static_cast<std::int16_t>(f.node);
  if (f.has_pid || f.comm) r.task = tables_.task(static_cast<std::int32_t>(f.pid), f.comm.value_or(""));
  if (f.gfp || f.may_sleep != Tri::unknown || f.zero != Tri::unknown) r.gfp = gfp(f);
  if (f.site) r.call_site = site(f);
  if (f.cache) r.cache = tables_.cache(*f.cache);
  if (f.name) r.name = tables_.name(*f.name);
  record = r;
  return std::nullopt;
}

/// What the line says of itself goes before what the names say.
Index JsonRecords::gfp(const Fields& f) {
  std::string key(f.gfp.value_or(""));
  key += '\0';
  key += static_cast<char>('0' + static_cast<int>(f.may_sleep) * 3 + static_cast<int>(f.zero));
  return gfps_.find_or(key, [&] {
    Gfp said = gfp_from_text(f.gfp.value_or(""));
    if (f.may_sleep != Tri::unknown) said.may_sleep = f.may_sleep;
    if (f.zero != Tri::unknown) said.zero = f.zero;
    if (f.gfp_value) said.value = f.gfp_value;
    return tables_.gfp(std::move(said));
  });
}

Index JsonRecords::site(const Fields& f) {
  return sites_.find_or(*f.site, [&] { return tables_.call_site(f.site_at, *f.site); });
}

}  // namespace kmemlab::traces
