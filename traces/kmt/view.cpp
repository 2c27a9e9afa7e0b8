// Opening a container for all who read it.
#include "traces/kmt/view.h"

#include "traces/kmt/view_state.h"

namespace kmemlab::traces {

KmtView::KmtView(std::unique_ptr<State> state) : state_(std::move(state)) {}
KmtView::~KmtView() = default;

Fallible<std::shared_ptr<const KmtView>> KmtView::make(std::unique_ptr<State> state) {
  State& s = *state;
  Fallible<kmt::Opened> opened = kmt::open_directory(s.data, s.bytes);
  if (!opened) return s.blame(opened.error(), 0);
  s.opened = std::move(*opened);
  const Tables& t = s.opened.tables;
  s.limits = {s.opened.facts.max_slots, t.names.size(), t.call_sites.size(),  t.tasks.size(),
              t.caches.size(),          t.gfps.size(),  s.opened.facts.blocks};
  s.checked = std::make_unique<std::atomic<std::uint32_t>[]>(s.opened.chunks.size());
  return std::shared_ptr<const KmtView>(new KmtView(std::move(state)));
}

Fallible<std::shared_ptr<const KmtView>> KmtView::open(const std::string& path) {
  Fallible<kmt::MappedFile> file = kmt::MappedFile::open(path);
  if (!file) return Failure<Error>{file.error()};
  auto state = std::make_unique<State>();
  state->name = path;
  state->file = std::move(*file);
  state->data = state->file.data();
  state->bytes = state->file.bytes();
  return make(std::move(state));
}

Fallible<std::shared_ptr<const KmtView>> KmtView::from_bytes(ByteVector bytes, const std::string& name) {
  auto state = std::make_unique<State>();
  state->name = name;
  state->owned = std::move(bytes);
  state->data = state->owned.data();
  state->bytes = state->owned.size();
  return make(std::move(state));
}

std::uint64_t KmtView::chunks() const {
  return state_->opened.chunks.size();
}
const TraceFacts& KmtView::facts() const {
  return state_->opened.facts;
}
const Tables& KmtView::tables() const {
  return state_->opened.tables;
}
const Quality& KmtView::quality() const {
  return state_->opened.quality;
}
const Source& KmtView::source() const {
  return state_->opened.source;
}
const std::optional<Totals>& KmtView::totals() const {
  return state_->opened.totals;
}
const PageVerdicts& KmtView::page_verdicts() const {
  return state_->opened.verdicts;
}
bool KmtView::compressed() const {
  return (state_->opened.header.flags & kmt::header_flag_zstd) != 0;
}
std::string KmtView::format() const {
  const kmt::Header& h = state_->opened.header;
  return "kmt " + std::to_string(h.major) + "." + std::to_string(h.minor);
}
std::vector<std::uint64_t> KmtView::live_heads() const {
  std::vector<std::uint64_t> events;
  for (const kmt::LiveRef& l : state_->opened.live_heads) events.push_back(l.event);
  return events;
}

}  // namespace kmemlab::traces
