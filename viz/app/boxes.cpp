// The boxes that open over the window: go to a place, and the list of all commands.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "viz/app/app_window.h"
#include "viz/app/commands.h"
#include "viz/app/go_to.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

struct Typed {
  std::array<char, 256> text{};
  bool fresh = true;
};
struct GoToTyped : Typed {};
struct CommandTyped : Typed {};

// The field gets the keyboard when its box opens. True: Enter.
bool field(Typed& typed, const char* hint, float width) {
  if (typed.fresh) {
    typed.text[0] = 0;
    ImGui::SetKeyboardFocusHere();
  }
  typed.fresh = false;
  ImGui::SetNextItemWidth(width);
  return ImGui::InputTextWithHint("##typed", hint, typed.text.data(), typed.text.size(),
                                  ImGuiInputTextFlags_EnterReturnsTrue);
}

bool contains(const std::string& text, const char* word) {
  const auto lower = [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); };
  const auto at = std::search(text.begin(), text.end(), word, word + std::strlen(word), [&](char a, char b) {
    return lower(static_cast<unsigned char>(a)) == lower(static_cast<unsigned char>(b));
  });
  return at != text.end() || *word == 0;
}

constexpr ImGuiWindowFlags box_flags =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_AlwaysAutoResize;

void open_box(const char* name, const Theme& t) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({size.x / 2, t.px(5)}, ImGuiCond_Always, {0.5F, 0});
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::Begin(name, nullptr, box_flags);
  ImGui::PopStyleVar();
}

}  // namespace

void AppWindow::draw_go_to() {
  GoToTyped& typed = app_.memory_.of<GoToTyped>();
  if (!app_.go_to_open_) {
    typed.fresh = true;
    return;
  }
  const Theme& t = app_.theme_;
  open_box("go to", t);
  ImGui::TextUnformatted("Go to an event (4711), a share of the trace (37%), or an address (0xfe9a1000)");
  const bool done = field(typed, "4711, 37% or 0xfe9a1000", t.px(36));
  app_.ids_.put_item("go_to.field");
  if (done) {
    const auto wanted = parse_go_to(typed.text.data(), app_.events());
    if (!wanted) {
      app_.say(wanted.error().text());
    } else if (wanted->address) {
      app_.selection_.address = wanted->address;
      const std::uint64_t page =
          app_.runs_.empty() || app_.runs_[0]->now() == nullptr ? 4096 : app_.runs_[0]->now()->map.page_bytes();
      app_.selection_.page = Addr{wanted->address->v & ~(page - 1)};
      app_.focus("map");
    } else {
      app_.go({wanted->event, 0});
    }
    app_.go_to_open_ = false;
  }
  ImGui::End();
}

void AppWindow::draw_commands() {
  CommandTyped& typed = app_.memory_.of<CommandTyped>();
  if (!app_.commands_open_) {
    typed.fresh = true;
    return;
  }
  const Theme& t = app_.theme_;
  open_box("commands", t);
  const bool done = field(typed, "type a part of its name", t.px(36));
  app_.ids_.put_item("commands.field");
  const Command* first = nullptr;
  const Command* chosen = nullptr;
  ImGui::BeginChild("list", {t.px(36), t.px(22)}, false);
  for (const Command& c : commands()) {
    if (!contains(std::string(c.group) + ": " + c.name, typed.text.data())) continue;
    if (first == nullptr) first = &c;
    ImGui::PushID(c.name);
    if (ImGui::Selectable((std::string(c.group) + ": " + c.name).c_str(), first == &c)) chosen = &c;
    ImGui::PopID();
    const std::string key = name_of(c.key);
    ImGui::SameLine(t.px(35) - ImGui::CalcTextSize(key.c_str()).x);
    dim_text(t, key);
  }
  ImGui::EndChild();
  ImGui::End();
  if (done) chosen = first;
  if (chosen == nullptr) return;
  app_.commands_open_ = false;
  chosen->run(app_);
}

}  // namespace kmemlab::viz
