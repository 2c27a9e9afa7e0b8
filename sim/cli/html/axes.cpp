#include "sim/cli/html/axes.h"

#include <fmt/format.h>

namespace kmemlab::cli {

namespace {

/// Lines along the axes, from where the pen is; steps of no length are left out.
class Pen {
 public:
  Pen(std::uint64_t x, std::uint64_t y) : path_(fmt::format("M{} {}", x, y)), x_(x), y_(y) {}
  void to_x(std::uint64_t x) {
    if (x == x_) return;
    if (last_ == 'H') path_.resize(last_at_);
    write('H', x_ = x);
  }
  void to_y(std::uint64_t y) {
    if (y == y_) return;
    write('V', y_ = y);
  }
  std::string path() const { return path_; }

 private:
  void write(char how, std::uint64_t to) {
    last_ = how;
    last_at_ = path_.size();
    path_ += fmt::format("{}{}", how, to);
  }
  std::string path_;
  std::uint64_t x_, y_;
  char last_ = 'M';
  std::size_t last_at_ = 0;
};

std::uint64_t y_of(std::uint64_t value, std::uint64_t top) {
  return chart_height - scaled(value, top, chart_height);
}

}  // namespace

std::string area_path(const ChartScale& scale, const sim::Series& series, BandOf band, std::uint64_t top) {
  Pen pen(edges_of(scale, series, 0).left, chart_height);
  for (std::size_t i = 0; i < series.buckets().size(); ++i) {
    pen.to_y(y_of((series.buckets()[i].*band).max, top));
    pen.to_x(edges_of(scale, series, i).right);
  }
  pen.to_y(chart_height);
  return pen.path() + "Z";
}

std::string line_path(const ChartScale& scale, const sim::Series& series, BandOf band, std::uint64_t top) {
  Pen pen(edges_of(scale, series, 0).left, y_of((series.buckets()[0].*band).min, top));
  for (std::size_t i = 0; i < series.buckets().size(); ++i) {
    const sim::Band& b = series.buckets()[i].*band;
    pen.to_y(y_of(b.min, top));
    pen.to_y(y_of(b.max, top));
    pen.to_y(y_of(b.last, top));
    pen.to_x(edges_of(scale, series, i).right);
  }
  return pen.path();
}

}  // namespace kmemlab::cli
