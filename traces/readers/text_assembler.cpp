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

/// A number under `key` into `to`; absent keys leave it alone.
template <class T>
std::optional<Trouble> take_number(const KeyValues& values, Key key, std::uint64_t most, T& to) {
  if (!values.has(key)) return std::nullopt;
  const auto v = parse_number(first_token(values.get(key)));
  if (!v || *v > most) return bad_value(key, values.get(key), "a number");
  to = static_cast<T>(*v);
  return std::nullopt;
}

/// The words before `=` of a payload, for an error that says what was found.
std::string keys_in(std::string_view payload) {
  payload = payload.substr(0, 512);
  std::string text;
  for (std::size_t equals = payload.find('='); equals != std::string_view::npos;
       equals = payload.find('=', equals + 1)) {
    const std::size_t blank = payload.substr(0, equals).find_last_of(" ,");
    const std::size_t start = blank == std::string_view::npos ? 0 : blank + 1;
    if (start == equals || equals - start > shown_max || text.size() > 200) continue;
    text += (text.empty() ? "" : ", ") + std::string(payload.substr(start, equals - start));
  }
  return text.empty() ? "no KEY=VALUE" : text;
}

}  // namespace

TextAssembler::Known& TextAssembler::event_named(std::string_view name) {
  const Index i = names_.find_or(name, [&] {
    Known fresh;
    fresh.kind = kind_of_event(name);
    fresh.name = tables_.name(name);
    known_.push_back(fresh);
    return static_cast<Index>(known_.size() - 1);
  });
  return known_[i];
}

Index TextAssembler::task_of(const TextLine& line, const TaskTexts& tasks) {
  if (line.task == no_index) return no_index;
  if (tasks_.size() <= line.task) tasks_.resize(line.task + std::size_t{1}, no_index);
  Index& task = tasks_[line.task];
  if (task == no_index) task = tables_.task(tasks.at(line.task).pid, tasks.at(line.task).comm);
  return task;
}

std::optional<Trouble> TextAssembler::assemble(const TextLine& line, const TaskTexts& tasks, LineEnd end,
                                               RawRecord& record) {
  if (!line.named && end == LineEnd::end_of_input) return Trouble{"the last line is cut", "a newline at the end"};
  Known& known = event_named(line.name);
  record.tick = line.tick;
  record.cpu = static_cast<std::uint16_t>(line.cpu);
  record.task = task_of(line, tasks);
  record.context = line.context;
  record.cpu_state = line.cpu_state;
  record.kind = known.kind;
  record.name = known.name;
  if (known.kind == RawKind::mark) return std::nullopt;
  values_.parse(line.payload, known.order);
  if (end == LineEnd::end_of_input && known.keys && known.keys != values_.mask()) {
    return Trouble{"the last line is cut", "a newline at the end"};
  }
  const bool is_slab = known.kind == RawKind::slab_alloc || known.kind == RawKind::slab_free;
  missing_.reset();
  auto trouble = is_slab ? slab(known, record, end) : page(known, record);
  if (missing_) return lacks(known, line, end);
  if (trouble) return trouble;
  if (is_slab && values_.has(Key::call_site)) record.call_site = call_site(line.payload);
  if (!known.keys) known.keys = values_.mask();
  known.watch.good();
  return std::nullopt;
}

