// The real application without a window: ImGui with no back end, textures that only keep their pixels, a clock that
// makes 60 frames a second whatever happens, mouse and keys from the test. Widgets are found by the names that the
// application registers (viz/ui/ids.h), never by pixels. One may live at a time: ImGui's context is global.
#pragma once

#include <imgui.h>

#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/digest.h"
#include "viz/app/app.h"
#include "viz/app/app_window.h"
#include "viz/programs/view_options.h"

namespace kmemlab::test {

/// Textures are numbers from 1; what they show is kept, to be digested.
class NullTextures : public viz::TextureMaker {
 public:
  ImTextureID make(ImTextureID old, const viz::Pixels& pixels) override {
    const std::uintptr_t number = old == nullptr ? ++last_ : reinterpret_cast<std::uintptr_t>(old);
    kept_[number] = pixels;
    return reinterpret_cast<ImTextureID>(number);
  }
  void drop(ImTextureID texture) override { kept_.erase(reinterpret_cast<std::uintptr_t>(texture)); }
  const viz::Pixels* find(ImTextureID texture) const {
    const auto found = kept_.find(reinterpret_cast<std::uintptr_t>(texture));
    return found == kept_.end() ? nullptr : &found->second;
  }

 private:
  std::uintptr_t last_ = 0;
  std::map<std::uintptr_t, viz::Pixels> kept_;
};

/// Sum over all that a frame draws: vertices (to a sixteenth of a pixel), indices, clips, contents of textures.
inline std::uint64_t digest_of(const ImDrawData& drawn, const NullTextures& textures) {
  Digest all{static_cast<std::uint64_t>(drawn.TotalVtxCount)};
  const auto rounded = [&](float v) { all.add(static_cast<std::uint64_t>(std::lround(v * 16))); };
  for (int list = 0; list < drawn.CmdListsCount; ++list) {
    const ImDrawList& l = *drawn.CmdLists[list];
    for (const ImDrawVert& v : l.VtxBuffer) {
      rounded(v.pos.x), rounded(v.pos.y), all.add(v.col);
      all.add(static_cast<std::uint64_t>(std::lround(v.uv.x * 4096)));
      all.add(static_cast<std::uint64_t>(std::lround(v.uv.y * 4096)));
    }
    for (const ImDrawIdx index : l.IdxBuffer) all.add(index);
    for (const ImDrawCmd& command : l.CmdBuffer) {
      rounded(command.ClipRect.x), rounded(command.ClipRect.y), rounded(command.ClipRect.z);
      rounded(command.ClipRect.w), all.add(command.ElemCount);
      const viz::Pixels* pixels = textures.find(command.GetTexID());
      if (pixels == nullptr) continue;  // the fonts
      all.add(static_cast<std::uint64_t>(pixels->width));
      for (const viz::Rgba c : pixels->data) all.add(c);
    }
  }
  return all.value();
}

class NullUi {
 public:
  explicit NullUi(float width = 1440, float height = 900, const viz::Settings& settings = {}) : gui_(width, height) {
    viz::Host host;
    host.clipboard = [this](const std::string& text) { clipboard_ = text; };
    app_ = std::make_unique<viz::App>(textures_, host, settings);
  }

  viz::App& app() { return *app_; }
  const std::string& clipboard() const { return clipboard_; }

  /// Opens the trace with these cores and waits until everything is shown.
  /// `machine`: words as in a view line, "ram=2M pages=pressure".
  void open(const std::string& trace, const std::vector<std::string>& cores, const std::string& machine = "") {
    viz::ViewWanted wanted;
    wanted.machine = machine;
    wanted.trace = trace;
    wanted.cores = cores;
    app_->open(trace, viz::loader_of(wanted));
    settle();
  }

  void frame(double seconds = 1.0 / 60) {
    ImGuiIO& io = ImGui::GetIO();
    io.DeltaTime = 1.0F / 60;
    if (app_->before_frame()) {
      unsigned char* pixels = nullptr;
      int width = 0, height = 0;
      io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    }
    ImGui::NewFrame();
    app_->frame(seconds);
    ImGui::Render();
  }
  /// Frames ask and desks answer until nothing is under way; then a few more, as ImGui sizes what is new a frame later.
  void settle() {
    int quiet = 0;
    for (int frames = 0; frames < 1000 && quiet < 5; ++frames) {
      frame(0);
      app_->wait_until_idle();
      quiet = app_->idle() ? quiet + 1 : 0;
    }
  }
  std::uint64_t digest() const { return digest_of(*ImGui::GetDrawData(), textures_); }

  void press(const viz::KeyPress& key) {
    app_->press(key);
    settle();
  }
  void type(const std::string& text) {
    ImGui::GetIO().AddInputCharactersUTF8(text.c_str());
    frame(0);
    frame(0);
  }
  /// Enter, as a text field sees it.
  void enter() {
    hold_enter(true);
    frame(0);
    hold_enter(false);
    settle();
  }

  viz::Rect where(const std::string& id) const {
    const auto rect = app_->ids().find(id);
    return rect ? *rect : viz::Rect{{-1, -1}, {-1, -1}};
  }
  bool shows(const std::string& id) const { return app_->ids().find(id).has_value(); }
  void move_to(ImVec2 at) {
    ImGui::GetIO().MousePos = at;
    frame(0);
  }
  void click_at(ImVec2 at) {
    move_to(at);
    frame(0);
    ImGui::GetIO().MouseDown[0] = true;
    frame(0);
    ImGui::GetIO().MouseDown[0] = false;
    settle();
  }
  /// False: nothing of this name was drawn in the last frame.
  bool click(const std::string& id) {
    if (!shows(id)) return false;
    click_at(where(id).centre());
    return true;
  }
  void wheel(ImVec2 at, float by) {
    move_to(at);
    ImGui::GetIO().MouseWheel = by;
    frame(0);
    settle();
  }

 private:
  struct Gui {
    Gui(float width, float height) {
      ImGui::CreateContext();
      ImGuiIO& io = ImGui::GetIO();
      io.IniFilename = nullptr;
      io.DisplaySize = {width, height};
      io.MousePos = {-1, -1};
#if IMGUI_VERSION_NUM < 18700
      io.KeyMap[ImGuiKey_Enter] = enter_number;
#endif
    }
    ~Gui() { ImGui::DestroyContext(); }
    Gui(const Gui&) = delete;
    Gui& operator=(const Gui&) = delete;
  };
  static constexpr int enter_number = 257;

  static void hold_enter(bool down) {
#if IMGUI_VERSION_NUM < 18700
    ImGui::GetIO().KeysDown[enter_number] = down;
#else
    ImGui::GetIO().AddKeyEvent(ImGuiKey_Enter, down);
#endif
  }

  Gui gui_;
  NullTextures textures_;
  std::string clipboard_;
  std::unique_ptr<viz::App> app_;
};

inline std::string sample(const std::string& name) { return std::string(KMEMLAB_SOURCE_DIR "/traces/samples/") + name; }

}  // namespace kmemlab::test
