// TextAssembler: see text_assembler.h.
#include "traces/readers/text_assembler.h"

#include <algorithm>

#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

using Trouble = TextAssembler::Trouble;

constexpr std::size_t shown_max = 40;

Trouble bad_value(Key key, std::string_view value, std::string_view expected) {
  return {std::string(key_name(key)) + "=" + std::string(value.substr(0, shown_max)), std::string(expected)};
}

Trouble missing(Key key) {
  return {"the line has no " + std::string(key_name(key)) + "=", "a whole event line"};
}

/// A number under `key` into `to`; absent keys leave it alone.
template <class T>
std::optional<Trouble> take_number(const KeyValues& values, Key key, std::uint64_t most, T& to) {
  if (!values.has(key)) return std::nullopt;
  const auto v = parse_number(first_token(values.get(key)));
  if (!v || *v > most) return bad_value(key, values.get(key), "a number");
  to = static_cast<T>(*v);
  return std::nullopt;
}

}  // namespace

TextAssembler::Known& TextAssembler::event_named(std::string_view name) {
  const Index i = names_.find_or(name, [&] {
    known_.push_back({kind_of_event(name), 0, tables_.name(name)});
    return static_cast<Index>(known_.size() - 1);
  });
  return known_[i];
}

std::optional<Trouble> TextAssembler::assemble(const TextLine& line, LineEnd end, RawRecord& record) {
  if (!line.named && end == LineEnd::end_of_input) return Trouble{"the last line is cut", "a newline at the end"};
  Known& known = event_named(line.name);
  record.tick = line.tick;
  record.cpu = static_cast<std::uint16_t>(line.cpu);
  record.task = tables_.task(line.pid, line.comm);
  record.context = line.context;
  record.cpu_state = line.cpu_state;
  record.kind = known.kind;
  record.name = known.name;
  if (known.kind == RawKind::mark) return std::nullopt;
  values_.parse(line.payload);
  if (end == LineEnd::end_of_input && known.keys && known.keys != values_.mask()) {
    return Trouble{"the last line is cut", "a newline at the end"};
  }
  const bool is_slab = known.kind == RawKind::slab_alloc || known.kind == RawKind::slab_free;
  auto trouble = is_slab ? slab(known, record, end) : page(known, record);
  if (trouble) return trouble;
  if (is_slab && values_.has(Key::call_site)) record.call_site = call_site(line.payload);
  if (!known.keys) known.keys = values_.mask();
  return std::nullopt;
}

void TextAssembler::note_pointer(const PointerText& pointer) {
  if (pointer.state != RawPointer::known || pointer.digits == 0) return;
  // %p pads to the width of a pointer; trace-cmd and perf do not pad, but never hash either.
  pointer_digits_ = std::max(pointer_digits_, pointer.digits);
  if (pointer.value >> 32)
    high_pointers_ = true;
  else if (pointer.digits == 16 && pointer.value > 16)
    low_pointers_ = true;
}

std::optional<Trouble> TextAssembler::slab(Known& known, RawRecord& record, LineEnd end) {
  if (!values_.has(Key::ptr)) return missing(Key::ptr);
  const auto pointer = parse_pointer(values_.get(Key::ptr));
  if (!pointer) return bad_value(Key::ptr, values_.get(Key::ptr), "a hexadecimal pointer");
  if (end == LineEnd::end_of_input && pointer->digits && pointer->digits < pointer_digits_ && pointer->value > 16) {
    return Trouble{"the last line is cut inside ptr=", "a newline at the end"};
  }
  record.pointer = pointer->value;
  record.pointer_text = pointer->state;
  if (const std::string_view cache = first_token(values_.get(Key::name)); !cache.empty()) {
    record.cache = tables_.cache(cache);
  }
  if (known.kind == RawKind::slab_alloc) {
    if (!values_.has(Key::bytes_req)) return missing(Key::bytes_req);
    if (!values_.has(Key::bytes_alloc)) return missing(Key::bytes_alloc);
    constexpr std::uint64_t any = ~std::uint64_t{0};
    if (auto t = take_number(values_, Key::bytes_req, any, record.requested)) return t;
    if (auto t = take_number(values_, Key::bytes_alloc, any, record.granted)) return t;
    if (const std::string_view gfp = first_token(values_.get(Key::gfp_flags)); !gfp.empty())
      record.gfp = tables_.gfp(gfp);
    if (values_.has(Key::node)) {
      const std::string_view text = first_token(values_.get(Key::node));
      const auto node = text == "0xffffffff" ? std::optional<std::int64_t>(-1) : parse_signed(text);
      if (!node || *node < -1 || *node > 0x7fff) return bad_value(Key::node, text, "a node number");
      record.node = static_cast<std::int16_t>(*node);
    }
    if (values_.has(Key::accounted)) {
      record.accounted = parse_truth(values_.get(Key::accounted));
      if (record.accounted == Tri::unknown)
        return bad_value(Key::accounted, values_.get(Key::accounted), "true or false");
    }
  }
  note_pointer(*pointer);
  return std::nullopt;
}

std::optional<Trouble> TextAssembler::page(Known& known, RawRecord& record) {
  if (values_.has(Key::pfn)) {
    if (auto t = take_number(values_, Key::pfn, ~std::uint64_t{0}, record.pfn)) return t;
  } else {  // the earliest events show only the page's address
    const auto page = parse_pointer(values_.get(Key::page));
    if (!page) return missing(Key::pfn);
    record.pfn = page->value;
    if (page->state == RawPointer::unmatchable) record.kind = RawKind::mark;
  }
  if (auto t = take_number(values_, Key::order, 63, record.order)) return t;
  if (known.kind != RawKind::page_alloc) return std::nullopt;
  if (!values_.has(Key::order)) return missing(Key::order);
  if (auto t = take_number(values_, Key::migratetype, 255, record.migratetype)) return t;
  if (const std::string_view gfp = first_token(values_.get(Key::gfp_flags)); !gfp.empty())
    record.gfp = tables_.gfp(gfp);
  if (record.pfn == 0) record.pfn = no_pfn;  // page 0 is never handed out: a failed allocation prints pfn=0
  return std::nullopt;
}

/// A bare address is named by the symbol that trace-cmd's or perf's plugin puts in front: `(sym+0x42)
/// call_site=ffff...`.
Index TextAssembler::call_site(std::string_view payload) {
  const std::string_view value = values_.get(Key::call_site);
  return sites_.find_or(value, [&] {
    const std::string_view plain = plain_call_site(value);
    const auto address = parse_hex(has_hex_prefix(plain) ? plain.substr(2) : plain);
    if (!address || plain.size() < 4) return tables_.call_site(plain);
    if (payload.starts_with('(')) {
      const std::string_view symbol = payload.substr(1, payload.find(')') - 1);
      if (!symbol.empty() && symbol.size() < 256) return tables_.call_site(*address, plain_call_site(symbol));
    }
    return tables_.call_site(*address, hex_text(*address));
  });
}

}  // namespace kmemlab::traces
