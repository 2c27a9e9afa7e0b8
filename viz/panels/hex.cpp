#include "viz/panels/hex.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "sim/observe/guest_bytes.h"
#include "viz/model/format.h"
#include "viz/ui/widgets.h"
#include "viz/work/question.h"

namespace kmemlab::viz {

namespace {

constexpr std::uint64_t row_bytes = 16;
constexpr float label_chars = 7;  // "+fff0": the place in the page
using Bytes = std::vector<std::optional<std::uint8_t>>;
using HexKey =
    std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>;  ///< event, steps, address, bytes

struct HexState {
  std::map<std::string, Question<HexKey, Bytes>> bytes;
};

Fallible<Bytes> read(sim::Timeline& timeline, const HexKey& key) {
  const auto [event, steps, at, count] = key;
  if (steps != 0) {
    auto inside = timeline.inside(event, steps);
    if (!inside) return Failure<Error>{inside.error()};
    return sim::bytes_at(**inside, Addr{at}, count);
  }
  auto here = timeline.at(event);
  if (!here) return Failure<Error>{here.error()};
  return sim::bytes_at(**here, Addr{at}, count);
}

// What a byte is, for its background; nothing: free.
std::optional<Fill> fill_at(const sim::Snapshot& now, Addr a) {
  if (const sim::HeldBlock* b = now.map.block_at(a)) return a - b->address < b->requested ? Fill::live : Fill::waste;
  for (const AddrRange& m : now.metadata) {
    if (m.contains(a)) return Fill::metadata;
  }
  return now.map.page_of(a) != nullptr ? std::optional(Fill::cached) : std::nullopt;
}

void draw_row(Look& look, Addr at, const Bytes& bytes, std::size_t offset) {
  const Theme& t = look.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const float wide = ImGui::CalcTextSize("0").x, high = ImGui::GetTextLineHeight();
  list.AddText(corner, t.colours.dim, fmt::format("+{:03x}", offset).c_str());
  std::string letters;
  for (std::size_t i = 0; i < row_bytes; ++i) {
    const float x = corner.x + wide * (label_chars + 3 * static_cast<float>(i) + (i >= 8 ? 1 : 0));
    const Addr a = at + i;
    if (const auto fill = fill_at(*look.now, a)) {
      const Rgba colour = t.colours.of(*fill);
      const float under = *fill == Fill::cached ? t.hairline() : 2 * t.hairline();
      list.AddRectFilled({x - wide * 0.2F, corner.y + high - under}, {x + wide * 2.2F, corner.y + high}, colour);
      if (*fill == Fill::live)
        list.AddRectFilled({x - wide * 0.2F, corner.y}, {x + wide * 2.2F, corner.y + high}, with_alpha(colour, 70));
      if (*fill == Fill::waste)
        draw_hatch(list, {{x - wide * 0.2F, corner.y}, {x + wide * 2.2F, corner.y + high}}, with_alpha(colour, 60),
                   t.px(0.35F), t.hairline());
    }
    const std::optional<std::uint8_t> byte = offset + i < bytes.size() ? bytes[offset + i] : std::nullopt;
    const bool picked = look.selection.address == a;
    list.AddText({x, corner.y},
                 picked      ? t.colours.accent
                 : byte == 0 ? t.colours.dim
                             : t.colours.text,
                 byte ? fmt::format("{:02x}", *byte).c_str() : "--");
    letters += byte && *byte >= 32 && *byte < 127 ? static_cast<char>(*byte) : '.';
  }
  list.AddText({corner.x + wide * (label_chars + 3 * row_bytes + 2), corner.y}, t.colours.dim, letters.c_str());
}

}  // namespace

void draw_hex(Look& look) {
  const Theme& t = look.theme;
  if (look.now == nullptr || look.desk == nullptr || (!look.selection.page && !look.selection.address)) {
    say_nothing(t, "Click a page or a block in the map to see its bytes.");
    return;
  }
  const Addr from =
      look.selection.page ? *look.selection.page : Addr{look.selection.address->v & ~(look.page_bytes() - 1)};
  const std::uint64_t bytes = look.page_bytes();
  const sim::Place place = look.now->place;
  const HexKey key{place.event, place.steps, from.v, bytes};
  auto& question = look.memory.of<HexState>().bytes[look.key];
  const Bytes* now =
      question.ask(*look.desk, key, [key](sim::Timeline& timeline, const Desk::Stop&) { return read(timeline, key); });
  if (const auto error = question.error(); error && !question.current()) {
    say_nothing(t, error->text().c_str());
    return;
  }
  if (now == nullptr || !question.current()) {
    say_nothing(t, "reading...");
    return;
  }
  dim_text(t, "page " + hex(from));
  for (const Fill f : {Fill::live, Fill::waste, Fill::cached, Fill::metadata})
    legend_entry(t, f, fill_names[static_cast<unsigned>(f)]);
  ImGui::PushFont(t.mono);
  const float wide = ImGui::CalcTextSize("0").x * (label_chars + 3 * row_bytes + 2 + row_bytes);
  ImGui::BeginChild("bytes", {0, 0}, false, ImGuiWindowFlags_HorizontalScrollbar);
  const float high = ImGui::GetTextLineHeight();
  struct Shown {
    Addr picked{};
  };
  Shown& shown = look.memory.of<Shown>();
  if (look.selection.address && shown.picked != *look.selection.address && *look.selection.address >= from) {
    shown.picked = *look.selection.address;
    ImGui::SetScrollY(
        std::max(0.0F, static_cast<float>((*look.selection.address - from) / row_bytes) * high - 2 * high));
  }
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(bytes / row_bytes), high);
  while (clipper.Step()) {
    for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
      const auto offset = static_cast<std::uint64_t>(row) * row_bytes;
      draw_row(look, from + offset, *now, offset);
      ImGui::Dummy({wide, high});
    }
  }
  ImGui::PopStyleVar();
  ImGui::EndChild();
  ImGui::PopFont();
}

}  // namespace kmemlab::viz
