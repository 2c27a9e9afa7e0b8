// The writer: rows gather in one chunk, chunks go out as they fill, tables and directory follow at the end, and the
// header, which knows where they are, is put in last. Until then the file does not even have its magic.
#include "traces/kmt/writer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/ints.h"
#include "traces/kmt/checksum.h"
#include "traces/kmt/encode.h"
#include "traces/kmt/live_piece.h"
#include "traces/kmt/live_sums.h"
#include "traces/kmt/output.h"
#include "traces/kmt/totals_section.h"
#include "traces/kmt/verdict_section.h"

namespace kmemlab::traces {

using namespace kmt;

namespace {

struct Patch {
  std::uint64_t event = 0;
  Index cache = no_index;
};

// 1 + the greatest table row that any event names.
struct TableUse {
  std::uint64_t names = 0, call_sites = 0, tasks = 0, caches = 0, gfps = 0;
  static void note(std::uint64_t& use, Index i) {
    if (i != no_index) use = std::max(use, std::uint64_t{i} + 1);
  }
  void add(const Event& e) {
    note(names, e.name), note(call_sites, e.call_site), note(tasks, e.task), note(caches, e.cache), note(gfps, e.gfp);
  }
};

}  // namespace

struct KmtWriter::State {
  State(Output o, KmtOptions opts) : out(std::move(o)), options(opts) {
    if (options.compression == KmtCompression::zstd) compressor = std::make_unique<Compressor>(options.level);
    const unsigned char blank[header_bytes] = {};
    out.write(blank, sizeof blank);
  }
  void flush_chunk();
  void store_live();
  void write_live_index();
  void write_index();
  void write_patches();
  void write_section(SectionId id, const ByteVector& raw);
  void write_directory_and_header();
  Fallible<void> check_tables(const Tables& tables) const;
  Fallible<void> check_density() const;

