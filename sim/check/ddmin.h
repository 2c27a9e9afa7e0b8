// Delta debugging: the fewest of some items that still show something. After Zeller and Hildebrandt (2002), with the
// passes in one direction that larger inputs want: parts alone while they are large, then complements, ever smaller.
// What comes out is 1-minimal: without any single one of its items it does not show it. Nothing is assumed of the test
// but that it gives the same answer for the same items.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace kmemlab::check {

/// `shows(items)`: does this selection, in the order of the given ones, show it? The given ones must. A test that is
/// out of patience answers no to everything; what came out by then still shows it.
/// `finest`: no smaller parts are tried; above 1 what comes out is not 1-minimal.
template <class Item, class Test>
std::vector<Item> ddmin(std::vector<Item> items, Test shows, std::size_t finest = 1) {
  constexpr std::size_t alone_max = 8;  // so many parts are also tried alone
  const auto half = [](std::size_t n) { return std::max<std::size_t>(1, (n + 1) / 2); };
  std::size_t part = half(items.size());
  while (!items.empty()) {
    bool reduced = false;
    if (items.size() > 1 && items.size() <= alone_max * part) {
      for (std::size_t at = 0; at < items.size() && !reduced; at += part) {
        const std::size_t end = std::min(at + part, items.size());
        if (end - at == items.size()) continue;
        std::vector<Item> alone(items.begin() + static_cast<std::ptrdiff_t>(at),
                                items.begin() + static_cast<std::ptrdiff_t>(end));
        if (!shows(alone)) continue;
        items = std::move(alone);
        reduced = true;
      }
      if (reduced) {
        part = half(items.size());
        continue;
      }
    }
    for (std::size_t at = 0; at < items.size();) {
      std::vector<Item> rest(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(at));
      rest.insert(rest.end(), items.begin() + static_cast<std::ptrdiff_t>(std::min(at + part, items.size())),
                  items.end());
      if (shows(rest)) {
        items = std::move(rest);
        reduced = true;
      } else {
        at += part;
      }
    }
    if (reduced) {
      part = std::min(part, half(items.size()));
    } else if (part <= finest) {
      break;
    } else {
      part /= 2;
    }
  }
  return items;
}

}  // namespace kmemlab::check
