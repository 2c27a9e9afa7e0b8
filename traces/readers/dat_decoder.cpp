// DatDecoder: see dat_decoder.h.
#include "traces/readers/dat_decoder.h"

#include <algorithm>

#include "core/base/digest.h"
#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

constexpr std::size_t comm_bytes_max = 64;  // TASK_COMM_LEN is 16
constexpr std::size_t cache_bytes_max = 128;

/// (major, minor) of "Linux host 6.1.0-56-amd64 x86_64"; zeros where it does not say.
std::pair<unsigned, unsigned> kernel_version(std::string_view uname) {
  std::size_t at = uname.find(' ');
  if (at != std::string_view::npos) at = uname.find(' ', at + 1);
  if (at == std::string_view::npos) return {0, 0};
  const std::string_view release = uname.substr(at + 1);
  const std::size_t dot = release.find('.');
  if (dot == std::string_view::npos) return {0, 0};
  const std::string_view rest = release.substr(dot + 1);
  const auto major = parse_decimal(release.substr(0, dot));
  const auto minor = parse_decimal(rest.substr(0, rest.find_first_not_of("0123456789")));
  if (!major || !minor || *major > 999 || *minor > 999) return {0, 0};
  return {static_cast<unsigned>(*major), static_cast<unsigned>(*minor)};
}

}  // namespace

std::size_t KeyIndex::place(std::uint64_t key) const {
  return mix64(key) & (slots_.size() - 1);
}

void KeyIndex::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& s : old) {
    if (s.index == no_index) continue;
    std::size_t at = place(s.key);
    while (slots_[at].index != no_index) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = s;
  }
}

DatDecoder::DatDecoder(const TraceDat& dat, TableBuilder& tables)
    : tables_(tables), order_(dat.order), symbols_(dat.kallsyms) {
  if (kernel_version(dat.kernel) >= std::pair{6U, 13U}) bit1_ = Bit1::resched_lazy;
  read_formats(dat);
  read_command_lines(dat.command_lines);
}

void DatDecoder::read_formats(const TraceDat& dat) {
  for (const EventFormatText& f : dat.formats) {
    auto head = parse_event_head(f.text);
    if (!head) continue;
    const bool memory = f.system == "kmem" && kind_of_event(head->name) != RawKind::mark;
    if (memory || !common_) head = parse_event_format(f.text);
    if (!common_) common_ = common_layout_of(*head);
    EventLayout layout;
    if (memory) {
      layout = layout_of(*head);
      if (gfp_table_.empty()) gfp_table_ = GfpTable::from_print_format(head->print_format);
      const bool printed = head->print_format.find("accounted=%s") != std::string_view::npos;
      const bool enabled = head->print_format.find("(0 &&") == std::string_view::npos;
      if (printed && enabled && !account_mask_) account_mask_ = gfp_table_.mask_of("__GFP_ACCOUNT").value_or(0);
    } else {
      layout.event = std::string(head->name);
    }
    if (layout_of_id_.size() <= head->id) layout_of_id_.resize(head->id + 1);
    layouts_.push_back(std::move(layout));
    layout_of_id_[head->id] = static_cast<std::uint32_t>(layouts_.size());
  }
}

/// Lines of `PID COMM`.
void DatDecoder::read_command_lines(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    const auto pid = parse_signed(line.substr(0, blank));
    if (!pid || *pid < 0 || *pid > 0x7fffffff) continue;
    std::string_view comm = line.substr(blank + 1, comm_bytes_max);
    comm = comm.substr(0, comm.find('\0'));
    comms_.emplace(static_cast<std::int32_t>(*pid), comm);
  }
}

std::int64_t DatDecoder::load_signed(const unsigned char* p, Field f) const {
  const std::uint64_t v = load(p, f);
  switch (f.size) {
    case 4:
      return static_cast<std::int32_t>(v);
    case 2:
      return static_cast<std::int16_t>(v);
    case 1:
      return static_cast<std::int8_t>(v);
    default:
      return static_cast<std::int64_t>(v);
  }
}

Index DatDecoder::task_of(std::int32_t pid) {
  return tasks_seen_.find_or(static_cast<std::uint32_t>(pid), [&] {
    const auto found = comms_.find(pid);
    // The idle task of every CPU is pid 0 and is never in saved_cmdlines; the kernel prints it as <idle>.
    const std::string_view comm = found != comms_.end() ? found->second : pid == 0 ? "<idle>" : "";
    return tables_.task(pid, comm == "<...>" ? "" : comm);
  });
}

