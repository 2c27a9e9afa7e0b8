// How the window looks and what can be carried away of it: size, colours, zoom, the view as a line.
#include <algorithm>
#include <iterator>
#include <string>

#include "viz/app/app.h"
#include "viz/panels/map.h"

namespace kmemlab::viz {

namespace {

constexpr float scale_steps[] = {0.75F, 1, 1.25F, 1.5F, 2, 2.5F, 3};

}  // namespace

void App::scale_by(int steps) {
  constexpr int count = static_cast<int>(std::size(scale_steps));
  int at = 1;
  for (int i = 0; i < count; ++i) {
    if (scale_steps[i] <= settings_.scale + 0.01F) at = i;
  }
  settings_.scale = steps == 0 ? 1 : scale_steps[std::clamp(at + steps, 0, count - 1)];
  fonts_due_ = true;
}

void App::lecture_size() {
  settings_.scale = settings_.scale < 1.9F ? 2 : 1;
  fonts_due_ = true;
}

void App::next_vision() {
  settings_.vision = static_cast<Vision>((static_cast<unsigned>(settings_.vision) + 1) % visions);
  recolour(theme_, settings_.shade, settings_.vision);
  say("Colours as seen: " + std::string(vision_names[static_cast<unsigned>(settings_.vision)]));
}

void App::other_shade() {
  settings_.shade = settings_.shade == Shade::dark ? Shade::light : Shade::dark;
  recolour(theme_, settings_.shade, settings_.vision);
}

bool App::before_frame() {
  if (!fonts_due_) return false;
  fonts_due_ = false;
  theme_ = make_theme(settings_.scale, settings_.shade, settings_.vision);
  return true;
}

// On the map when the map is in front; else the time axes.
void App::zoom(int by) {
  if (shown_in(Region::left) == "map" && (in_lesson() || !runs_.empty())) {
    Look look = in_lesson() ? lesson_look() : look_at(*runs_[focused_]);
    zoom_map(look, by);
    return;
  }
  const std::uint64_t width = std::max<std::uint64_t>(range_.to - range_.from, 2);
  const std::uint64_t wide =
      std::clamp<std::uint64_t>(by > 0 ? width / 2 : width * 2, 16, std::max<std::uint64_t>(events(), 16));
  const std::uint64_t from = cursor_.event > wide / 2 ? cursor_.event - wide / 2 : 0;
  range_.from = std::min(from, events() - std::min(events(), wide));
  range_.to = std::min(events(), range_.from + wide);
}

void App::pan(int by) {
  const std::uint64_t width = range_.to - range_.from, step = std::max<std::uint64_t>(width / 4, 1);
  range_.from = by < 0 ? range_.from - std::min(range_.from, step)
                       : std::min(range_.from + step, events() - std::min(events(), width));
  range_.to = std::min(events(), range_.from + width);
}

void App::fit() {
  map_camera(memory_).level = -1;
  range_ = {0, events()};
}

ViewLine App::view() const {
  ViewLine v;
  if (exhibit_) {
    v.trace = exhibit_->file;
    v.digest = exhibit_->digest;
    for (const RunSpec& run : exhibit_->runs) v.cores.push_back(run.core);
    v.machine = exhibit_->machine;
  }
  v.event = cursor_.event, v.steps = cursor_.steps;
  if (range_.from != 0 || range_.to != events()) v.from = range_.from, v.to = range_.to;
  for (const std::string& p : shown_) v.panels.push_back(p);
  v.map_level = map_camera(const_cast<Memory&>(memory_)).level;
  if (selection_.page) v.page = selection_.page->v;
  if (selection_.address) v.address = selection_.address->v;
  return v;
}

void App::copy_view() {
  const std::string line = text_of(view());
  if (host_.clipboard) host_.clipboard(line);
  say("Copied: " + line);
}

void App::export_picture() {
  const std::string path = "kmemlab-" + std::to_string(cursor_.event) + ".png";
  if (!host_.picture) return;
  host_.picture(path);
  say("Written: " + path);
}

}  // namespace kmemlab::viz
