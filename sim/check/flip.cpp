#include "sim/check/flip.h"

#include <optional>
#include <vector>

#include "core/base/digest.h"

namespace kmemlab::check {

namespace {

/// Flips bit `bit` of the byte at `where` in a copy, plays it on, and says what happened.
void try_flip(const sim::Session& session, const ShadowOracle& oracle, Addr where, unsigned bit,
              FlipOutcomes& outcomes) {
  const auto byte = session.kernel().peek<std::uint8_t>(where);
  if (!byte) return;
  const auto copy = session.copy();
  ShadowOracle watcher = oracle;
  watcher.attach(*copy);
  const std::uint8_t flipped[] = {static_cast<std::uint8_t>(*byte ^ 1U << bit)};
  if (!copy->poke(where, flipped)) return;
  ++outcomes.tried;
  const std::uint64_t before = watcher.broken();
  copy->limit_accesses(session.kernel().machine().accesses() + Flips::accesses_max);
  if (!copy->play(copy->next_event() + Flips::events_played_on, watcher, {})) return;
  if (!copy->stopped().empty()) {
    ++outcomes.stopped;
  } else if (!copy->check()) {
    ++outcomes.checked;
  } else {
    watcher.recount();
    ++(watcher.broken() != before ? outcomes.owner : outcomes.harmless);
  }
}

bool is_metadata(const sim::Session& session, Addr a) {
  bool inside = false;
  session.for_each_metadata([&](AddrRange range) { inside |= range.contains(a); });
  return inside;
}

}  // namespace

void Flips::flip_free(const sim::Session& session, const ShadowOracle& oracle, std::uint64_t seed) {
  std::vector<Addr> pages;
  session.kernel().for_each_held_page([&](Addr page) { pages.push_back(page); });
  if (pages.empty()) return;
  const std::uint64_t page_bytes = session.kernel().machine().page_bytes();
  for (std::uint64_t attempt = 0; attempt < 32; ++attempt) {
    const std::uint64_t r = mix64(seed + attempt);
    const Addr where = pages[(r >> 20) % pages.size()] + (r >> 3) % page_bytes;
    if (oracle.in_live_block(where) || is_metadata(session, where)) continue;
    return try_flip(session, oracle, where, r & 7, free);
  }
}

void Flips::flip_live(const sim::Session& session, const ShadowOracle& oracle, std::uint64_t seed) {
  const AddrRange block = oracle.live_block(seed >> 24);
  if (block.bytes != 0) try_flip(session, oracle, block.base + (seed >> 3) % block.bytes, seed & 7, live);
}

void Flips::after(const sim::Session& session, const ShadowOracle& oracle, std::uint64_t from, std::uint64_t to,
                  const FaultPlan& plan) {
  if (!session.stopped().empty()) return;
  for (std::uint64_t event = from; event < to; ++event) {
    const std::uint64_t r = mix64(mix64(plan.seed ^ 0x666c6970ULL) + event);
    if (plan.flip_free != 0 && r % plan.flip_free == 0) flip_free(session, oracle, mix64(r));
    if (plan.flip_live != 0 && mix64(r + 1) % plan.flip_live == 0) flip_live(session, oracle, mix64(r + 2));
  }
}

}  // namespace kmemlab::check
