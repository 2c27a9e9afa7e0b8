#include "sim/cli/html/owners.h"

#include <fmt/format.h>

#include <algorithm>

namespace kmemlab::cli {

namespace {

using sim::Account;

void add(Account& sum, const Account& a) {
  sum.requests += a.requests, sum.granted += a.granted, sum.failed += a.failed, sum.refused += a.refused;
  sum.unfinished += a.unfinished;
  sum.requested_bytes += a.requested_bytes, sum.granted_bytes += a.granted_bytes;
  sum.requested_ticks += a.requested_ticks, sum.granted_ticks += a.granted_ticks;
}

/// Byte-ticks as byte-seconds with three digits: a tick is a nanosecond.
std::string byte_seconds(u128 byte_ticks) {
  const auto milli = static_cast<std::uint64_t>(byte_ticks / 1'000'000);
  return fmt::format("{}.{:03}", with_commas(milli / 1000), milli % 1000);
}

/// A column of an owner table: what it says of an account, given the sum of all accounts.
struct Field {
  ReportTable::Column column;
  std::string (*cell)(const Account& a, const Account& all);
};

std::vector<Field> fields_of_bytes() {
  return {
      {{"requests", "allocations asked for"}, [](const Account& a, const Account&) { return with_commas(a.requests); }},
      {{"not granted", "of them failed, refused, or asleep at the end"},
       [](const Account& a, const Account&) { return with_commas(a.failed + a.refused + a.unfinished); }},
      {{"requested", "bytes asked for"},
       [](const Account& a, const Account&) { return with_commas(a.requested_bytes); }},
      {{"granted", "bytes given"}, [](const Account& a, const Account&) { return with_commas(a.granted_bytes); }}};
}

std::vector<Field> fields_of_granted() {
  std::vector<Field> fields = fields_of_bytes();
  fields.push_back({{"byte-seconds", "granted bytes times the time that they were live"},
                    [](const Account& a, const Account&) { return byte_seconds(a.granted_ticks); }});
  fields.push_back({{"share", "of the byte-seconds of all call sites"}, [](const Account& a, const Account& all) {
                      return permille_text(share_permille(a.granted_ticks, all.granted_ticks));
                    }});
  return fields;
}

std::vector<Field> fields_of_waste() {
  std::vector<Field> fields = fields_of_bytes();
  fields.push_back({{"wasted", "byte-seconds of bytes granted, but not asked for"},
                    [](const Account& a, const Account&) { return byte_seconds(a.waste_ticks()); }});
  fields.push_back({{"share", "of all that is wasted so"}, [](const Account& a, const Account& all) {
                      return permille_text(share_permille(a.waste_ticks(), all.waste_ticks()));
                    }});
  return fields;
}

std::vector<Field> fields_of_sizes() {
  return {
      {{"requests", "allocations of such a size"},
       [](const Account& a, const Account&) { return with_commas(a.requests); }},
      {{"failed", "legal, but returned null"}, [](const Account& a, const Account&) { return with_commas(a.failed); }},
      {{"refused", "forbidden in their context or size"},
       [](const Account& a, const Account&) { return with_commas(a.refused); }},
      {{"requested", "bytes asked for"},
       [](const Account& a, const Account&) { return with_commas(a.requested_bytes); }},
      {{"granted", "bytes given"}, [](const Account& a, const Account&) { return with_commas(a.granted_bytes); }},
      {{"share", "of the byte-seconds granted"},
       [](const Account& a, const Account& all) {
         return permille_text(share_permille(a.granted_ticks, all.granted_ticks));
       }},
      {{"of waste", "share of the byte-seconds granted, but not asked for"}, [](const Account& a, const Account& all) {
         return permille_text(share_permille(a.waste_ticks(), all.waste_ticks()));
       }}};
}

void row(ReportTable& table, const std::vector<Field>& fields, std::string name, const Account& a, const Account& all) {
  std::vector<std::string> cells{std::move(name)};
  for (const Field& f : fields) cells.push_back(f.cell(a, all));
  table.rows.push_back(std::move(cells));
}

ReportTable table_of(std::string heading, const char* first, const std::vector<Field>& fields) {
  ReportTable table{std::move(heading), {{first, ""}}, {}};
  for (const Field& f : fields) table.columns.push_back(f.column);
  return table;
}

std::string site_name(std::size_t at, const std::vector<traces::CallSite>& names) {
  return at == 0 || at > names.size() ? "(call site not recorded)" : names[at - 1].name;
}

/// The greatest by weight; equal ones in the order of the trace's table.
ReportTable site_table(const sim::BySite& by_site, const std::vector<traces::CallSite>& names, const char* heading,
                       u128 (*weight)(const Account&), const std::vector<Field>& fields) {
  const std::vector<Account>& accounts = by_site.sites();
  std::vector<std::size_t> order;
  Account all, rest;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    add(all, accounts[i]);
    if (accounts[i].requests != 0 || weight(accounts[i]) != 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return weight(accounts[a]) > weight(accounts[b]); });
  ReportTable table = table_of(heading, "call site", fields);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i < owners_shown) {
      row(table, fields, site_name(order[i], names), accounts[order[i]], all);
    } else {
      add(rest, accounts[order[i]]);
    }
  }
  if (order.size() > owners_shown) {
    row(table, fields, fmt::format("{} others", with_commas(order.size() - owners_shown)), rest, all);
  }
  row(table, fields, "all", all, all);
  return table;
}

ReportTable size_table(const sim::BySite& by_site) {
  const std::vector<Field> fields = fields_of_sizes();
  ReportTable table = table_of("By size: requests of up to so many bytes, and more than half of it", "bytes", fields);
  Account all;
  for (const Account& a : by_site.sizes()) add(all, a);
  for (unsigned i = 0; i < sim::BySite::size_classes; ++i) {
    const Account& a = by_site.sizes()[i];
    if (a.requests == 0 && a.granted_ticks == 0) continue;
    row(table, fields, i < 64 ? with_commas(std::uint64_t{1} << i) : "more", a, all);
  }
  row(table, fields, "all", all, all);
  return table;
}

}  // namespace

std::vector<ReportTable> owner_tables(const sim::BySite& sites, const std::vector<traces::CallSite>& names) {
  return {site_table(
              sites, names, "By call site: the greatest owners of granted bytes over time",
              [](const Account& a) { return a.granted_ticks; }, fields_of_granted()),
          site_table(
              sites, names, "By call site: who wastes most (bytes granted, but not asked for, over time)",
              [](const Account& a) { return a.waste_ticks(); }, fields_of_waste()),
          size_table(sites)};
}

}  // namespace kmemlab::cli
