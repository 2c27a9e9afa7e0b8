// The reader: opens, and verifies all.
#include "traces/kmt/reader.h"

#include <algorithm>

#include "traces/kmt/verdict_check.h"

namespace kmemlab::traces {

Fallible<KmtReader> KmtReader::open(const std::string& path) {
  auto view = KmtView::open(path);
  if (!view) return Failure<Error>{view.error()};
  return KmtReader(std::move(*view));
}

Fallible<KmtReader> KmtReader::from_bytes(ByteVector bytes, const std::string& name) {
  auto view = KmtView::from_bytes(std::move(bytes), name);
  if (!view) return Failure<Error>{view.error()};
  return KmtReader(std::move(*view));
}

Fallible<void> KmtReader::verify_all() {
  const std::vector<std::uint64_t> heads = view_->live_heads();
  auto head = heads.begin();
  LiveBlocks live;
  Fallible<void> trouble;
  KmtCursor second(view_);
  const auto done = for_each_block(all_columns, [&](const EventBlock& b) {
    if (trouble && head != heads.end() && *head == b.first_event) {
      auto stored = second.live_at(*head++);
      if (!stored) trouble = Failure<Error>{stored.error()};
      if (stored && *stored != live.take())
        trouble = fail("the live blocks stored for event " + std::to_string(b.first_event) + " are not the ones there");
    }
    for (std::uint32_t i = 0; i < b.events; ++i) live.add(b.first_event + i, b.op[i], b.slot[i], b.id[i]);
  });
  if (!done || !trouble) return done ? trouble : done;
  return check_verdicts(view_);
}

}  // namespace kmemlab::traces
