// The explanation for a terminal: short lines, no colour, exact numbers.
#include <algorithm>

#include "sim/check/explain.h"
#include "sim/check/metrics.h"
#include "sim/check/numbers.h"
#include "sim/check/text_table.h"
#include "sim/check/words.h"

namespace kmemlab::check {

namespace {

constexpr std::size_t rows_shown = 10;

/// Since the trace's first event.
std::string time_text(const Explanation& e, std::uint64_t tick) {
  const std::uint64_t ns = tick - std::min(tick, e.first_tick);
  const std::string us = decimal(ns / 1000 % 1'000'000);
  return grouped(ns / 1'000'000'000) + "." + std::string(6 - us.size(), '0') + us + " s";
}

std::string event_text(std::uint64_t event) {
  return "event " + grouped(event);
}

void put_metric(std::string& text, const Explanation& e, const std::string& name, const char* head) {
  const Metric* metric = find_metric(name);
  const auto a = e.ends[0].metrics.find(name), b = e.ends[1].metrics.find(name);
  text += head + name;
  if (metric == nullptr || a == e.ends[0].metrics.end() || b == e.ends[1].metrics.end()) {
    text += "  (not known of both sides)\n";
    return;
  }
  text += "  A " + metric->shown(a->second) + "  B " + metric->shown(b->second);
  if (a->second == b->second) {
    text += "  (the same)";
  } else if (!metric->hexadecimal) {
    const bool less = b->second < a->second;
    const u128 part = less ? a->second - b->second : b->second - a->second;
    text += "  B - A " + with_sign(less ? -static_cast<i128>(part) : static_cast<i128>(part));
    if (a->second != 0) text += std::string(" (") + (less ? "-" : "+") + permille_text(part, a->second) + " per mille)";
  }
  text += "\n";
}

void put_parting(std::string& text, const Parting& p, const std::string& indent) {
  text += indent + p.about + "\n";
  for (unsigned side = 0; side < 2; ++side) {
    text += indent + (side == 0 ? "A: " : "B: ") + in_words(p.sides[side], p.event) + "\n";
  }
}

void put_chain(std::string& text, const Explanation& e) {
  struct Link {
    std::uint64_t event, tick;
    std::string what;
  };
  std::vector<Link> chain;
  for (const FirstOf& f : e.firsts) {
    if (f.at) chain.push_back({f.at->event, f.at->tick, std::string("the first other ") + f.what});
  }
  for (const Milestone& m : e.course) {
    chain.push_back({m.event, m.tick, "B - A is " + with_sign(m.difference) + " " + e.unit + ": " + m.what});
  }
  std::stable_sort(chain.begin(), chain.end(), [](const Link& x, const Link& y) { return x.event < y.event; });
  TextTable table({}, TextTable::Last::left);
  for (const Link& link : chain) table.row({event_text(link.event), time_text(e, link.tick), link.what});
  if (!table.empty()) text += "\nfrom there to " + e.metric + ":\n" + table.text();
}

void put_firsts(std::string& text, const Explanation& e) {
  std::vector<const FirstOf*> firsts;
  for (const FirstOf& f : e.firsts) {
    if (f.at) firsts.push_back(&f);
  }
  std::stable_sort(firsts.begin(), firsts.end(),
                   [](const FirstOf* x, const FirstOf* y) { return x->at->event < y->at->event; });
  for (const FirstOf* f : firsts) {
    text += std::string("\nfirst other ") + f->what + ": " + event_text(f->at->event) + ", at " +
            time_text(e, f->at->tick) + "\n";
    put_parting(text, *f->at, "  ");
  }
}

void put_kinds(std::string& text, const Explanation& e) {
  if (e.kinds.empty()) return;
  TextTable table({"first decision that differs", "events", "first at"});
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < e.kinds.size(); ++i) {
    if (i >= rows_shown) {
      rest += e.kinds[i].events;
    } else {
      table.row({e.kinds[i].how, grouped(e.kinds[i].events), event_text(e.kinds[i].first)});
    }
  }
  if (rest != 0) table.row({grouped(e.kinds.size() - rows_shown) + " other kinds", grouped(rest), ""});
  text += "\n" + table.text();
}

std::vector<std::string> owner_row(const std::string& name, u128 a, u128 b) {
  return {name, grouped(a), grouped(b), with_sign(static_cast<i128>(b) - static_cast<i128>(a))};
}

void put_owners(std::string& text, const Explanation& e) {
  constexpr const char* heads[] = {"waste by reason, byte-ticks", "by call site", "by bytes asked for"};
  for (std::size_t list = 0; list < e.owners.size(); ++list) {
    if (e.owners[list].empty()) continue;
    TextTable table({heads[list], "A", "B", "B - A"});
    OwnerRow all, rest;
    for (std::size_t i = 0; i < e.owners[list].size(); ++i) {
      const OwnerRow& row = e.owners[list][i];
      if (row.a == 0 && row.b == 0) continue;
      all.a += row.a, all.b += row.b;
      if (i < rows_shown) {
        table.row(owner_row(row.name, row.a, row.b));
      } else {
        rest.a += row.a, rest.b += row.b;
      }
    }
    if (e.owners[list].size() > rows_shown) {
      table.row(owner_row(grouped(e.owners[list].size() - rows_shown) + " others", rest.a, rest.b));
    }
    table.row(owner_row("sum", all.a, all.b));
    text += "\n" + table.text();
  }
}

}  // namespace

std::string explain_text(const Explanation& e) {
  std::string text = e.trace + ", " + grouped(e.events) + " events\n  A: " + e.names[0] + "\n  B: " + e.names[1] + "\n";
  for (unsigned side = 0; side < 2; ++side) {
    if (!e.ends[side].stopped.empty())
      text += std::string(side == 0 ? "A" : "B") + " stopped: " + e.ends[side].stopped + "\n";
  }
  put_metric(text, e, e.metric, "metric: ");
  for (const std::string& other : e.others) put_metric(text, e, other, "   and: ");
  if (!e.first) {
    text += e.outcomes_only ? "no difference in what was given, refused, slept and held\n"
                            : "every decision of both is the same";
    if (!e.outcomes_only) {
      text += e.metrics_differing == 0 ? ", and every metric\n"
                                       : "; only the accounting differs: " + grouped(e.metrics_differing) +
                                             " metrics ('kmemlab diff' lists them)\n";
    }
    return text;
  }
  text += "they differ in " + grouped(e.differing) + " of the " + grouped(e.compared) +
          " events in which anything was decided";
  text += e.outcomes_only
              ? "\n  (different cores: compared is what they gave, refused, slept and held, not their steps)\n"
              : "\n";
  if (e.outcomes_only) {
    put_firsts(text, e);
  } else {
    text += "\nfirst parting: " + event_text(e.first->event) + ", at " + time_text(e, e.first->tick) + "\n";
    put_parting(text, *e.first, "  ");
    for (const Parting& p : e.next) {
      text += "then " + event_text(p.event) + ", at " + time_text(e, p.tick) + "\n";
      put_parting(text, p, "  ");
    }
  }
  put_chain(text, e);
  put_kinds(text, e);
  put_owners(text, e);
  return text;
}

}  // namespace kmemlab::check
