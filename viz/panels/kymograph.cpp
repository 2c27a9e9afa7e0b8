#include "viz/panels/kymograph.h"

#include <algorithm>
#include <cmath>

#include "core/base/digest.h"
#include "viz/model/format.h"
#include "viz/model/kymograph_paint.h"
#include "viz/ui/time_axis_view.h"
#include "viz/ui/widgets.h"
#include "viz/work/question.h"

namespace kmemlab::viz {

namespace {

// A close-up is asked for where a texel of the whole picture is wider or higher than so many pixels, and never of more
// events than are played in about a second.
constexpr double coarse_pixels = 3;
constexpr std::uint64_t close_up_events = 1 << 22;

struct CloseUp {
  EventRange events;
  PageWindow pages;
  bool operator==(const CloseUp&) const = default;
};

struct KymographState {
  struct Kept {
    std::optional<PageWindow> pages;  ///< none: all
    Question<CloseUp, sim::KymographPicture> near;
  };
  std::map<std::string, Kept> of;
  KymographColour colour = KymographColour::live;
};

struct View {
  Look& look;
  const sim::KymographPicture& picture;
  TimeAxis axis;
  PageWindow pages, all;
  Addr base{};
  Rect rect{};

  double page_at(float y) const {  // from the canvas's upper edge
    return static_cast<double>(pages.first) +
           static_cast<double>(pages.pages) * (1 - static_cast<double>(y) / static_cast<double>(rect.height()));
  }
  float y_of(double page) const {
    const double up = (page - static_cast<double>(pages.first)) / static_cast<double>(pages.pages);
    return rect.max.y - static_cast<float>(up) * rect.height();
  }
  std::uint64_t page_bytes() const { return picture.page_bytes; }
  Addr address(std::uint64_t page) const { return base + page * page_bytes(); }
};

// The finer picture, if one is wanted and there; asks for it.
const sim::KymographPicture* near_picture(KymographState::Kept& kept, Look& look, const View& v) {
  const double texel_width =
      v.axis.width * static_cast<double>(v.picture.axis.width()) / static_cast<double>(v.axis.events());
  const double texel_height = static_cast<double>(v.rect.height()) * static_cast<double>(v.picture.row_pages) /
                              static_cast<double>(v.pages.pages);
  const bool coarse = (texel_width > coarse_pixels && v.picture.axis.width() > 1) ||
                      (texel_height > coarse_pixels && v.picture.row_pages > 1);
  if (!coarse || v.axis.events() > close_up_events || look.desk == nullptr || !look.whole->done) return nullptr;
  const CloseUp wanted{v.axis.range, v.pages};
  const AddrRange range{v.address(v.pages.first), v.pages.pages * v.page_bytes()};
  const auto* answer = kept.near.ask(
      *look.desk, wanted,
      [wanted, range](sim::Timeline& timeline, const Desk::Stop& stop) -> Fallible<sim::KymographPicture> {
        sim::Kymograph k(wanted.events, {2'048, 1'024}, range);
        const auto played = timeline.play_range(wanted.events.from, wanted.events.to, k, stop,
                                                [&](const sim::Session& session) { k.join(session); });
        if (!played) return Failure<Error>{played.error()};
        if (!*played) return fail("not wanted any more");
        return k.result();
      });
  return answer != nullptr && kept.near.current() ? answer : nullptr;
}

void draw_picture(const View& v, const sim::KymographPicture& picture, KymographColour colour, bool near) {
  KymographPart part;
  part.events = v.axis.range;
  part.pages = v.pages;
  part.width = static_cast<int>(v.rect.width()), part.height = static_cast<int>(v.rect.height());
  part.prepared = v.look.whole->prepared;
  part.arena_base = v.base;
  part.colour = colour;
  part.vision = v.look.theme.vision;
  part.grain = static_cast<int>(v.look.theme.hairline());
  Digest d{part.prepared};
  for (const std::uint64_t n :
       {part.events.from, part.events.to, part.pages.first, part.pages.pages, static_cast<std::uint64_t>(part.width),
        static_cast<std::uint64_t>(part.height), static_cast<std::uint64_t>(colour), std::uint64_t{near},
        static_cast<std::uint64_t>(v.look.theme.shade), static_cast<std::uint64_t>(v.look.theme.vision)}) {
    d.add(n);
  }
  const ImTextureID texture = v.look.textures.get("kymograph" + v.look.key, d.value(),
                                                  [&] { return paint_kymograph(picture, v.look.theme.colours, part); });
  ImGui::GetWindowDrawList()->AddImage(texture, v.rect.min, v.rect.max);
}

void draw_selection(const View& v) {
  if (!v.look.selection.page || v.look.selection.page->v < v.base.v) return;
  const std::uint64_t page = (*v.look.selection.page - v.base) / v.page_bytes();
  if (page < v.pages.first || page >= v.pages.first + v.pages.pages) return;
  const float line = v.look.theme.hairline();
  const float top = v.y_of(static_cast<double>(page + 1)),
              bottom = std::max(v.y_of(static_cast<double>(page)), top + line);
  ImGui::GetWindowDrawList()->AddRect({v.rect.min.x, top - line}, {v.rect.max.x, bottom + line},
                                      v.look.theme.colours.accent, 0, 0, line);
}

// Addresses left of the picture: at round numbers of pages.
void draw_addresses(const View& v, float left) {
  const Theme& t = v.look.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto most = static_cast<std::uint64_t>(std::max(1.0F, v.rect.height() / t.px(2.2F)));
  std::uint64_t step = 1;
  while (v.pages.pages / step > most) step *= 2;
  for (std::uint64_t p = (v.pages.first + step - 1) / step * step; p <= v.pages.first + v.pages.pages; p += step) {
    const float y = v.y_of(static_cast<double>(p));
    list.AddRectFilled({v.rect.min.x - t.px(0.3F), y}, {v.rect.min.x, y + t.hairline()}, t.colours.line);
    const float top = std::clamp(y - t.em / 2, v.rect.min.y, std::max(v.rect.min.y, v.rect.max.y - t.em));
    list.AddText({left, top}, t.colours.dim, hex(v.address(p)).c_str());
  }
}

void tip_of(const View& v, const Canvas& c, const sim::KymographPicture& picture, float label) {
  const EventRange events = v.axis.events_at(static_cast<double>(c.mouse.x - label));
  const auto low = static_cast<std::uint64_t>(std::max(0.0, v.page_at(c.mouse.y + 1)));
  const auto high = std::max(low + 1, static_cast<std::uint64_t>(std::max(0.0, v.page_at(c.mouse.y))));
  const auto cell = kymograph_cell(picture, events, {v.address(low), (high - low) * v.page_bytes()});
  if (!cell || events.from >= v.look.whole->prepared) return;
  ImGui::BeginTooltip();
  ImGui::Text("events %s to %s", grouped(cell->events.from).c_str(), grouped(cell->events.to - 1).c_str());
  ImGui::Text("%s from %s", counted(cell->pages, "page", "pages").c_str(), hex(cell->range.base).c_str());
  if (cell->held_pages == 0) {
    ImGui::TextUnformatted("not mapped when they ended");
  } else {
    ImGui::Text("%s held when they ended, %s of it live", counted(cell->held_pages, "page", "pages").c_str(),
                percent(cell->live_bytes, cell->held_pages * v.page_bytes()).c_str());
  }
  ImGui::Text("%s mapped or returned", counted(cell->churn, "page", "pages").c_str());
  dim_text(v.look.theme, "click: go there, pick the page   wheel: zoom time   Shift+wheel: zoom addresses");
  ImGui::EndTooltip();
  v.look.wishes.hover = v.address(low);
}

void answer_mouse(const View& v, KymographState::Kept& kept, const Canvas& c, float label) {
  const ImGuiIO& io = ImGui::GetIO();
  const double at = 1 - static_cast<double>(c.mouse.y) / static_cast<double>(v.rect.height());
  if (c.hovered && io.KeyShift && io.MouseWheel != 0)
    kept.pages = zoomed(v.pages, v.all, std::clamp(at, 0.0, 1.0), io.MouseWheel > 0 ? 1 : -1);
  if (c.active && ImGui::IsMouseDragging(ImGuiMouseButton_Left) && io.MouseDelta.y != 0) {
    const double pages = static_cast<double>(v.pages.pages) / static_cast<double>(v.rect.height());
    kept.pages = moved(v.pages, v.all, static_cast<double>(io.MouseDelta.y) * pages);
  }
  if (kept.pages && *kept.pages == v.all) kept.pages.reset();
  const float still = v.look.theme.px(0.3F);
  if (c.clicked && c.mouse.x >= label && io.MouseDragMaxDistanceSqr[0] < still * still)
    v.look.pick_page(v.address(static_cast<std::uint64_t>(std::max(0.0, v.page_at(c.mouse.y)))));
}

void draw_scale(const Theme& t, KymographColour colour) {
  ImGui::SameLine(0, t.px(0.9F));
  dim_text(t, colour == KymographColour::live ? "live: 1 %" : "pages that came or went: 1");
  ImGui::SameLine(0, t.px(0.3F));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float wide = t.px(6), high = t.px(0.85F), down = (ImGui::GetTextLineHeight() - high) / 2;
  constexpr unsigned pieces = 32;
  for (unsigned i = 0; i < pieces; ++i) {
    const float x = at.x + wide * static_cast<float>(i) / pieces;
    const unsigned shade = colour == KymographColour::live ? i * 255 / (pieces - 1) : 95 + i * 160 / (pieces - 1);
    ImGui::GetWindowDrawList()->AddRectFilled({x, at.y + down}, {x + wide / pieces + 1, at.y + down + high},
                                              seen(cividis(shade), t.vision));
  }
  ImGui::Dummy({wide, ImGui::GetTextLineHeight()});
  ImGui::SameLine(0, t.px(0.3F));
  dim_text(t, colour == KymographColour::live ? "100 %" : "256 or more");
}

void draw_head(Look& look, KymographState& state, KymographState::Kept& kept) {
  const Theme& t = look.theme;
  const struct {
    KymographColour colour;
    const char* name;
    const char* id;
    const char* tip;
  } modes[] = {{KymographColour::live, "live share", "kymograph.live", "how much of the held pages is live"},
               {KymographColour::churn, "coming and going", "kymograph.churn", "where pages were mapped and returned"}};
  for (const auto& m : modes) {
    const std::string label = (state.colour == m.colour ? "> " : "") + std::string(m.name);
    if (button(look, label.c_str(), m.id, m.tip)) state.colour = m.colour;
    ImGui::SameLine();
  }
  if (button(look, "all addresses", "kymograph.all", "every page that was ever held")) kept.pages.reset();
  legend_entry(t, Fill::unmapped, state.colour == KymographColour::live ? "not mapped" : "no page came or went");
  if (state.colour == KymographColour::live) legend_entry(t, Fill::cached, "held, nothing live");
  draw_scale(t, state.colour);
}

}  // namespace

void draw_kymograph(Look& look) {
  const Theme& t = look.theme;
  if (look.desk == nullptr || look.whole == nullptr || look.whole->kymograph.columns == 0) {
    say_nothing(t, look.desk == nullptr ? "A lesson has no kymograph." : "The run is being prepared...");
    return;
  }
  KymographState& state = look.memory.of<KymographState>();
  KymographState::Kept& kept = state.of[look.key];
  draw_head(look, state, kept);
  const sim::KymographPicture& picture = look.whole->kymograph;
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float label = ImGui::CalcTextSize(hex(picture.base).c_str()).x + t.px(0.8F);
  const float numbers = ImGui::GetTextLineHeight() + t.px(0.3F);
  const Canvas c = canvas(look, "kymograph" + look.key, {room.x, std::max(t.px(2), room.y - numbers)});
  const Rect rect{{c.rect.min.x + label, c.rect.min.y}, c.rect.max};
  const PageWindow all = all_pages(picture, picture.base);
  View v{look,         picture, axis_of(look, static_cast<double>(rect.width())), kept.pages.value_or(all), all,
         picture.base, rect};
  const sim::KymographPicture* near = near_picture(kept, look, v);
  const sim::KymographPicture& shown = near != nullptr ? *near : picture;
  draw_picture(v, shown, state.colour, near != nullptr);
  draw_unprepared(look, v.axis, rect);
  draw_selection(v);
  draw_cursor(look, v.axis, rect);
  draw_addresses(v, c.rect.min.x);
  draw_event_numbers(look, v.axis, {{rect.min.x, rect.max.y + t.px(0.1F)}, {rect.max.x, rect.max.y + numbers}});
  if (c.hovered && !c.active && c.mouse.x >= label) tip_of(v, c, shown, label);
  answer_time_axis(look, c, v.axis, label);
  answer_mouse(v, kept, c, label);
}

}  // namespace kmemlab::viz
