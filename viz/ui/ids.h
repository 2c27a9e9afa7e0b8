// Where each named thing of the last frame lies, so that a test (or a lesson's pointer) finds a button or a cell by its
// name instead of by pixels: "transport.next", "map", "tab.lanes".
#pragma once

#include <imgui.h>

#include <map>
#include <optional>
#include <string>

namespace kmemlab::viz {

struct Rect {
  ImVec2 min{}, max{};
  ImVec2 centre() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
  float width() const { return max.x - min.x; }
  float height() const { return max.y - min.y; }
};

class Ids {
 public:
  void begin_frame() { now_.clear(); }
  void put(const std::string& name, const Rect& rect) { now_[name] = rect; }
  /// The item that ImGui drew last.
  void put_item(const std::string& name) { put(name, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}); }
  std::optional<Rect> find(const std::string& name) const {
    const auto found = now_.find(name);
    return found == now_.end() ? std::nullopt : std::optional(found->second);
  }
  const std::map<std::string, Rect>& all() const { return now_; }

 private:
  std::map<std::string, Rect> now_;
};

}  // namespace kmemlab::viz
