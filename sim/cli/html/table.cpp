#include "sim/cli/html/table.h"

#include <fmt/format.h>

#include "sim/cli/html/escape.h"

namespace kmemlab::cli {

namespace {

std::string head(const ReportTable& table) {
  std::string html = "<thead><tr>";
  for (const ReportTable::Column& c : table.columns) {
    if (c.meaning.empty()) {
      html += fmt::format("<th scope=\"col\">{}</th>", escaped(c.name));
    } else {
      html += fmt::format("<th scope=\"col\"><abbr title=\"{}\">{}</abbr></th>", escaped(c.meaning), escaped(c.name));
    }
  }
  return html + "</tr></thead>\n";
}

std::string body(const ReportTable& table) {
  std::string html = "<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html += i == 0 ? fmt::format("<th scope=\"row\">{}</th>", escaped(row[i]))
                     : fmt::format("<td data-n=\"{}\">{}</td>", escaped(table.columns[i].name), escaped(row[i]));
    }
    html += "</tr>\n";
  }
  return html + "</tbody>";
}

}  // namespace

std::string html_table(const ReportTable& table, Legend legend) {
  std::string html = fmt::format("<table>\n<caption>{}</caption>\n", escaped(table.heading));
  html += head(table) + body(table) + "</table>\n";
  if (legend == Legend::left_out) return html;
  std::string meanings;
  for (const ReportTable::Column& c : table.columns) {
    if (c.meaning.empty()) continue;
    meanings += fmt::format("{}<b>{}</b> {}", meanings.empty() ? "" : "; ", escaped(c.name), escaped(c.meaning));
  }
  return meanings.empty() ? html : html + "<p class=\"legend\">" + meanings + ".</p>\n";
}

}  // namespace kmemlab::cli
