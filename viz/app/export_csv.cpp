// The numbers behind what is shown, as CSV files for other programs.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "viz/app/app.h"

namespace kmemlab::viz {

namespace {

std::string quoted(const std::string& text) {
  std::string q = "\"";
  for (const char c : text) q += c == '"' ? "\"\"" : std::string(1, c);
  return q + '"';
}

std::string blocks_csv(const sim::Snapshot& now, const TraceNames* names) {
  std::string s = "address,requested,granted,alloc_event,call_site\n";
  for (const sim::HeldBlock& b : now.map.blocks()) {
    s += fmt::format("{:#x},{},{},{},{}\n", b.address.v, b.requested, b.granted,
                     b.event == sim::no_event ? std::string() : std::to_string(b.event),
                     names == nullptr ? std::string() : quoted(names->site(b.call_site)));
  }
  return s;
}

std::string pages_csv(const sim::Snapshot& now) {
  std::string s = "page,blocks,live_bytes\n";
  for (const sim::HeldPage& p : now.map.pages()) s += fmt::format("{:#x},{},{}\n", p.page.v, p.blocks, p.live_bytes);
  return s;
}

std::string tables_csv(const sim::Snapshot& now) {
  std::string s = "table,row,column,value\n";
  for (const sim::PublishedTable& table : now.tables.tables()) {
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        const auto& r = table.rows[row];
        s += fmt::format("{},{},{},{}\n", table.name, quoted(r.label.empty() ? std::to_string(row) : r.label),
                         table.columns[column].name, r.values[column]);
      }
    }
  }
  return s;
}

// Beside, then renamed: an old file stays whole when the disk is full.
bool write_whole(const std::string& path, const std::string& text) {
  const std::string beside = path + ".part";
  std::FILE* file = std::fopen(beside.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = std::fclose(file) == 0;
  std::error_code error;
  if (written && closed) std::filesystem::rename(beside, path, error);
  if (written && closed && !error) return true;
  std::filesystem::remove(beside, error);
  return false;
}

}  // namespace

void App::save_csv(const std::string& name, const std::string& text) {
  const std::string path = fmt::format("kmemlab-{}-{}.csv", cursor_.event, name);
  say(write_whole(path, text) ? "Written: " + path : path + " cannot be written");
}

void App::export_csv() {
  if (runs_.empty() || runs_[focused_]->now() == nullptr) return;
  const sim::Snapshot& now = *runs_[focused_]->now();
  save_csv("pages", pages_csv(now));
  save_csv("tables", tables_csv(now));
  save_csv("blocks", blocks_csv(now, exhibit_ ? exhibit_->names.get() : nullptr));
  say(fmt::format("Written: kmemlab-{0}-pages.csv, kmemlab-{0}-blocks.csv, kmemlab-{0}-tables.csv", cursor_.event));
}

}  // namespace kmemlab::viz
