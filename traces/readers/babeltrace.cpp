// read_babeltrace: see babeltrace.h.
#include "traces/readers/babeltrace.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "traces/readers/babel_line.h"
#include "traces/readers/byte_reader.h"
#include "traces/readers/layout_watch.h"
#include "traces/readers/line_source.h"
#include "traces/readers/number_text.h"
#include "traces/readers/text_memo.h"
#include "traces/readers/text_words.h"
#include "traces/readers/user_calls.h"

namespace kmemlab::traces {
namespace {

constexpr std::uint64_t day_ns = 86400ULL * 1'000'000'000;
constexpr std::uint32_t cpu_max = 0xffff;

/// How many events a warning says were dropped; 0 = it does not say; nothing if it is no such warning.
std::optional<std::uint64_t> loss_of(std::string_view text) {
  const bool warning = text.find("arning") != std::string_view::npos || text.find("WARNING") != std::string_view::npos;
  const std::size_t said = text.find("iscarded ");
  if (said != std::string_view::npos) {
    const auto count = parse_decimal(first_word(text.substr(said + 9)));
    if (count && text.find("event", said) != std::string_view::npos) return *count;
  }
  if (warning && text.find("lost ") != std::string_view::npos) return 0;  // whole sub-buffers
  return std::nullopt;
}

class BabeltraceReader {
 public:
  BabeltraceReader(const ReadJob& job, ByteStream& stream) : job_(job), lines_(job, stream) {}

  Fallible<void> run() {
    lines_.each([&](const SourceLine& line) { take(line); });
    if (refusal_) return Failure<Error>{std::move(*refusal_)};
    job_.source.format = user_space_ ? "LTTng-UST, as babeltrace text" : "LTTng, as babeltrace text";
    return {};
  }

 private:
  struct Known {
    RawKind kind = RawKind::mark;
    UserCall call = UserCall::none;
    Index name = no_index;
    LayoutWatch watch;
  };

  void take(const SourceLine& line) {
    if (skip_blanks(line.text).empty()) return;
    if (!parse_babel_line(line.text, said_)) {
      const auto lost = loss_of(line.text);
      if (!lost) return lines_.damaged(line, "not an event line", "[TIME] HOST EVENT: { cpu_id = N }, { FIELDS }");
      RawRecord r;
      r.kind = RawKind::lost;
      r.tick = last_tick_;
      r.requested = *lost;
      return job_.sink.record(r);
    }
    Known& known = event_named(said_.name);
    RawRecord r;
    r.kind = known.kind;
    r.name = known.name;
    r.tick = time();
    r.cpu = static_cast<std::uint16_t>(std::min<std::uint64_t>(said_.context.number("cpu_id").value_or(0), cpu_max));
    r.task = task(r.cpu);
    const char* missing = fill(known, r);
    if (missing != nullptr) return lacks(line, known, missing);
    known.watch.good();
    last_tick_ = r.tick;
    job_.sink.record(r);
    if (said_.name == "sched_switch") switch_task(r.cpu);
  }

  Known& event_named(std::string_view name) {
    const Index i = names_.find_or(name, [&] {
      constexpr std::string_view provider = "lttng_ust_libc:";
      Known fresh;
      if (name.starts_with(provider)) {
        user_space_ = true;
        fresh.call = user_call_named(name.substr(provider.size()));
        fresh.name = job_.tables.name(name.substr(provider.size()));
      } else {
        fresh.kind = kind_of_event(name);
        fresh.name = job_.tables.name(name);
      }
      known_.push_back(fresh);
      return static_cast<Index>(known_.size() - 1);
    });
    return known_[i];
  }

  std::uint64_t time() {
    if (said_.time == BabelTime::of_day) {
      if (said_.tick + day_ns / 2 < last_of_day_) midnights_ += day_ns;
      last_of_day_ = said_.tick;
    }
    return said_.tick + midnights_;
  }

  Index task(std::uint16_t cpu) {
    std::optional<std::uint64_t> tid;
    for (const char* key : {"tid", "vtid", "pid", "vpid"}) {
      if (!tid) tid = said_.context.number(key);
    }
    if (!tid) tid = said_.vpid;
    if (!tid || *tid > 0x7fffffff) return cpu < running_.size() ? running_[cpu] : no_index;
    const std::string_view procname = said_.context.text("procname").value_or(said_.procname);
    return job_.tables.task(static_cast<std::int32_t>(*tid), procname);
  }

  void switch_task(std::uint16_t cpu) {
    const auto tid = said_.payload.number("next_tid");
    if (running_.size() <= cpu) running_.resize(cpu + std::size_t{1}, no_index);
    running_[cpu] = no_index;
    if (!tid || *tid > 0x7fffffff) return;
    std::string_view comm = said_.payload.text("next_comm").value_or("");
    if (*tid == 0 && comm.starts_with("swapper")) comm = "<idle>";
    running_[cpu] = job_.tables.task(static_cast<std::int32_t>(*tid), comm);
  }

