// TableBuilder: see table_builder.h.
#include "traces/readers/table_builder.h"

#include "core/base/digest.h"

namespace kmemlab::traces {

std::uint64_t StringIndex::hash(std::string_view key) {
  Digest d;
  d.add(key);
  return d.value();
}

void StringIndex::place(Slot slot, std::uint64_t low_bits) {
  std::size_t at = low_bits & mask();
  while (slots_[at].index != no_index) at = (at + 1) & mask();
  slots_[at] = slot;
}

void StringIndex::add(std::string_view key, Index index) {
  const std::uint64_t h = hash(key);
  hashes_.push_back(h);
  indices_.push_back(index);
  if (hashes_.size() * 2 > slots_.size()) {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, Slot{});
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
      place({static_cast<std::uint32_t>(hashes_[i] >> 32), indices_[i]}, hashes_[i]);
    }
    return;
  }
  place({static_cast<std::uint32_t>(h >> 32), index}, h);
}

namespace {

Index intern(StringIndex& index, std::vector<std::string>& strings, std::string_view text) {
  const Index found = index.find(text, [&](Index i) -> std::string_view { return strings[i]; });
  if (found != no_index) return found;
  const auto next = static_cast<Index>(strings.size());
  strings.emplace_back(text);
  index.add(text, next);
  return next;
}

}  // namespace

Index TableBuilder::name(std::string_view text) {
  return intern(names_, tables_.names, text);
}
Index TableBuilder::cache(std::string_view text) {
  return intern(caches_, tables_.caches, text);
}

Index TableBuilder::call_site(std::string_view text) {
  auto& all = tables_.call_sites;
  const Index found = call_sites_.find(text, [&](Index i) -> std::string_view { return all[i].name; });
  if (found != no_index) return found;
  const auto next = static_cast<Index>(all.size());
  all.push_back({std::string(text), 0});
  call_sites_.add(text, next);
  return next;
}

Index TableBuilder::call_site(std::uint64_t address, std::string_view text) {
  tables_.call_sites.push_back({std::string(text), address});
  return static_cast<Index>(tables_.call_sites.size() - 1);
}

Index TableBuilder::task(std::int32_t pid, std::string_view comm) {
  key_.assign(reinterpret_cast<const char*>(&pid), sizeof pid);
  key_ += comm;
  const Index found = tasks_.find(key_, [&](Index i) -> std::string_view { return task_keys_[i]; });
  if (found != no_index) return found;
  const auto next = static_cast<Index>(tables_.tasks.size());
  tables_.tasks.push_back({pid, std::string(comm)});
  task_keys_.push_back(key_);
  tasks_.add(key_, next);
  return next;
}

Index TableBuilder::gfp(std::string_view text) {
  auto& all = tables_.gfps;
  const Index found = gfps_.find(text, [&](Index i) -> std::string_view { return all[i].text; });
  if (found != no_index) return found;
  const auto next = static_cast<Index>(all.size());
  all.push_back(gfp_from_text(text));
  gfps_.add(text, next);
  return next;
}

Index TableBuilder::gfp(Gfp said) {
  tables_.gfps.push_back(std::move(said));
  return static_cast<Index>(tables_.gfps.size() - 1);
}

Index TableBuilder::gfp(std::uint64_t value, const GfpTable& table) {
  const auto [at, fresh] = gfp_values_.try_emplace(value, static_cast<Index>(tables_.gfps.size()));
  if (fresh) tables_.gfps.push_back(table.describe(value));
  return at->second;
}

}  // namespace kmemlab::traces
