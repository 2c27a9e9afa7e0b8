// The states that a search has found: each as its parent and what led there, 12 bytes, and more only where an interrupt
// or a refusal had a part in it. A state's machine is made again from its parent's when it is asked for; the machines
// along the last path are kept, and neighbours in a breadth-first search share most of theirs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/check/explore/world.h"

namespace kmemlab::sim::explore {

/// An action, and what happened during it.
struct Made {
  Action action;
  std::vector<Arrival> arrivals{};
  std::optional<Refusal> refusal{};

  /// Makes it.
  std::optional<Trouble> in(World& world) const;
};

class SearchTree {
 public:
  using Node = std::uint32_t;
  static constexpr Node root = ~Node{0};

  /// Nothing but the root.
  void plant(const World& world);
  Node add(Node parent, Made made);
  /// Good until the next question.
  const World& world_of(Node node);
  /// From the root.
  std::vector<Made> path_to(Node node) const;

 private:
  struct Edge {
    Node parent = root;
    std::uint32_t action = 0;
    std::uint32_t during = 0;  ///< 1 and more: an index into during_; 0: nothing happened during it
  };
  Made made_at(Node node) const;

  std::vector<Edge> edges_;
  std::vector<Made> during_;
  std::vector<Node> path_;                      ///< to the last node that was asked for
  std::vector<std::unique_ptr<World>> worlds_;  ///< along path_, the root's first
};

}  // namespace kmemlab::sim::explore
