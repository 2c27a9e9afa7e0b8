// A table for a terminal: indented by two, columns two apart, the first on the left and the others on the right, or the
// last on the left too if it is text.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace kmemlab::check {

class TextTable {
 public:
  enum class Last : unsigned char { right, left };
  explicit TextTable(std::vector<std::string> head, Last last = Last::right) : last_(last) {
    if (!head.empty()) rows_.push_back(std::move(head));
  }
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.empty(); }

  std::string text() const {
    std::vector<std::size_t> width;
    for (const auto& row : rows_) {
      width.resize(std::max(width.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows_) {
      std::string line = " ";
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string gap(width[i] - row[i].size(), ' ');
        const bool left = i == 0 || (last_ == Last::left && i + 1 == row.size());
        line += (i == 0 ? " " : "  ") + (left ? row[i] + gap : gap + row[i]);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
  Last last_;
};

}  // namespace kmemlab::check
