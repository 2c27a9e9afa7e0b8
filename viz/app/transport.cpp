#include "viz/app/transport.h"

#include "viz/app/commands.h"
#include "viz/model/format.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

// A button that is the same as a key: its tip says which.
void command_button(App& app, const char* label, const char* id, const KeyPress& press) {
  ImGui::PushID(id);
  const bool pressed = ImGui::Button(label);
  ImGui::PopID();
  app.ids().put_item(id);
  if (ImGui::IsItemHovered()) {
    for (const Command& c : commands()) {
      if (c.key == press) ImGui::SetTooltip("%s (%s)", c.name, name_of(press).c_str());
    }
  }
  if (pressed) run_command(app, press);
  ImGui::SameLine(0, app.theme().px(0.2F));
}

}  // namespace

void draw_transport(App& app) {
  const Theme& t = app.theme();
  command_button(app, "|<", "transport.first", {key_home});
  command_button(app, "< step", "transport.step_back", {key_left, true});
  command_button(app, "< event", "transport.back", {key_left});
  command_button(app, app.playing() ? "pause" : "play", "transport.play", {' '});
  command_button(app, "event >", "transport.next", {key_right});
  command_button(app, "step >", "transport.step", {key_right, true});
  command_button(app, ">|", "transport.last", {key_end});
  command_button(app, "-", "transport.slower", {'['});
  command_button(app, "+", "transport.faster", {']'});
  dim_text(t, grouped(app.events_per_second()) + "/s");
  ImGui::SameLine(0, t.px(1));
  dim_text(t, "next");
  ImGui::SameLine(0, t.px(0.3F));
  command_button(app, "failure", "transport.failure", {'N'});
  command_button(app, "sleep", "transport.sleep", {'Z'});
  command_button(app, "page return", "transport.return", {'R'});
  command_button(app, "go to...", "transport.go_to", {'G', false, true});
  ImGui::SameLine(0, t.px(1));
  std::string where = "after " + grouped(app.cursor().event) + " of " + counted(app.events(), "event", "events");
  if (app.cursor().steps != 0)
    where += ", then step " + grouped(app.cursor().steps) + " of event " + grouped(app.cursor().event);
  const sim::Snapshot* now = app.runs()[app.focused_run()]->now();
  if (now != nullptr) where += "   " + time_text(now->tick);
  if (app.searching()) where = "searching...   Esc stops   " + where;
  fitted_text(t, where, ImGui::GetContentRegionAvail().x, t.colours.text);
  app.ids().put_item("transport.where");
}

}  // namespace kmemlab::viz