/// The line at hand lacks missing_.
std::optional<Trouble> TextAssembler::lacks(Known& known, const TextLine& line, LineEnd end) {
  const std::string_view key = key_name(*missing_);
  if (end == LineEnd::newline && known.watch.lacks(key)) {
    return Trouble{LayoutWatch::what(line.name, key) + std::string("="),
                   "a layout of Linux 2.6.31 to 6.18; found: " + keys_in(line.payload), true};
  }
  return Trouble{"the line has no " + std::string(key) + "=", "a whole event line"};
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

/// Perfetto's traceconv prints addresses in decimal. Kernel addresses of 64 bits then have 19 or 20 digits, which no
/// hexadecimal number has; from the first one on, all are taken for decimal.
std::optional<PointerText> TextAssembler::pointer_value(std::string_view text) {
  if (decimal_pointers_ || (text.size() > 18 && parse_decimal(first_token(text)))) {
    decimal_pointers_ = true;
    if (const auto v = parse_decimal(first_token(text))) return PointerText{*v, RawPointer::known, 0};
  }
  return parse_pointer(text);
}

Index TextAssembler::gfp(std::string_view text) {
  if (text.empty()) return no_index;
  return gfps_.find_or(text, [&] { return tables_.gfp(first_token(text)); });
}

std::optional<Trouble> TextAssembler::slab(Known& known, RawRecord& record, LineEnd end) {
  if (!values_.has(Key::ptr)) {
    missing_ = Key::ptr;
    return std::nullopt;
  }
  const auto pointer = pointer_value(values_.get(Key::ptr));
  if (!pointer) return bad_value(Key::ptr, values_.get(Key::ptr), "a hexadecimal pointer");
  if (end == LineEnd::end_of_input && pointer->digits && pointer->digits < pointer_digits_ && pointer->value > 16) {
    return Trouble{"the last line is cut inside ptr=", "a newline at the end"};
  }
  record.pointer = pointer->value;
  record.pointer_text = pointer->state;
  if (const std::string_view cache = first_token(values_.get(Key::name)); !cache.empty()) {
    record.cache = caches_.find_or(cache, [&] { return tables_.cache(cache); });
  }
  if (known.kind == RawKind::slab_alloc) {
    if (auto t = sizes(record)) return t;
    if (missing_) return std::nullopt;
  }
  note_pointer(*pointer);
  return std::nullopt;
}

/// What only allocations print.
std::optional<Trouble> TextAssembler::sizes(RawRecord& record) {
  for (const Key key : {Key::bytes_req, Key::bytes_alloc}) {
    if (values_.has(key)) continue;
    missing_ = key;
    return std::nullopt;
  }
  constexpr std::uint64_t any = ~std::uint64_t{0};
  if (auto t = take_number(values_, Key::bytes_req, any, record.requested)) return t;
  if (auto t = take_number(values_, Key::bytes_alloc, any, record.granted)) return t;
  record.gfp = gfp(values_.get(Key::gfp_flags));
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
  return std::nullopt;
}

std::optional<Trouble> TextAssembler::page(Known& known, RawRecord& record) {
  if (values_.has(Key::pfn)) {
    if (auto t = take_number(values_, Key::pfn, ~std::uint64_t{0}, record.pfn)) return t;
  } else {  // the earliest events show only the page's address
    const auto page = pointer_value(values_.get(Key::page));
    if (!page) {
      missing_ = Key::pfn;
      return std::nullopt;
    }
    record.pfn = page->value;
    if (page->state == RawPointer::unmatchable) record.kind = RawKind::mark;
  }
  if (auto t = take_number(values_, Key::order, 63, record.order)) return t;
  if (known.kind != RawKind::page_alloc) return std::nullopt;
  if (!values_.has(Key::order)) {
    missing_ = Key::order;
    return std::nullopt;
  }
  if (auto t = take_number(values_, Key::migratetype, 255, record.migratetype)) return t;
  record.gfp = gfp(values_.get(Key::gfp_flags));
  if (record.pfn == 0) record.pfn = no_pfn;  // page 0 is never handed out: a failed allocation prints pfn=0
  return std::nullopt;
}

/// A bare address is named by the symbol that trace-cmd's or perf's plugin puts in front: `(sym+0x42)
/// call_site=ffff...`.
Index TextAssembler::call_site(std::string_view payload) {
  const std::string_view value = values_.get(Key::call_site);
  return sites_.find_or(value, [&] {
    const std::string_view plain = plain_call_site(value);
    if (plain.size() > 18) decimal_pointers_ = decimal_pointers_ || parse_decimal(plain);
    auto address = decimal_pointers_ ? parse_decimal(plain) : std::nullopt;
    if (!address) address = parse_hex(has_hex_prefix(plain) ? plain.substr(2) : plain);
    if (!address || plain.size() < 4) return tables_.call_site(plain);
    if (payload.starts_with('(')) {
      const std::string_view symbol = payload.substr(1, payload.find(')') - 1);
      if (!symbol.empty() && symbol.size() < 256) return tables_.call_site(*address, plain_call_site(symbol));
    }
    return tables_.call_site(*address, hex_text(*address));
  });
}

}  // namespace kmemlab::traces
