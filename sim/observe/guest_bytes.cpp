#include "sim/observe/guest_bytes.h"

#include <algorithm>

namespace kmemlab::sim {

std::vector<std::optional<std::uint8_t>> bytes_at(const Session& session, Addr at, std::size_t bytes) {
  const Machine& machine = session.kernel().machine();
  const std::uint64_t page = machine.page_bytes();
  std::vector<std::optional<std::uint8_t>> all(bytes);
  std::vector<std::uint8_t> part(page);
  for (std::size_t done = 0; done < bytes;) {
    const Addr from = at + done;
    const std::size_t n = std::min<std::uint64_t>(bytes - done, page - from.v % page);
    if (machine.peek_bytes(from, std::span(part).first(n))) std::copy_n(part.begin(), n, all.begin() + done);
    done += n;
  }
  return all;
}

}  // namespace kmemlab::sim
