#include "viz/work/desk.h"

#include <atomic>
#include <exception>
#include <utility>

namespace kmemlab::viz {

namespace {

// Events between two looks at what was posted meanwhile: about 20 ms of replay.
constexpr std::uint64_t stretch = 1 << 17;

}  // namespace

bool prepare_unless(sim::Timeline& timeline, const Desk::Stop& stop) {
  while (!stop()) {
    const Fallible<bool> done = timeline.prepare_some(stretch);
    if (!done || *done) return true;  // what went wrong is told by what is asked next
  }
  return false;
}

Desk::Desk(std::shared_ptr<const traces::KmtView> trace, Open open, std::function<void()> wake)
    : trace_(std::move(trace)), wake_(std::move(wake)) {
  thread_ = std::thread([this, open = std::move(open)] { work(open); });
}

Desk::~Desk() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    stop_running_ = true;
  }
  more_.notify_all();
  thread_.join();
}

Desk::Slot Desk::new_slot() {
  static std::atomic<Slot> next{1};
  return next++;
}

void Desk::post(Slot slot, Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (running_ == slot) stop_running_ = true;
    for (Posted& p : waiting_) {
      if (p.slot != slot) continue;
      p.job = std::move(job);
      return;
    }
    waiting_.push_back({slot, std::move(job)});
  }
  more_.notify_one();
}

void Desk::cancel(Slot slot) {
  const std::lock_guard lock(mutex_);
  if (running_ == slot) stop_running_ = true;
  std::erase_if(waiting_, [&](const Posted& p) { return p.slot == slot; });
}

bool Desk::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_locked();
}

void Desk::wait_until_idle() {
  std::unique_lock lock(mutex_);
  quiet_.wait(lock, [&] { return idle_locked(); });
}

Desk::Progress Desk::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

std::shared_ptr<const sim::Prepared> Desk::collected() const {
  const std::lock_guard lock(mutex_);
  return collected_;
}

bool Desk::serve_one(sim::Timeline& timeline) {
  Posted next;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || closing_) return false;
    next = std::move(waiting_.front());
    waiting_.pop_front();
    running_ = next.slot;
    stop_running_ = false;
  }
  std::string thrown;
  try {
    next.job(timeline, [this] {
      const std::lock_guard lock(mutex_);
      return stop_running_;
    });
  } catch (const std::exception& e) {
    thrown = e.what();
  }
  {
    const std::lock_guard lock(mutex_);
    running_.reset();
    if (!thrown.empty()) progress_.error = "a question about this run ended with: " + thrown;
  }
  wake_();
  return true;
}

bool Desk::prepare_more(sim::Timeline& timeline, const sim::Collectors& collectors) {
  const Fallible<bool> done = timeline.prepare_some(stretch);
  // A copy of what was collected costs some milliseconds: now and then, and at the end.
  std::shared_ptr<const sim::Prepared> collected = collected_;
  const bool over = !done || *done;
  if (over || collected == nullptr || timeline.prepared() >= collected->prepared + collected->prepared / 8 + stretch) {
    collected = std::make_shared<const sim::Prepared>(collectors.result(timeline));
  }
  {
    const std::lock_guard lock(mutex_);
    collected_ = std::move(collected);
    progress_.done = timeline.prepared();
    progress_.total = timeline.events();
    if (!done) progress_.error = done.error().text();
    progress_.prepared = over;
    done_preparing_ = progress_.prepared;
  }
  wake_();
  return over;
}

void Desk::work(const Open& open) {
  try {
    work_until_closed(open);
  } catch (const std::exception& e) {
    {
      const std::lock_guard lock(mutex_);
      progress_.opened = true;
      progress_.error = std::string("the run ended with: ") + e.what();
      done_preparing_ = true;
    }
    wake_();
    serve_nobody();
  }
}

void Desk::work_until_closed(const Open& open) {
  Fallible<sim::Timeline> timeline = open();
  {
    const std::lock_guard lock(mutex_);
    progress_.opened = true;
    if (timeline) {
      progress_.total = timeline->events();
    } else {
      progress_.error = timeline.error().text();
      done_preparing_ = true;
      waiting_.clear();
    }
  }
  wake_();
  if (timeline) {
    sim::Collectors collectors(trace_);
    collectors.attach(*timeline);
    bool prepared = false;
    while (true) {
      if (serve_one(*timeline)) continue;
      if (!prepared) {
        {
          const std::lock_guard lock(mutex_);
          if (closing_) return;
        }
        prepared = prepare_more(*timeline, collectors);
        continue;
      }
      std::unique_lock lock(mutex_);
      quiet_.notify_all();
      more_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
      if (closing_) return;
    }
  }
  serve_nobody();
}

// There is no run: what is asked is forgotten.
void Desk::serve_nobody() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    waiting_.clear();
    quiet_.notify_all();
    more_.wait(lock);
  }
}

}  // namespace kmemlab::viz
