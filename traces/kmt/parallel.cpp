// Handing out chunks to threads.
#include "traces/kmt/parallel.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace kmemlab::traces {

Fallible<void> for_each_chunk_parallel(const std::shared_ptr<const KmtView>& view, unsigned threads,
                                       const std::function<Fallible<void>(KmtCursor&, std::uint64_t chunk)>& f) {
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex guard;
  std::uint64_t failed_chunk = view->chunks();
  std::optional<Error> error;
  const auto work = [&] {
    KmtCursor cursor(view);
    while (!failed.load(std::memory_order_relaxed)) {
      const std::uint64_t chunk = next.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= view->chunks()) return;
      const Fallible<void> done = f(cursor, chunk);
      if (done) continue;
      const std::lock_guard<std::mutex> lock(guard);
      if (chunk < failed_chunk) failed_chunk = chunk, error = done.error();
      failed.store(true, std::memory_order_relaxed);
    }
  };
  std::vector<std::thread> others;
  for (std::uint64_t i = 1; i < std::min<std::uint64_t>(threads, view->chunks()); ++i) others.emplace_back(work);
  work();
  for (std::thread& t : others) t.join();
  if (error) return Failure<Error>{*error};
  return {};
}

}  // namespace kmemlab::traces