  /// The payload into `r`; what is missing or no number, if anything is.
  const char* fill(const Known& known, RawRecord& r) {
    const BabelFields& f = said_.payload;
    if (known.call != UserCall::none) return fill_user_call(known.call, r);
    switch (known.kind) {
      case RawKind::slab_alloc:
        if (!take(f, "bytes_req", r.requested)) return "bytes_req";
        if (!take(f, "bytes_alloc", r.granted)) return "bytes_alloc";
        r.gfp = gfp();
        if (const auto node = f.number("node"); node && *node <= 0x7fff) r.node = static_cast<std::int16_t>(*node);
        [[fallthrough]];
      case RawKind::slab_free:
        if (!take(f, "ptr", r.pointer)) return "ptr";
        r.call_site = call_site();
        if (const auto cache = f.text("name")) r.cache = job_.tables.cache(*cache);
        return nullptr;
      case RawKind::page_alloc:
      case RawKind::page_free:
        return fill_page(r);
      case RawKind::mark:
      case RawKind::lost:
      case RawKind::slab_realloc:
        break;
    }
    return nullptr;
  }

  const char* fill_page(RawRecord& r) {
    std::uint64_t order = 0, migratetype = 0;
    if (!take(said_.payload, "pfn", r.pfn) && !take(said_.payload, "page", r.pfn)) return "pfn";
    const bool has_order = take(said_.payload, "order", order);
    (void)take(said_.payload, "migratetype", migratetype);
    r.order = static_cast<std::uint8_t>(std::min<std::uint64_t>(order, 63));
    if (r.kind != RawKind::page_alloc) return nullptr;
    if (!has_order) return "order";
    r.migratetype = static_cast<std::uint8_t>(std::min<std::uint64_t>(migratetype, 255));
    r.gfp = gfp();
    if (r.pfn == 0) r.pfn = no_pfn;
    return nullptr;
  }

  const char* fill_user_call(UserCall call, RawRecord& r) {
    const BabelFields& f = said_.payload;
    UserCallValues v;
    std::uint64_t failed = 0;
    const bool aligned_out = call == UserCall::posix_memalign;
    if (call != UserCall::free && !take(f, "size", v.size)) return "size";
    if (call == UserCall::calloc && !take(f, "nmemb", v.count)) return "nmemb";
    if (call == UserCall::realloc && !take(f, "in_ptr", v.pointer)) return "in_ptr";
    if (aligned_out && !take(f, "result", failed)) return "result";
    const char* result = aligned_out ? "out_ptr" : "ptr";
    std::uint64_t& to = call == UserCall::free ? v.pointer : v.result;
    if (!take(f, result, to)) return result;
    if (failed != 0) v.result = 0;
    return record_of_call(call, v, r) ? nullptr : "size";
  }

  static bool take(const BabelFields& fields, std::string_view key, std::uint64_t& to) {
    const auto v = fields.number(key);
    if (v) to = *v;
    return v.has_value();
  }

  Index gfp() {
    const auto text = said_.payload.text("gfp_flags");
    return text ? gfps_.find_or(*text, [&] { return job_.tables.gfp(*text); }) : no_index;
  }

  Index call_site() {
    const auto text = said_.payload.text("call_site");
    if (!text) return no_index;
    return sites_.find_or(*text, [&] {
      const auto address = said_.payload.number("call_site");
      return address ? job_.tables.call_site(*address, hex_text(*address)) : job_.tables.call_site(*text);
    });
  }

  void lacks(const SourceLine& line, Known& known, const char* key) {
    const bool absent = !said_.payload.text(key);
    if (!absent) return lines_.damaged(line, std::string(key) + " is no number that can be", "a number");
    if (!known.watch.lacks(key)) return lines_.damaged(line, "the line has no " + std::string(key), "a whole event");
    std::string found;
    for (std::size_t i = 0; i < said_.payload.size(); ++i) found += (i ? ", " : "") + std::string(said_.payload.key(i));
    refusal_ =
        Error{LayoutWatch::what(said_.name, key), "an LTTng layout that is known; found: " + found.substr(0, 200),
              job_.input.path(), line.number, line.offset};
    lines_.stop();
  }

  const ReadJob& job_;
  LineSource lines_;
  BabelLine said_;
  TextMemo names_, sites_, gfps_;
  std::vector<Known> known_;
  std::vector<Index> running_;  // on each CPU, by its last sched_switch
  std::uint64_t last_tick_ = 0, last_of_day_ = 0, midnights_ = 0;
  bool user_space_ = false;
  std::optional<Error> refusal_;
};

}  // namespace

bool looks_like_babeltrace(Bytes head) {
  std::string_view text = as_text(head);
  BabelLine line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (parse_babel_line(text.substr(0, end), line)) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

Fallible<void> read_babeltrace(const ReadJob& job) {
  auto stream = job.input.stream();
  if (!stream) return Failure<Error>{stream.error()};
  return BabeltraceReader(job, **stream).run();
}

}  // namespace kmemlab::traces
