#include "viz/panels/quality.h"

#include <algorithm>

#include "viz/model/format.h"
#include "viz/ui/widgets.h"

namespace kmemlab::viz {

namespace {

void line(const Theme& t, const char* what, std::uint64_t n, bool defect) {
  dim_text(t, what);
  ImGui::SameLine(t.px(20));
  const bool bad = defect && n != 0;
  ImGui::PushStyleColor(ImGuiCol_Text, im(bad ? t.colours.alarm : t.colours.text));
  ImGui::TextUnformatted(((bad ? "! " : "") + grouped(n)).c_str());
  ImGui::PopStyleColor();
}

void trace_part(Look& look) {
  const Theme& t = look.theme;
  const traces::Quality& q = look.names->trace()->quality();
  const traces::TraceFacts& f = look.names->trace()->facts();
  ImGui::PushFont(t.bold);
  ImGui::TextUnformatted(q.defective() ? "! The recording has gaps" : "The recording is whole");
  ImGui::PopFont();
  line(t, "events", f.events, false);
  line(t, "events lost by the recorder", q.lost_events, true);
  line(t, "places where it lost an unknown number", q.lost_marks, true);
  line(t, "frees of blocks older than the trace", q.before_trace, false);
  line(t, "frees without a recorded allocation", q.unrecorded, false);
  line(t, "blocks whose free was lost", q.lost_free, true);
  line(t, "blocks never freed", q.live_at_end, false);
  line(t, "records out of order", q.out_of_order, true);
  line(t, "records that could not be read", q.damaged, true);
  line(t, "records whose pointer names no block", q.unmatchable, true);
  line(t, "may sleep: not recorded", q.may_sleep_unknown, false);
  line(t, "context not recorded", q.context_unknown, false);
  if (!q.first_damage.empty()) dim_text(t, "first damage: " + q.first_damage);
}

void check(const Theme& t, bool holds, const std::string& words) {
  ImGui::PushStyleColor(ImGuiCol_Text, im(holds ? t.colours.text : t.colours.alarm));
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(((holds ? "holds: " : "BROKEN: ") + words).c_str());
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
}

// Live bytes of all pages: counted once for each place that is shown.
struct LiveBytes {
  std::string run;
  sim::Place place{~std::uint64_t{0}, 0};
  std::uint64_t bytes = 0;
};

void check_sums(Look& look) {
  const Theme& t = look.theme;
  const sim::Snapshot& now = *look.now;
  LiveBytes& counted_once = look.memory.of<LiveBytes>();
  if (counted_once.place != now.place || counted_once.run != look.key) {
    counted_once = {look.key, now.place, 0};
    for (const sim::HeldPage& p : now.map.pages()) counted_once.bytes += p.live_bytes;
  }
  const std::uint64_t live = counted_once.bytes;
  check(t, now.sums.held >= now.sums.granted + now.sums.metadata,
        "held " + grouped(now.sums.held) + " = asked " + grouped(now.sums.requested) + " + rounding " +
            grouped(now.sums.granted - now.sums.requested) + " + free " +
            grouped(now.sums.held - std::min(now.sums.held, now.sums.granted + now.sums.metadata)) + " + tables " +
            grouped(now.sums.metadata));
  check(t, live == now.sums.granted,
        "live bytes of all pages, " + grouped(live) + ", are the granted bytes of all blocks, " +
            grouped(now.sums.granted));
}

void run_part(Look& look) {
  const Theme& t = look.theme;
  const sim::Snapshot& now = *look.now;
  ImGui::PushFont(t.bold);
  ImGui::TextUnformatted("This run, at the cursor");
  ImGui::PopFont();
  if (now.place.steps != 0) {
    dim_text(t, "In the middle of an event pages and blocks are not of one moment: sums are checked between events.");
  } else {
    check_sums(look);
  }
  check(t, now.stopped.empty(), now.stopped.empty() ? "nothing stopped the run here" : now.stopped);
  if (look.desk == nullptr) return;
  const Desk::Progress p = look.desk->progress();
  check(t, p.error.empty(),
        p.error.empty() ? (p.prepared ? "all events were played"
                                      : "events are still being played: " + grouped(p.done) + " of " + grouped(p.total))
                        : p.error);
}

}  // namespace

void draw_quality(Look& look) {
  if (look.now == nullptr) {
    say_nothing(look.theme, "The first event is being played...");
    return;
  }
  const float half = ImGui::GetContentRegionAvail().x / 2;
  if (look.names != nullptr) {
    ImGui::BeginChild("trace", {half, 0}, false);
    trace_part(look);
    ImGui::EndChild();
    ImGui::SameLine();
  }
  ImGui::BeginChild("run", {0, 0}, false);
  run_part(look);
  ImGui::EndChild();
}

}  // namespace kmemlab::viz