  Output out;
  std::optional<Totals> totals;
  PageVerdicts verdicts;
  KmtOptions options;
  std::unique_ptr<Compressor> compressor;
  std::unique_ptr<ChunkRows> rows = std::make_unique<ChunkRows>();
  std::uint32_t filled = 0;
  std::uint64_t first_event = 0, next_id = 0;  // at the head of the chunk being filled
  EncodeScratch scratch;
  ByteVector encoded;
  std::vector<ChunkRef> index;
  std::vector<Patch> patches;
  std::vector<Section> sections;
  TraceFacts facts;
  LiveSums live;
  Compressor live_compressor{1};
  std::vector<LiveRef> live_heads;
  std::uint64_t chunks_bytes = 0, live_bytes = 0;
  std::uint64_t live_cost = 0;  // of a block when they were last encoded, in 256ths of a byte
  TableUse use;
  bool finished = false;
};

void KmtWriter::State::flush_chunk() {
  if (filled == 0) return;
  ChunkRef ref{out.position(), 0, first_event, rows->tick[0], rows->tick[filled - 1], next_id};
  encode_rows(*rows, filled, first_event, next_id, compressor.get(), scratch, encoded);
  ref.bytes = encoded.size();
  out.write(encoded.data(), encoded.size());
  chunks_bytes += ref.bytes;
  index.push_back(ref);
  first_event += filled;
  filled = 0;
}

// At the head of a chunk that is about to begin: what lives there, if the bytes for it are saved up.
void KmtWriter::State::store_live() {
  const std::uint64_t room = chunks_bytes / live_share;
  const std::uint64_t blocks = live.live_blocks();
  if (live_bytes + live_header_bytes + live_entry_bytes + blocks * live_cost / 256 > room) return;
  const ByteVector piece = encode_live(first_event, live.live(), live_compressor);
  const std::uint64_t bytes = piece.size() + live_entry_bytes;
  live_cost = 256 * (piece.size() - live_header_bytes) / std::max<std::uint64_t>(blocks, 1);
  if (live_bytes + bytes > room) return;
  live_heads.push_back({first_event, out.position(), piece.size()});
  out.write(piece.data(), piece.size());
  live_bytes += bytes;
}

void KmtWriter::State::write_live_index() {
  if (live_heads.empty()) return;
  ByteVector raw;
  ByteWriter w(raw);
  w.u64(live_heads.size());
  w.u32(live_entry_bytes);
  w.u32(0);
  for (const LiveRef& l : live_heads) w.u64(l.event), w.u64(l.offset), w.u64(l.bytes);
  write_section(SectionId::live_sets, raw);
}

void KmtWriter::State::write_section(SectionId id, const ByteVector& raw) {
  Section s;
  s.id = static_cast<std::uint32_t>(id);
  // These can be worked out again, or done without.
  const bool optional =
      id == SectionId::totals || id == SectionId::live_sets || id == SectionId::page_verdicts;
  s.flags = optional ? 0 : section_required;
  s.offset = out.position();
  s.raw_bytes = raw.size();
  ByteVector stored;
  Codec codec = Codec::stored;
  if (compressor) codec = compressor->compress(raw.data(), raw.size(), 1, stored);
  if (codec == Codec::stored || stored.size() * section_ratio_max < raw.size()) stored = raw, codec = Codec::stored;
  s.codec = static_cast<std::uint16_t>(codec);
  s.stored_bytes = stored.size();
  s.checksum = checksum(stored.data(), stored.size());
  stored.resize((stored.size() + 7) & ~std::size_t{7});
  out.write(stored.data(), stored.size());
  sections.push_back(s);
}

void KmtWriter::State::write_index() {
  ByteVector raw;
  ByteWriter w(raw);
  w.u64(index.size());
  w.u32(index_entry_bytes);
  w.u32(0);
  for (const ChunkRef& c : index)
    w.u64(c.offset), w.u64(c.bytes), w.u64(c.first_event), w.u64(c.first_tick), w.u64(c.last_tick), w.u64(c.next_id);
  write_section(SectionId::chunk_index, raw);
}

void KmtWriter::State::write_patches() {
  std::stable_sort(patches.begin(), patches.end(), [](const Patch& a, const Patch& b) { return a.event < b.event; });
  std::vector<Patch> last;  // the last call for an event wins
  for (const Patch& p : patches) {
    if (!last.empty() && last.back().event == p.event) last.pop_back();
    last.push_back(p);
  }
  if (last.empty()) return;
  ByteVector raw;
  ByteWriter w(raw);
  w.u64(last.size());
  std::uint64_t before = 0;
  for (const Patch& p : last) w.u64(p.event - std::exchange(before, p.event));
  for (const Patch& p : last) w.u32(p.cache);
  write_section(SectionId::patches, raw);
}

void KmtWriter::State::write_directory_and_header() {
  ByteVector directory(directory_entry_bytes * sections.size());
  for (std::size_t i = 0; i < sections.size(); ++i)
    encode_section(sections[i], directory.data() + directory_entry_bytes * i);
  Header h;
  h.flags = compressor ? header_flag_zstd : 0;
  h.events = facts.events;
  h.directory_offset = out.position();
  h.sections = static_cast<std::uint32_t>(sections.size());
  if (verdicts.any()) h.minor = verdicts_minor_version;
  h.directory_checksum = checksum(directory.data(), directory.size());
  out.write(directory.data(), directory.size());
  h.file_bytes = out.position();
  unsigned char header[header_bytes];
  encode_header(h, header);
  out.patch(0, header, sizeof header);
}

Fallible<void> KmtWriter::State::check_tables(const Tables& t) const {
  const auto check = [](std::uint64_t used, std::size_t size) { return used <= size; };
  const char* table = !check(use.names, t.names.size())             ? "event name"
                      : !check(use.call_sites, t.call_sites.size()) ? "call site"
                      : !check(use.tasks, t.tasks.size())           ? "task"
                      : !check(use.caches, t.caches.size())         ? "cache"
                      : !check(use.gfps, t.gfps.size())             ? "gfp"
                                                                    : nullptr;
  if (table == nullptr) return {};
  return fail(std::string("an event refers to a ") + table + " that its table does not have");
}

Fallible<void> KmtWriter::State::check_density() const {
  const std::uint64_t most = saturating_add(facts.events, density_slack);
  if (facts.max_slots <= most && facts.blocks <= most) return {};
  return fail("slots or ids of these events are not dense", "expected no more of them than events plus 2^20");
}

KmtWriter::KmtWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
KmtWriter::KmtWriter(KmtWriter&&) noexcept = default;
KmtWriter& KmtWriter::operator=(KmtWriter&&) noexcept = default;
KmtWriter::~KmtWriter() = default;

Fallible<KmtWriter> KmtWriter::create(const std::string& path, KmtOptions options) {
  Fallible<Output> out = Output::to_file(path);
  if (!out) return Failure<Error>{out.error()};
  return KmtWriter(std::make_unique<State>(std::move(*out), options));
}

KmtWriter KmtWriter::to_memory(KmtOptions options) {
  return KmtWriter(std::make_unique<State>(Output::to_memory(), options));
}

void KmtWriter::append(const Event& event) {
  State& s = *state_;
  if (s.filled == chunk_events) s.flush_chunk(), s.store_live();
  s.rows->set(s.filled++, event);
  s.live.add(event, s.facts);
  s.use.add(event);
}

void KmtWriter::learn_cache(std::uint64_t event_index, Index cache) {
  State& s = *state_;
  if (event_index >= s.facts.events) return;
  TableUse::note(s.use.caches, cache);
  if (event_index >= s.first_event) {
    s.rows->cache[event_index - s.first_event] = cache;
  } else {
    s.patches.push_back({event_index, cache});
  }
}

const TraceFacts& KmtWriter::facts() const {
  return state_->facts;
}

Fallible<void> KmtWriter::finish(const Tables& tables, const Quality& quality, const Source& source) {
  State& s = *state_;
  if (std::exchange(s.finished, true)) return fail("this trace is finished already");
  if (Fallible<void> fit = s.check_tables(tables); !fit) return fit;
  if (Fallible<void> dense = s.check_density(); !dense) return dense;
  s.flush_chunk();
  s.write_section(SectionId::meta, encode_facts(s.facts));
  s.write_section(SectionId::source, encode_source(source));
  s.write_section(SectionId::quality, encode_quality(quality));
  s.write_section(SectionId::names, encode_names(tables.names));
  s.write_section(SectionId::call_sites, encode_call_sites(tables.call_sites));
  s.write_section(SectionId::tasks, encode_tasks(tables.tasks));
  s.write_section(SectionId::caches, encode_names(tables.caches));
  s.write_section(SectionId::gfps, encode_gfps(tables.gfps));
  if (s.totals) s.write_section(SectionId::totals, encode_totals(*s.totals));
  if (s.verdicts.any()) s.write_section(SectionId::page_verdicts, encode_verdicts(s.verdicts));
  s.write_patches();
  s.write_index();
  s.write_live_index();
  s.write_directory_and_header();
  return s.out.commit();
}

void KmtWriter::set_totals(const Totals& totals) {
  state_->totals = totals;
}

void KmtWriter::set_page_verdicts(PageVerdicts verdicts) {
  state_->verdicts = std::move(verdicts);
}

ByteVector KmtWriter::take_bytes() {
  return state_->out.take_memory();
}

}  // namespace kmemlab::traces
