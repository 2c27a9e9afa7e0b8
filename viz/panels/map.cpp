#include "viz/panels/map.h"

#include <algorithm>
#include <cmath>

#include "core/base/digest.h"
#include "viz/model/format.h"
#include "viz/model/map_paint.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

struct Cameras {
  MapCamera camera;
};

// For each run that is shown: its layout, made anew when what it is made of is another.
struct Layouts {
  struct Kept {
    sim::Place place{~std::uint64_t{0}, 0};
    int level = -1, width = 0;
    PageLayout layout;
  };
  std::map<std::string, Kept> of;
  struct Fit {
    sim::Place place{~std::uint64_t{0}, 0};
    int width = 0, height = 0, level = 0;
  };
  std::map<std::string, Fit> fits;
};

// All that drawing one map needs, in device pixels.
struct MapView {
  Look& look;
  const PageLayout& layout;
  int scale;
  Rect area{};       ///< on the screen
  float scroll = 0;  ///< device pixels from the first row
  float row_height() const { return static_cast<float>(map_zoom(layout.level()).cell_height * scale); }
  float cell_width() const { return static_cast<float>(layout.cell_width() * scale); }
};

const PageLayout& layout_for(Look& look, int level, int width) {
  Layouts::Kept& kept = look.memory.of<Layouts>().of[look.key];
  const sim::Place place = look.now->place;
  if (kept.place.event != place.event || kept.place.steps != place.steps || kept.level != level ||
      kept.width != width) {
    kept = {place, level, width, PageLayout(look.now->map, level, width)};
  }
  return kept.layout;
}

int fitting_level(Look& look, int width, int height) {
  Layouts::Fit& fit = look.memory.of<Layouts>().fits[look.key];
  if (fit.place != look.now->place || fit.width != width || fit.height != height) {
    fit = {look.now->place, width, height, fitting_zoom(look.now->map, width, std::max(1, height))};
  }
  return fit.level;
}

// Where a range of bytes lies on the screen, in its first row; nothing if that row is not visible.
std::optional<Rect> place_of(const MapView& v, Addr a, std::uint64_t bytes) {
  const std::size_t row = v.layout.row_of(a);
  if (row >= v.layout.rows().size() || v.layout.rows()[row].fold) return std::nullopt;
  const float y = v.area.min.y + static_cast<float>(row) * v.row_height() - v.scroll;
  if (y + v.row_height() < v.area.min.y || y > v.area.max.y) return std::nullopt;
  const MapZoom& zoom = map_zoom(v.layout.level());
  const std::uint64_t unit = zoom.row_bytes != 0 ? zoom.row_bytes : v.layout.page_bytes() * zoom.pages_per_cell;
  const float x = v.area.min.x + static_cast<float>(v.layout.x_of(a) * v.scale);
  const float wide = std::max(3.0F, static_cast<float>(bytes) * v.cell_width() / static_cast<float>(unit));
  const float row_end = v.area.min.x + v.cell_width() * static_cast<float>(v.layout.cells_per_row());
  return Rect{{x, y}, {std::min(x + wide, row_end), y + v.row_height()}};
}

void outline(const MapView& v, Addr a, std::uint64_t bytes, Rgba colour, float thick) {
  const auto r = place_of(v, a, std::max<std::uint64_t>(bytes, 1));
  if (!r) return;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRect({r->min.x - thick, r->min.y - thick}, {r->max.x + thick, r->max.y + thick}, colour, 0, 0, thick);
}

// What the last event changed, and what is picked.
void draw_marks(const MapView& v) {
  const Palette& c = v.look.theme.colours;
  const float line = v.look.theme.hairline();
  for (const sim::Happening& h : v.look.now->story.happenings) {
    if (!h.address) continue;
    const bool page = is_in(h.kind, sim::of_pages);
    outline(v, h.address, page ? v.layout.page_bytes() : h.granted, c.changed, line);
    if (h.kind != sim::Happened::page_returned) continue;
    if (const auto r = place_of(v, h.address, v.layout.page_bytes())) {
      ImGui::GetWindowDrawList()->AddLine(r->min, r->max, c.changed, line);  // crossed out: it went back
    }
  }
  if (v.look.selection.page) outline(v, *v.look.selection.page, v.layout.page_bytes(), c.accent, 2 * line);
  if (v.look.selection.address) {
    const sim::HeldBlock* b = v.look.now->map.block_at(*v.look.selection.address);
    if (b != nullptr) outline(v, b->address, b->granted, c.accent, 2 * line);
  }
  if (v.look.selection.hover) {
    const sim::HeldBlock* b = v.look.now->map.block_at(*v.look.selection.hover);
    outline(v, b != nullptr ? b->address : *v.look.selection.hover, b != nullptr ? b->granted : 16, c.text, line);
  }
}

