// What a panel may see in a frame, and what it may ask for. A panel is a function draw_NAME(Look&) that draws into
// ImGui's current child window; what it must remember from frame to frame lies in Look::memory under a type of its own.
#pragma once

#include <any>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <typeindex>
#include <vector>

#include "sim/observe/prepared.h"
#include "sim/observe/snapshot.h"
#include "viz/ui/ids.h"
#include "viz/ui/textures.h"
#include "viz/ui/theme.h"
#include "viz/work/desk.h"
#include "viz/work/trace_names.h"

namespace kmemlab::viz {

/// What the panels keep between frames, a value for each type: `memory.of<HexState>()`.
class Memory {
 public:
  template <class T>
  T& of() {
    auto& kept = kept_[std::type_index(typeid(T))];
    if (kept == nullptr) kept = std::make_shared<Holder<T>>();
    return static_cast<Holder<T>&>(*kept).value;
  }

 private:
  struct Base {
    virtual ~Base() = default;
  };
  template <class T>
  struct Holder : Base {
    T value{};
  };
  std::map<std::type_index, std::shared_ptr<Base>> kept_;
};

/// What the user points at and has picked: shared by all panels, so that they light up together.
struct Selection {
  std::optional<Addr> page;            ///< picked
  std::optional<Addr> address;         ///< picked: a block's, or any byte
  std::optional<std::uint64_t> block;  ///< picked, by id
  std::optional<std::uint32_t> site;
  std::optional<Addr> hover;  ///< under the mouse in some panel, in the last frame
  bool operator==(const Selection&) const = default;
};

/// What the panels with a time axis show: events [from, to).
using sim::EventRange;

/// Wishes of a panel: done by the application after the frame.
struct Wishes {
  std::optional<sim::Place> go;
  std::optional<EventRange> show;    ///< zoom of the time axis
  std::optional<std::string> panel;  ///< bring this tab to the front: "why", "lanes"
  std::optional<std::string> clipboard;
  std::optional<Addr> hover;  ///< what is under the mouse
  std::optional<std::pair<std::string, std::string>> save_csv;  ///< name of the view, text
};

struct Look {
  Look(const Theme& t, Ids& i, Textures& x, Memory& m, Selection& s, Wishes& w)
      : theme(t), ids(i), textures(x), memory(m), selection(s), wishes(w) {}

  const Theme& theme;
  Ids& ids;
  Textures& textures;
  Memory& memory;
  Selection& selection;
  Wishes& wishes;
  sim::Place cursor;                     ///< where the user stands
  EventRange range;                      ///< what the time axes show
  const sim::Snapshot* now = nullptr;    ///< null: nothing yet. Perhaps of a place before the cursor moved: now->place
  const sim::Prepared* whole = nullptr;  ///< null or partial while the run is prepared
  Desk* desk = nullptr;                  ///< null in a lesson
  std::shared_ptr<const TraceNames> names;  ///< null in a lesson
  std::string core;                         ///< "bsd386:mode=faithful"
  std::string key;                          ///< of this run among those shown: part of the names of its textures
  std::string machine;
  std::span<Look> all{};     ///< every run that is shown, this one among them: for comparing
  std::size_t in_front = 0;  ///< which of `all` this is
  std::uint64_t page_bytes() const { return now == nullptr ? 4096 : now->map.page_bytes(); }

  void go(std::uint64_t event) { wishes.go = sim::Place{event, 0}; }
  /// Inside the event that is under the cursor's feet: after its step number `steps`, from 1.
  void go_inside(std::uint64_t event, std::uint64_t steps) { wishes.go = sim::Place{event, steps}; }
  /// A page, and no block of it.
  void pick_page(Addr page) {
    selection.page = page;
    selection.address.reset();
    selection.block.reset();
  }
  void pick_block(const sim::HeldBlock& block) {
    selection.block = block.id;
    selection.address = block.address;
    selection.page = Addr{block.address.v & ~(page_bytes() - 1)};
  }
};

}  // namespace kmemlab::viz
