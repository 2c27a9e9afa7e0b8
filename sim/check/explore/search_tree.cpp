// The states of a search: see search_tree.h.
#include "sim/check/explore/search_tree.h"

#include <algorithm>

namespace kmemlab::sim::explore {

std::optional<Trouble> Made::in(World& world) const {
  bool struck = false;
  std::vector<Arrival> on_the_way = arrivals;
  if (refusal) return world.act(action, *refusal, struck);
  return arrivals.empty() ? world.act(action) : world.act(action, on_the_way);
}

void SearchTree::plant(const World& world) {
  edges_.clear();
  during_.clear();
  path_.clear();
  worlds_.clear();
  worlds_.push_back(world.copy());
}

SearchTree::Node SearchTree::add(Node parent, Made made) {
  Edge edge{parent, made.action.pack(), 0};
  if (!made.arrivals.empty() || made.refusal) {
    during_.push_back(std::move(made));
    edge.during = static_cast<std::uint32_t>(during_.size());
  }
  edges_.push_back(edge);
  return static_cast<Node>(edges_.size() - 1);
}

Made SearchTree::made_at(Node node) const {
  const Edge& e = edges_[node];
  return e.during != 0 ? during_[e.during - 1] : Made{Action::unpack(e.action)};
}

std::vector<Made> SearchTree::path_to(Node node) const {
  std::vector<Made> path;
  for (Node n = node; n != root; n = edges_[n].parent) path.push_back(made_at(n));
  std::reverse(path.begin(), path.end());
  return path;
}

const World& SearchTree::world_of(Node node) {
  std::vector<Node> path;
  for (Node n = node; n != root; n = edges_[n].parent) path.push_back(n);
  std::reverse(path.begin(), path.end());
  std::size_t same = 0;
  while (same < path.size() && same < path_.size() && path[same] == path_[same]) ++same;
  for (std::size_t d = same; d < path.size(); ++d) {
    if (worlds_.size() <= d + 1) {
      worlds_.push_back(worlds_[d]->copy());
    } else {
      worlds_[d + 1]->become(*worlds_[d]);
    }
    made_at(path[d]).in(*worlds_[d + 1]);
  }
  path_ = path;
  return *worlds_[path.size()];
}

}  // namespace kmemlab::sim::explore
