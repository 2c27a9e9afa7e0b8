// Scrub: see scrub.h.
#include "traces/edit/scrub.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "traces/readers/raw_record.h"

namespace kmemlab::traces {
namespace {

// Names that everybody's traces have.
bool is_public(const std::string& name) {
  constexpr std::array<std::string_view, 9> others = {"krealloc", "malloc",         "calloc",        "realloc", "free",
                                                      "memalign", "posix_memalign", "aligned_alloc", "mark"};
  return kind_of_event(name) != RawKind::mark || std::find(others.begin(), others.end(), name) != others.end();
}

}  // namespace

Scrub::Scrub(const Tables& from, Tables& to, EventSink& out)
    : from_(from),
      tables_(to),
      out_(out),
      names_(from.names.size(), no_index),
      sites_(from.call_sites.size(), no_index),
      tasks_(from.tasks.size(), no_index),
      caches_(from.caches.size(), no_index) {
  tables_ = Tables{};
  tables_.gfps = from.gfps;
}

void Scrub::append(const Event& event) {
  Event e = event;
  if (events_++ != 0 && e.tick != last_tick_) ++rank_;
  last_tick_ = e.tick;
  e.tick = rank_;
  const auto renamed = [](Index old, std::vector<Index>& rows, auto& table, auto make) {
    if (old == no_index) return no_index;
    if (rows[old] == no_index) {
      rows[old] = static_cast<Index>(table.size());
      table.push_back(make());
    }
    return rows[old];
  };
  e.name = renamed(e.name, names_, tables_.names, [&] {
    const std::string& name = from_.names[e.name];
    return is_public(name) ? name : "e" + std::to_string(++own_names_);
  });
  e.call_site = renamed(e.call_site, sites_, tables_.call_sites, [&] {
    return CallSite{"s" + std::to_string(tables_.call_sites.size() + 1), 0};
  });
  e.cache = renamed(e.cache, caches_, tables_.caches, [&] { return "c" + std::to_string(tables_.caches.size() + 1); });
  e.task = task(e.task);
  out_.append(e);
}

Index Scrub::task(Index old) {
  if (old == no_index || tasks_[old] != no_index) return old == no_index ? old : tasks_[old];
  const std::int32_t pid = from_.tasks[old].pid;
  const auto [at, fresh] = row_of_pid_.try_emplace(pid, static_cast<Index>(tables_.tasks.size()));
  if (fresh) tables_.tasks.push_back({pid <= 0 ? pid : next_pid_++, ""});
  return tasks_[old] = at->second;
}

Edited Scrub::finish(const Edited& before) const {
  Edited edited = before;
  edited.tables = tables_;
  edited.quality.first_damage.clear();
  edited.source.name = "scrubbed";
  edited.source.kernel.clear();
  edited.source.clock.clear();
  return edited;
}

}  // namespace kmemlab::traces
