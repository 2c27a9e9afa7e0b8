#include "viz/model/overview_paint.h"

#include <algorithm>

#include "viz/model/ribbon.h"

namespace kmemlab::viz {

Pixels paint_overview(const sim::CourseResult& course, const Palette& colours, const OverviewPart& part) {
  Pixels picture(std::max(part.width, 1), std::max(part.height, 1), colours.panel);
  const auto columns = course.columns(part.whole, static_cast<std::size_t>(picture.width));
  if (columns.empty()) return picture;
  std::vector<sim::Band> held, live;
  std::vector<std::uint32_t> failed, sleeps, returned;
  std::uint64_t top = 1;
  for (const sim::CourseBucket& b : columns) {
    held.push_back(b.held), live.push_back(b.requested);
    failed.push_back(b.failed + b.refused), sleeps.push_back(b.sleeps), returned.push_back(b.returned);
    top = std::max(top, b.held.max);
  }
  const Plot ribbons{0, 0, picture.width, std::max(picture.height - 3 * part.mark_height, 1)};
  const Rgba free = colours.of(Fill::cached), used = colours.of(Fill::live);
  paint_ribbon(picture, ribbons, held, top,
               {mixed(free, colours.panel, 110), free, mixed(free, colours.panel, 200), Weave::dots, part.line});
  paint_ribbon(picture, ribbons, live, top, {used, mixed(used, colours.text, 128), used, Weave::solid, part.line});
  Plot marks{0, ribbons.height, picture.width, part.mark_height};
  const int wide = 2 * part.line;
  paint_marks(picture, marks, failed, {colours.alarm, 0, colours.alarm, Weave::solid, wide});
  marks.y += part.mark_height;
  paint_marks(picture, marks, sleeps, {colours.asleep, 0, colours.panel, Weave::hatch, wide});
  marks.y += part.mark_height;
  paint_marks(picture, marks, returned, {colours.changed, 0, colours.panel, Weave::dots, wide});
  return picture;
}

}  // namespace kmemlab::viz