// Addresses at the left of rows, sizes inside of blocks, and what a fold hides: only where there is room.
void draw_words(const MapView& v) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Theme& t = v.look.theme;
  const auto& rows = v.layout.rows();
  const float high = v.row_height();
  const auto first = static_cast<std::size_t>(std::max(0.0F, v.scroll / high));
  float fold_words_end = -1;
  for (std::size_t row = first; row < rows.size(); ++row) {
    const float y = v.area.min.y + static_cast<float>(row) * high - v.scroll;
    if (y > v.area.max.y) break;
    const Addr at = v.layout.base() + rows[row].first_page * v.layout.page_bytes();
    if (rows[row].fold) {
      if (y - t.em / 2 < fold_words_end) continue;
      const std::string words = grouped(rows[row].pages) + " pages without a frame, from " + hex(at);
      const ImVec2 size = ImGui::CalcTextSize(words.c_str());
      const float top = std::max(v.area.min.y, y + (high - size.y) / 2);
      const ImVec2 corner{v.area.min.x + t.px(1), top};
      if (high >= size.y * 0.9F) {
        list.AddRectFilled({corner.x - t.px(0.3F), corner.y}, {corner.x + size.x + t.px(0.3F), corner.y + size.y},
                           t.colours.panel);
        list.AddText(corner, t.colours.dim, words.c_str());
      }
      fold_words_end = top + size.y;
    }
  }
}

void tip_of(const MapView& v, const PageLayout::Hit& hit) {
  ImGui::BeginTooltip();
  const std::uint64_t page_bytes = v.layout.page_bytes();
  if (hit.fold) {
    ImGui::Text("%s pages without a frame from %s", grouped(hit.pages).c_str(), hex(hit.page).c_str());
  } else if (const sim::HeldPage* page = v.look.now->map.page_of(hit.address); page == nullptr) {
    ImGui::Text("page %s", hex(hit.page).c_str());
    dim_text(v.look.theme, "no frame: free for everybody");
  } else {
    ImGui::Text("page %s: %s, %s of %s live", hex(page->page).c_str(), counted(page->blocks, "block", "blocks").c_str(),
                grouped(page->live_bytes).c_str(), bytes_text(page_bytes).c_str());
    if (const sim::HeldBlock* b = v.look.now->map.block_at(hit.address)) {
      ImGui::Text("block %s: asked %s, got %s%s", hex(b->address).c_str(), grouped(b->requested).c_str(),
                  bytes_text(b->granted).c_str(),
                  v.look.names ? (", for " + v.look.names->site(b->call_site)).c_str() : "");
    }
    dim_text(v.look.theme, "click: pick it   wheel: zoom   drag: move");
  }
  ImGui::EndTooltip();
}

void answer_mouse(const MapView& v, const Canvas& c, MapCamera& camera) {
  if (!c.hovered) return;
  const auto row = static_cast<std::size_t>(std::max(0.0F, (c.mouse.y + v.scroll) / v.row_height()));
  const auto hit = v.layout.hit(row, static_cast<int>(c.mouse.x) / v.scale);
  if (hit) {
    v.look.wishes.hover = hit->fold ? std::nullopt : std::optional(hit->address);
    if (!ImGui::IsMouseDragging(ImGuiMouseButton_Left)) tip_of(v, *hit);
  }
  if (const float wheel = ImGui::GetIO().MouseWheel; wheel != 0) {
    if (ImGui::GetIO().KeyShift) {
      ImGui::SetScrollY(ImGui::GetScrollY() - wheel * 4 * v.row_height());
    } else {
      const int level = std::clamp(v.layout.level() + (wheel > 0 ? 1 : -1), 0, map_zooms - 1);
      camera.level = level;
      if (hit) camera.go_to = hit->address;
    }
  }
  if (c.active && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
    ImGui::SetScrollY(ImGui::GetScrollY() - ImGui::GetIO().MouseDelta.y);
  } else if (hit && !hit->fold && c.clicked && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < 16) {
    v.look.pick_page(hit->page);
    const sim::HeldBlock* b = v.look.now->map.block_at(hit->address);
    if (b != nullptr) {
      v.look.pick_block(*b);
    } else {
      v.look.selection.block.reset();
      v.look.selection.address = hit->address;
    }
  }
}