Index DatDecoder::gfp_of(std::uint64_t value) {
  return gfps_.find_or(value, [&] { return tables_.gfp(value, gfp_table_); });
}

/// __data_loc: offset in the low, length in the high 16 bits; the string ends with a NUL inside the record.
Index DatDecoder::cache_of(Bytes data, Field location) {
  const auto word = static_cast<std::uint32_t>(load(data.data(), location));
  const std::size_t offset = word & 0xffff;
  const std::size_t length = word >> 16;
  if (location.size != 4 || length == 0 || offset + length > data.size()) return no_index;
  std::string_view name = as_text(data.subspan(offset, length));
  name = name.substr(0, std::min(name.find('\0'), cache_bytes_max));
  if (name.empty()) return no_index;
  // Frees of one cache come in rows.
  if (last_cache_ == no_index || tables_.tables().caches[last_cache_] != name) last_cache_ = tables_.cache(name);
  return last_cache_;
}

void DatDecoder::decode_slab(Bytes data, const EventLayout& layout, RawRecord& record) {
  const unsigned char* p = data.data();
  record.pointer = load(p, layout.pointer);
  const std::uint64_t site = load(p, layout.call_site);
  record.call_site = sites_.find_or(site, [&] { return tables_.call_site(site, symbols_.name(site)); });
  if (layout.cache_name.present()) record.cache = cache_of(data, layout.cache_name);
  if (layout.kind != RawKind::slab_alloc) return;
  record.requested = load(p, layout.requested);
  record.granted = load(p, layout.granted);
  const std::uint64_t flags = load(p, layout.gfp);
  record.gfp = gfp_of(flags);
  if (layout.node.present()) record.node = static_cast<std::int16_t>(load_signed(p, layout.node));
  if (layout.accounted.present()) {
    record.accounted = load(p, layout.accounted) ? Tri::yes : Tri::no;
  } else if (account_mask_) {
    record.accounted = flags & account_mask_ ? Tri::yes : Tri::no;
  }
}

void DatDecoder::decode_page(Bytes data, const EventLayout& layout, RawRecord& record) {
  const unsigned char* p = data.data();
  record.pfn = load(p, layout.pfn);
  if (layout.order.present()) record.order = static_cast<std::uint8_t>(load(p, layout.order));
  if (layout.kind != RawKind::page_alloc) return;
  if (layout.gfp.present()) record.gfp = gfp_of(load(p, layout.gfp));
  if (layout.migratetype.present()) record.migratetype = static_cast<std::uint8_t>(load(p, layout.migratetype));
  // A failed allocation has pfn -1 (4.0 on; printed as page (null), pfn 0), or a null page before.
  const std::uint64_t all_ones = layout.pfn.size == 4 ? 0xffffffffULL : no_pfn;
  if (record.pfn == all_ones || record.pfn == 0) record.pfn = no_pfn;
}

DatDecoder::Outcome DatDecoder::decode(Bytes data, RawRecord& record) {
  if (data.size() < common_->bytes_min) return Outcome::too_short;
  const unsigned char* p = data.data();
  const std::uint64_t id = load(p, common_->type);
  if (id >= layout_of_id_.size() || layout_of_id_[id] == 0) return Outcome::unknown_event;
  EventLayout& layout = layouts_[layout_of_id_[id] - 1];
  if (!layout.problem.empty()) {
    problem_ = layout.problem;
    return Outcome::bad_layout;
  }
  if (data.size() < layout.bytes_min) return Outcome::too_short;
  if (layout.name == no_index) layout.name = tables_.name(layout.event);
  record.kind = layout.kind;
  record.name = layout.name;
  if (record.task == no_index) record.task = task_of(static_cast<std::int32_t>(load(p, common_->pid)));
  if (common_->flags.present()) {
    const auto flags = static_cast<unsigned>(load(p, common_->flags));
    const auto depth = common_->preempt_count.present() ? static_cast<unsigned>(load(p, common_->preempt_count)) : 0U;
    record.context = context_of_flags(flags);
    record.cpu_state = cpu_state_of_flags(flags, depth, bit1_);
    if (!common_->preempt_count.present()) record.cpu_state.preempt_off = Tri::unknown;
  }
  if (layout.kind == RawKind::slab_alloc || layout.kind == RawKind::slab_free) decode_slab(data, layout, record);
  if (layout.kind == RawKind::page_alloc || layout.kind == RawKind::page_free) decode_page(data, layout, record);
  return Outcome::good;
}

}  // namespace kmemlab::traces
