// The application's state and what its commands do; what a frame draws lies in app_window.cpp.
#include "viz/app/app.h"

#include <algorithm>
#include <exception>

#include "viz/app/app_window.h"
#include "viz/app/commands.h"
#include "viz/model/format.h"
#include "viz/panels/map.h"

namespace kmemlab::viz {

namespace {

constexpr std::array<std::uint64_t, 12> speeds = {1,   2,    5,      10,      30,        100,
                                                  300, 1000, 10'000, 100'000, 1'000'000, 10'000'000};

// What a thread of our own throws would end the program: no memory for a large trace, say.
Fallible<Exhibit> caught(const LoadExhibit& load) {
  try {
    return load();
  } catch (const std::exception& e) {
    return fail(std::string("reading it ended with: ") + e.what());
  }
}

}  // namespace

struct App::Loading {
  std::mutex mutex;
  std::optional<Fallible<Exhibit>> came;
};

struct App::Search {
  std::mutex mutex;
  bool over = false;
  std::optional<Fallible<std::optional<sim::Happening>>> came;
  std::string words;
  Desk::Slot slot = Desk::new_slot();
  Desk* desk = nullptr;  ///< the run that is searched
};

App::App(TextureMaker& maker, Host host, const Settings& settings)
    : host_(std::move(host)), settings_(settings), textures_(maker) {
  if (!host_.wake) host_.wake = [] {};
  for (const PanelInfo& p : panels()) {
    std::string& first = shown_[static_cast<unsigned>(p.region)];
    if (first.empty()) first = p.name;
  }
}

App::~App() {
  if (loader_.joinable()) loader_.join();
  memory_ = {};
}

void App::open(const std::string& name, LoadExhibit load) {
  opening_ = name;
  loading_ = std::make_shared<Loading>();
  loader_ = std::thread([box = loading_, load = std::move(load), wake = host_.wake] {
    Fallible<Exhibit> came = caught(load);
    {
      const std::lock_guard lock(box->mutex);
      box->came.emplace(std::move(came));
    }
    wake();
  });
}

void App::take_exhibit() {
  if (loading_ == nullptr) return;
  {
    const std::lock_guard lock(loading_->mutex);
    if (!loading_->came) return;
    if (*loading_->came) {
      exhibit_ = std::move(**loading_->came);
    } else {
      failure_ = loading_->came->error().text();
    }
  }
  loader_.join();
  loading_.reset();
  if (!exhibit_) return;
  take_lessons();
  if (exhibit_->runs.empty()) return;
  for (const RunSpec& spec : exhibit_->runs) {
    runs_.push_back(std::make_unique<ShownRun>(spec, *exhibit_->names, std::to_string(runs_.size()), host_.wake));
  }
  range_ = {0, events()};
  if (!view_wanted_) {
    go({std::min<std::uint64_t>(events(), 1), 0});
    return;
  }
  const ViewLine& v = *view_wanted_;
  if (!v.digest.empty() && v.digest != exhibit_->digest) {
    say("The view line was made for another trace (digest " + v.digest + "; this one has " + exhibit_->digest + ").");
  }
  range_ = {std::min(v.from.value_or(0), events()), std::min(v.to.value_or(events()), events())};
  for (const std::string& p : v.panels) focus(p);
  map_camera(memory_).level = v.map_level;
  if (v.page) selection_.page = Addr{*v.page};
  if (v.address) selection_.address = Addr{*v.address};
  go({v.event, v.steps});
}

std::uint64_t App::events() const {
  return exhibit_ && exhibit_->names ? exhibit_->names->events() : 0;
}

void App::go(sim::Place place) {
  place.event = std::min(place.event, events());
  if (place.event == events()) place.steps = 0;
  constexpr std::size_t places_kept = 1000;
  if (!playing_ && (been_.empty() || been_[been_at_].event != cursor_.event)) {
    been_.resize(been_.empty() ? 0 : been_at_ + 1);
    if (been_.size() == places_kept) been_.erase(been_.begin());
    been_.push_back(cursor_);
    been_at_ = been_.size() - 1;
  }
  cursor_ = place;
  const std::uint64_t width = range_.to - range_.from;
  if (place.event >= range_.from && place.event <= range_.to) return;
  const std::uint64_t from = place.event > width / 2 ? place.event - width / 2 : 0;
  range_ = {std::min(from, events() - std::min(events(), width)), 0};
  range_.to = std::min(events(), range_.from + width);
}

void App::back(int by) {
  if (been_.empty()) return;
  if (by < 0 && been_at_ + 1 == been_.size() && been_[been_at_].event != cursor_.event) {
    been_.push_back(cursor_);
    been_at_ = been_.size() - 1;
  }
  const auto at = static_cast<std::int64_t>(been_at_) + by;
  if (at < 0 || at >= static_cast<std::int64_t>(been_.size())) return;
  been_at_ = static_cast<std::size_t>(at);
  cursor_ = been_[been_at_];
}

void App::step_event(int by) {
  if (in_lesson()) return look_back_in_lesson(memory_, by);
  playing_ = false;
  if (by < 0) {
    const auto back = static_cast<std::uint64_t>(-by);
    if (cursor_.steps != 0) {
      cursor_.steps = 0;
    } else {
      go({cursor_.event - std::min(cursor_.event, back), 0});
    }
  } else {
    go({cursor_.event + static_cast<std::uint64_t>(by), 0});
  }
}

// Inside of the event that comes next: its steps one after the other; behind the last one the event is over.
void App::step_inside(int by) {
  playing_ = false;
  if (runs_.empty()) return;
  const sim::Snapshot* now = runs_[focused_]->now();
  // Not ahead of what is shown: how many steps there are is known when it has come.
  if (!runs_[focused_]->current() && runs_[focused_]->error().empty()) return;
  if (by > 0) {
    const bool inside = cursor_.steps != 0;
    const std::uint64_t steps =
        inside && now != nullptr && now->place == cursor_ ? now->story.steps.size() : ~std::uint64_t{0};
    if (inside && cursor_.steps >= steps) {
      go({cursor_.event + 1, 0});
    } else {
      go({cursor_.event, cursor_.steps + 1});
    }
  } else if (cursor_.steps > 0) {
    go({cursor_.event, cursor_.steps - 1});
  } else if (cursor_.event > 0) {
    // Into the event that is just over: at its last step.
    const std::uint64_t last = now != nullptr && now->place == cursor_ ? now->story.steps.size() : 1;
    go({cursor_.event - 1, last});
  }
}

std::uint64_t App::events_per_second() const {
  return speeds[static_cast<std::size_t>(speed_)];
}

void App::change_speed(int by) {
  speed_ = std::clamp(speed_ + by, 0, static_cast<int>(speeds.size()) - 1);
}

// A playing run never runs ahead of what can be shown: the next place is asked for when the last one has come.
void App::move_on(double seconds) {
  if (!playing_ || runs_.empty()) return;
  for (const auto& run : runs_) {
    if (!run->current() && run->error().empty()) return;
  }
  owed_ += std::min(seconds, 0.25) * static_cast<double>(events_per_second());
  const auto whole = static_cast<std::uint64_t>(owed_);
  if (whole == 0) return;
  owed_ -= static_cast<double>(whole);
  go({cursor_.event + whole, 0});
  if (cursor_.event == events()) playing_ = false;
}

void App::search(sim::HappenedSet kinds, bool forward, std::string words) {
  if (runs_.empty()) return;
  cancel_search();
  playing_ = false;
  auto box = std::make_shared<Search>();
  box->words = std::move(words);
  search_ = box;
  box->desk = &runs_[focused_]->desk();
  box->desk->post(box->slot,
                  [box, kinds, forward, at = cursor_.event](sim::Timeline& timeline, const Desk::Stop& stop) {
                    if (!prepare_unless(timeline, stop)) return;
                    // The event that is just over is at - 1: neither direction finds it again.
                    auto found = forward ? timeline.next(at, kinds) : timeline.previous(at == 0 ? 0 : at - 1, kinds);
                    const std::lock_guard lock(box->mutex);
                    box->came.emplace(std::move(found));
                  });
}

void App::cancel_search() {
  if (!search_ || runs_.empty()) return;
  (*search_)->desk->cancel((*search_)->slot);
  search_.reset();
}

void App::take_search() {
  if (!search_) return;
  const std::shared_ptr<Search> box = *search_;
  const std::lock_guard lock(box->mutex);
  if (!box->came) return;
  search_.reset();
  if (!*box->came) {
    say(box->came->error().text());
  } else if (!**box->came) {
    say("There is no " + box->words + " from here on.");
  } else {
    const sim::Happening& h = ***box->came;
    message_.clear();
    go({h.during + 1, 0});
    if (h.address) {
      const sim::Snapshot* now = runs_[focused_]->now();
      const std::uint64_t page_bytes = now != nullptr ? now->map.page_bytes() : 4096;
      const bool page = is_in(h.kind, sim::of_pages);
      selection_.address = h.address;
      selection_.page = Addr{h.address.v & ~(page_bytes - 1)};
      selection_.block = page ? std::nullopt : std::optional(h.id);
    }
  }
}

void App::focus(const std::string& panel) {
  for (const PanelInfo& p : panels()) {
    if (panel == p.name) shown_[static_cast<unsigned>(p.region)] = p.name;
  }
}

// Escape: one thing at a time.
void App::clear_one() {
  if (help_ || go_to_open_ || commands_open_) {
    help_ = go_to_open_ = commands_open_ = false;
  } else if (search_) {
    cancel_search();
  } else if (!message_.empty()) {
    message_.clear();
  } else if (playing_) {
    playing_ = false;
  } else {
    selection_ = {};
  }
}

void App::next_run(int by) {
  if (runs_.empty()) return;
  const auto count = static_cast<int>(runs_.size());
  focused_ = static_cast<std::size_t>((static_cast<int>(focused_) + by % count + count) % count);
}

bool App::idle() const {
  if (loading_ != nullptr || search_ || fonts_due_ || playing_) return false;
  return std::all_of(runs_.begin(), runs_.end(), [](const auto& run) { return run->desk().idle(); });
}

void App::wait_until_idle() {
  if (loader_.joinable()) {
    loader_.join();
    loader_ = std::thread([] {});
  }
  for (const auto& run : runs_) run->desk().wait_until_idle();
}

void App::press(const KeyPress& press) {
  if (ImGui::GetIO().WantTextInput && press.key != key_escape) return;
  run_command(*this, press);
}

void App::do_wishes() {
  Wishes w;
  std::swap(w, wishes_);
  selection_.hover = w.hover;
  if (w.go) {
    playing_ = false;
    go(*w.go);
  }
  if (w.show && w.show->to > w.show->from) range_ = {w.show->from, std::min(w.show->to, events())};
  if (w.panel) focus(*w.panel);
  if (w.clipboard && host_.clipboard) host_.clipboard(*w.clipboard);
  if (w.save_csv) save_csv(w.save_csv->first, w.save_csv->second);
}

Look App::look_at(ShownRun& run) {
  Look look(theme_, ids_, textures_, memory_, selection_, wishes_);
  look.cursor = cursor_;
  look.range = range_;
  look.now = run.now();
  look.whole = run.whole();
  look.desk = &run.desk();
  look.names = exhibit_ ? exhibit_->names : nullptr;
  look.core = run.core();
  look.key = run.key();
  return look;
}

void App::frame(double seconds) {
  take_exhibit();
  take_search();
  move_on(seconds);
  for (const auto& run : runs_) run->follow(cursor_);
  if (!runs_.empty() && cursor_.steps != 0 && runs_[focused_]->current() && runs_[focused_]->now() != nullptr) {
    // The event has no such step: it is over.
    const sim::Place there = runs_[focused_]->now()->place;
    if (there.event == cursor_.event + 1 && there.steps == 0) cursor_ = there;
  }
  ids_.begin_frame();
  AppWindow(*this).draw();
  textures_.end_frame();
  do_wishes();
}

}  // namespace kmemlab::viz
