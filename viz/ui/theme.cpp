#include "viz/ui/theme.h"

#include <filesystem>
#include <string>

namespace kmemlab::viz {

namespace {

constexpr const char* font_folder = "/usr/share/fonts/truetype/dejavu/";

// Latin, and what our sentences use: dashes, arrows, mathematical signs, shapes.
constexpr ImWchar glyphs[] = {0x20,   0xff,   0x2013, 0x2014, 0x2018, 0x201d, 0x2022, 0x2026, 0x2190, 0x21ff,
                              0x2200, 0x22ff, 0x2500, 0x259f, 0x25a0, 0x25ff, 0x2713, 0x2717, 0};

ImFont* load(const char* name, float pixels) {
  ImFontAtlas* atlas = ImGui::GetIO().Fonts;
  const std::string path = std::string(font_folder) + name;
  std::error_code none;
  if (std::filesystem::exists(path, none)) return atlas->AddFontFromFileTTF(path.c_str(), pixels, nullptr, glyphs);
  ImFontConfig config;
  config.SizePixels = pixels;
  return atlas->AddFontDefault(&config);
}

ImVec4 floats(Rgba c) {
  return ImGui::ColorConvertU32ToFloat4(c);
}

void set_style(const Theme& theme) {
  ImGuiStyle& style = ImGui::GetStyle();
  style = ImGuiStyle{};
  style.WindowPadding = {theme.px(0.5F), theme.px(0.35F)};
  style.FramePadding = {theme.px(0.5F), theme.px(0.2F)};
  style.ItemSpacing = {theme.px(0.5F), theme.px(0.3F)};
  style.ItemInnerSpacing = {theme.px(0.35F), theme.px(0.25F)};
  style.CellPadding = {theme.px(0.4F), theme.px(0.12F)};
  style.ScrollbarSize = theme.px(0.9F);
  style.GrabMinSize = theme.px(0.8F);
  style.IndentSpacing = theme.px(1.2F);
  style.WindowRounding = 0, style.ChildRounding = 0, style.FrameRounding = theme.px(0.2F);
  style.WindowBorderSize = 0, style.ChildBorderSize = 1, style.PopupBorderSize = 1;
  style.TabRounding = theme.px(0.2F);
  const Palette& c = theme.colours;
  const auto set = [&](ImGuiCol which, Rgba colour) { style.Colors[which] = floats(colour); };
  set(ImGuiCol_Text, c.text), set(ImGuiCol_TextDisabled, c.dim);
  set(ImGuiCol_WindowBg, c.background), set(ImGuiCol_ChildBg, c.panel), set(ImGuiCol_PopupBg, c.raised);
  set(ImGuiCol_Border, c.line), set(ImGuiCol_Separator, c.line);
  set(ImGuiCol_FrameBg, c.raised), set(ImGuiCol_FrameBgHovered, mixed(c.raised, c.accent, 48));
  set(ImGuiCol_FrameBgActive, mixed(c.raised, c.accent, 80));
  set(ImGuiCol_Button, c.raised), set(ImGuiCol_ButtonHovered, mixed(c.raised, c.accent, 64));
  set(ImGuiCol_ButtonActive, mixed(c.raised, c.accent, 110));
  set(ImGuiCol_Header, mixed(c.raised, c.accent, 48)), set(ImGuiCol_HeaderHovered, mixed(c.raised, c.accent, 72));
  set(ImGuiCol_HeaderActive, mixed(c.raised, c.accent, 96));
  set(ImGuiCol_Tab, c.panel), set(ImGuiCol_TabHovered, mixed(c.raised, c.accent, 72));
  set(ImGuiCol_TabActive, mixed(c.raised, c.accent, 56)), set(ImGuiCol_TabUnfocused, c.panel);
  set(ImGuiCol_TabUnfocusedActive, mixed(c.raised, c.accent, 56));
  set(ImGuiCol_ScrollbarBg, c.panel), set(ImGuiCol_ScrollbarGrab, c.line);
  set(ImGuiCol_ScrollbarGrabHovered, c.dim), set(ImGuiCol_ScrollbarGrabActive, c.dim);
  set(ImGuiCol_CheckMark, c.accent), set(ImGuiCol_SliderGrab, c.dim), set(ImGuiCol_SliderGrabActive, c.accent);
  set(ImGuiCol_NavHighlight, c.accent), set(ImGuiCol_TextSelectedBg, mixed(c.raised, c.accent, 128));
  set(ImGuiCol_TableHeaderBg, c.raised), set(ImGuiCol_TableBorderLight, c.line);
  set(ImGuiCol_TableBorderStrong, c.line), set(ImGuiCol_TableRowBg, c.panel);
  set(ImGuiCol_TableRowBgAlt, mixed(c.panel, c.raised, 90));
  set(ImGuiCol_PlotHistogram, c.accent), set(ImGuiCol_ModalWindowDimBg, with_alpha(c.background, 160));
}

}  // namespace

Theme make_theme(float scale, Shade shade, Vision vision) {
  Theme theme;
  theme.em = static_cast<float>(static_cast<int>(text_pixels * scale + 0.5F));
  ImGui::GetIO().Fonts->Clear();
  theme.text = load("DejaVuSans.ttf", theme.em);
  theme.bold = load("DejaVuSans-Bold.ttf", theme.em);
  theme.mono = load("DejaVuSansMono.ttf", theme.em);
  recolour(theme, shade, vision);
  return theme;
}

void recolour(Theme& theme, Shade shade, Vision vision) {
  theme.shade = shade;
  theme.vision = vision;
  theme.colours = palette(shade, vision);
  set_style(theme);
}

}  // namespace kmemlab::viz
