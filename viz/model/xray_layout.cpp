#include "viz/model/xray_layout.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "viz/model/format.h"

namespace kmemlab::viz {

namespace {

using sim::PublishedList;
using sim::PublishedTable;
using sim::PublishedTables;

/// Columns that hold the first address of a chain, in the systems that we have.
constexpr std::array<std::string_view, 3> head_columns = {"next", "head", "lowest"};

struct Pair {
  std::string_view part, whole;
  bool whole_is_rest = false, part_is_free = false, rest_is_free = false;
};
constexpr std::array pairs = {
    Pair{"totalfree", "total", false, true},
    Pair{"inuse", "free", true, false, true},
    Pair{"frused", "frtot", false, false, true},
    Pair{"used", "total", false, false, true},
    Pair{"memuse", "limit"},
    Pair{"pagused", "pagtot"},
    Pair{"pinned", "limit"},
    Pair{"fresh", "pages"},
    Pair{"ram_size", "size"},
    Pair{"pagtot", "numpages"},
};

constexpr std::uint64_t no_page = 0x00ff'ffff;  // of AIX, in columns of the unit "page"

bool is_head(const PublishedTable::Column& c) {
  return c.unit == "addr" && std::find(head_columns.begin(), head_columns.end(), c.name) != head_columns.end();
}

bool is_about_pages(const PublishedTable& t) {
  return t.columns.size() >= 2 && t.columns[0].name == "page" && t.columns[0].unit == "addr";
}

void choose_columns(const PublishedTable& t, XrayTable& x) {
  for (std::size_t c = 0; c < t.columns.size(); ++c) {
    const auto nothing = [&](const PublishedTable::Row& row) { return row.values[c] == 0; };
    const bool zero = t.rows.size() != 0 && std::all_of(t.rows.begin(), t.rows.end(), nothing);
    (zero && t.columns.size() > 3 ? x.zero : x.columns).push_back(c);
  }
  if (x.columns.empty()) std::swap(x.columns, x.zero);
  const auto named = [](const PublishedTable::Row& row) { return !row.label.empty(); };
  x.labels = std::any_of(t.rows.begin(), t.rows.end(), named);
}

void find_bars(const PublishedTable& t, XrayTable& x) {
  for (const Pair& p : pairs) {
    const std::size_t part = t.column(p.part), whole = t.column(p.whole);
    if (part == t.columns.size() || whole == t.columns.size()) continue;
    const bool shown = std::find(x.columns.begin(), x.columns.end(), whole) != x.columns.end();
    if (shown && x.bars.size() < 2) x.bars.push_back({part, whole, p.whole_is_rest, p.part_is_free, p.rest_is_free});
  }
}

/// Heads of all tables: which row's column holds this address.
struct Head {
  std::size_t table = 0, row = 0;  ///< table: index in the layout
};
using Heads = std::multimap<std::uint64_t, Head>;

Heads find_heads(const PublishedTables& tables, const XrayLayout& layout) {
  Heads heads;
  for (std::size_t i = 0; i < layout.tables.size(); ++i) {
    const PublishedTable& t = tables.tables()[layout.tables[i].table];
    if (layout.tables[i].kind == XrayKind::pages) continue;
    for (std::size_t c = 0; c < t.columns.size(); ++c) {
      for (std::size_t row = 0; is_head(t.columns[c]) && row < t.rows.size(); ++row) {
        if (t.rows[row].values[c] != 0) heads.emplace(t.rows[row].values[c], Head{i, row});
      }
    }
  }
  return heads;
}

/// A chain goes from its head to the next head.
void split(const PublishedList& list, std::size_t number, Heads& heads, XrayLayout& layout) {
  XrayChain* open = nullptr;
  for (std::size_t at = 0; at < list.addresses.size(); ++at) {
    const auto head = heads.find(list.addresses[at]);
    if (head != heads.end()) {
      XrayTable& x = layout.tables[head->second.table];
      if (x.chains.size() <= head->second.row) x.chains.resize(head->second.row + 1);
      open = &x.chains[head->second.row].emplace(XrayChain{number, at, 0});
      heads.erase(head);
    } else if (open == nullptr) {
      open = &layout.loose.emplace_back(XrayChain{number, at, 0});
    }
    ++open->count;
  }
}

bool says_size(const Step& s) {
  return s.kind == StepKind::took_block || s.kind == StepKind::pushed_block || s.kind == StepKind::carved;
}

}  // namespace

XrayLayout xray_layout(const PublishedTables& tables) {
  XrayLayout layout;
  for (std::size_t i = 0; i < tables.tables().size(); ++i) {
    const PublishedTable& t = tables.tables()[i];
    XrayTable x;
    x.table = i;
    if (is_about_pages(t)) {
      x.kind = XrayKind::pages;
      std::set<std::uint64_t> keys;
      for (const PublishedTable::Row& row : t.rows) keys.insert(row.values[1]);
      x.keys.assign(keys.begin(), keys.end());
      for (std::size_t c = 0; c < t.columns.size(); ++c) x.columns.push_back(c);
    } else {
      choose_columns(t, x);
      find_bars(t, x);
    }
    layout.tables.push_back(std::move(x));
  }
  Heads heads = find_heads(tables, layout);
  for (std::size_t n = 0; n < tables.lists().size(); ++n) split(tables.lists()[n], n, heads, layout);
  for (XrayTable& x : layout.tables) {
    if (!x.chains.empty()) x.chains.resize(tables.tables()[x.table].rows.size());
  }
  return layout;
}

std::string xray_text(std::string_view column, std::string_view unit, std::uint64_t value, AddrRange arena) {
  if (unit == "addr" && arena.contains(Addr{value})) return "+" + hex(Addr{Addr{value} - arena.base});
  if (unit == "addr") return value == 0 ? "-" : hex(Addr{value});
  if (unit == "page" && value == no_page) return "-";
  if (column == "sanity" || column == "key") return hex(Addr{value});
  return grouped(value);
}

std::string xray_key(std::string_view column, std::uint64_t value) {
  const std::string text = grouped(value);
  return column == "indx" && value >= 4 && value < 20 ? text + ": " + short_bytes(std::uint64_t{1} << value) : text;
}

std::string_view xray_meaning(std::string_view column) {
  static const std::unordered_map<std::string_view, std::string_view> meanings = {
      {"next", "head of the list of free blocks"},
      {"head", "first page with both live and free elements"},
      {"lowest", "lowest page with a free fragment"},
      {"calls", "requests so far"},
      {"total", "blocks that exist"},
      {"totalfree", "blocks on the free list"},
      {"elmpercl", "blocks that a page is cut into"},
      {"highwat", "more free blocks than this are a surplus"},
      {"hiwat", "more free blocks than this are a surplus"},
      {"lowat", "the pool's thread refills to this"},
      {"couldfree", "surplus pages that were kept because the free came from an interrupt"},
      {"inuse", "blocks that are granted"},
      {"memuse", "bytes that are granted, rounding included"},
      {"maxused", "the most that memuse ever was"},
      {"limblocks", "how often a caller slept at the limit"},
      {"limit", "a request that finds more in use than this sleeps or fails"},
      {"hits", "requests that found the list filled"},
      {"misses", "requests that found the list empty"},
      {"fail_nowait", "misses that may not sleep: null"},
      {"delayed", "misses that may sleep: memory came from the system"},
      {"freed", "blocks that the pool's thread gave back"},
      {"waiting", "calls that sleep because the list was empty"},
      {"signals", "how often the thread was asked for"},
      {"collected", "pages that the thread gave back"},
      {"refilled", "pages that the thread put into the pool"},
      {"pagtot", "pages that the heap has out of its pool"},
      {"pagused", "pages of live page runs"},
      {"fresh", "from this page on, none was ever used since the last merge"},
      {"frtot", "fragments that exist"},
      {"frused", "fragments that are granted"},
      {"fr", "lowest page with a free fragment, as a number"},
      {"amount", "bytes granted and not freed"},
      {"front_pages", "pages of the heap's own tables that have frames"},
      {"ram_size", "bytes of the area that have frames"},
      {"runs", "live runs of whole pages"},
      {"asleep", "calls that wait for frames"},
  };
  const auto found = meanings.find(column);
  return found == meanings.end() ? std::string_view() : found->second;
}

bool xray_touched(const PublishedTable& table, std::size_t row, std::span<const Step> steps) {
  const std::vector<std::uint64_t>& values = table.rows[row].values;
  const std::size_t size = table.column("size");
  for (const Step& s : steps) {
    if (size < values.size() && says_size(s) && values[size] == s.value && s.value != 0) return true;
    for (std::size_t c = 0; c < values.size(); ++c) {
      if (table.columns[c].unit == "addr" && values[c] == s.addr.v && s.addr) return true;
    }
  }
  return false;
}

bool xray_touched(AddrRange range, std::span<const Step> steps) {
  return std::any_of(steps.begin(), steps.end(), [&](const Step& s) { return s.addr && range.contains(s.addr); });
}

std::span<const Step> steps_of(const sim::Snapshot& snapshot) {
  const std::vector<Step>& all = snapshot.story.steps;
  const std::uint64_t at = snapshot.place.steps;
  if (at == 0 || at > all.size()) return all;
  return std::span(all).subspan(at - 1, 1);
}

}  // namespace kmemlab::viz