void draw_rows(Look& look, const PageLayout& layout, int scale) {
  MapCamera& camera = map_camera(look.memory);
  const MapZoom& zoom = map_zoom(layout.level());
  const float high = static_cast<float>(zoom.cell_height * scale);
  const float all = static_cast<float>(layout.rows().size()) * high;
  const ImVec2 corner = ImGui::GetWindowPos();
  const float wide = ImGui::GetWindowContentRegionMax().x, tall = ImGui::GetWindowHeight();
  const Rect shown{corner, {corner.x + wide, corner.y + tall}};
  if (camera.go_to) {
    const std::size_t row = layout.row_of(*camera.go_to);
    if (row < layout.rows().size()) ImGui::SetScrollY(std::max(0.0F, static_cast<float>(row) * high - tall / 3));
    camera.go_to.reset();
  }
  const Canvas c = canvas(look, "map" + look.key, {wide, std::max(all, tall)});
  MapView v{look, layout, scale, shown, std::floor(ImGui::GetScrollY())};
  look.ids.put("map" + look.key, shown);
  MapPart part;
  part.first_row = static_cast<std::size_t>(v.scroll / high);
  part.y_offset = static_cast<int>(v.scroll - static_cast<float>(part.first_row) * high);
  part.width = std::max(1, static_cast<int>(wide)), part.height = std::max(1, static_cast<int>(tall)),
  part.scale = scale;
  Digest version{look.now->place.event};
  for (const std::uint64_t part_of :
       {look.now->place.steps, static_cast<std::uint64_t>(layout.level()), static_cast<std::uint64_t>(v.scroll),
        static_cast<std::uint64_t>(part.width), static_cast<std::uint64_t>(part.height),
        static_cast<std::uint64_t>(scale), static_cast<std::uint64_t>(look.theme.shade),
        static_cast<std::uint64_t>(look.theme.vision)}) {
    version.add(part_of);
  }
  const ImTextureID texture = look.textures.get("map" + look.key, version.value(),
                                                [&] { return paint_map(*look.now, layout, look.theme.colours, part); });
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddImage(texture, shown.min,
                {shown.min.x + static_cast<float>(part.width), shown.min.y + static_cast<float>(part.height)});
  draw_words(v);
  draw_marks(v);
  Canvas seen = c;
  seen.mouse = {ImGui::GetMousePos().x - corner.x, ImGui::GetMousePos().y - corner.y};
  answer_mouse(v, seen, camera);
}

}  // namespace

MapCamera& map_camera(Memory& memory) {
  return memory.of<Cameras>().camera;
}

void zoom_map(Look& look, int by) {
  MapCamera& camera = map_camera(look.memory);
  camera.level = std::clamp(camera.shown + by, 0, map_zooms - 1);
  if (look.selection.address) camera.go_to = look.selection.address;
}

void draw_map_legend(Look& look) {
  static constexpr Fill order[] = {Fill::live, Fill::waste, Fill::cached, Fill::metadata, Fill::pin, Fill::unmapped};
  for (const Fill f : order) legend_entry(look.theme, f, fill_names[static_cast<unsigned>(f)]);
}

void draw_map(Look& look) {
  const Theme& t = look.theme;
  if (look.now == nullptr) {
    say_nothing(t, "The first event is being played...");
    return;
  }
  MapCamera& camera = map_camera(look.memory);
  const int scale = std::max(1, static_cast<int>(t.em / text_pixels + 0.5F));
  const int width = static_cast<int>(ImGui::GetContentRegionAvail().x - t.px(0.9F)) / scale;
  const float below = ImGui::GetContentRegionAvail().y - 3 * ImGui::GetTextLineHeightWithSpacing();
  camera.shown = camera.level >= 0 ? camera.level : fitting_level(look, width, static_cast<int>(below) / scale);
  // A row for every few bytes of every page: for a large heap that would be millions of them.
  constexpr std::size_t byte_zoom_pages = 4096;
  if (look.now->map.pages().size() > byte_zoom_pages) camera.shown = std::min(camera.shown, map_zooms - 2);
  const MapZoom& zoom = map_zoom(camera.shown);
  if (button(look, " - ", "map.farther", "farther away (S)")) zoom_map(look, -1);
  ImGui::SameLine();
  if (button(look, " + ", "map.nearer", "nearer (W)")) zoom_map(look, +1);
  ImGui::SameLine();
  if (button(look, "fit", "map.fit", "all held pages (F)")) camera.level = -1;
  ImGui::SameLine();
  const PageLayout& layout = layout_for(look, camera.shown, width);
  std::string words = std::string(zoom.name) + " level: " +
                      (zoom.row_bytes != 0       ? grouped(zoom.row_bytes) + " bytes a row"
                       : zoom.pages_per_cell > 1 ? grouped(zoom.pages_per_cell) + " pages a cell"
                                                 : grouped(layout.cells_per_row()) + " pages of " +
                                                       short_bytes(layout.page_bytes()) + " a row");
  words += "; " + counted(look.now->map.pages().size(), "page", "pages") + " held";
  dim_text(t, fitted(words, ImGui::GetContentRegionAvail().x));
  draw_map_legend(look);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
  ImGui::BeginChild(("rows" + look.key).c_str(), {0, 0}, false,
                    ImGuiWindowFlags_AlwaysVerticalScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  draw_rows(look, layout, scale);
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

}  // namespace kmemlab::viz
