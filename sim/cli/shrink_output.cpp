// Listing and writing what was found.
#include "sim/cli/shrink_output.h"

#include <fmt/format.h>

#include <unordered_map>

#include "sim/cli/output.h"
#include "sim/cli/render.h"
#include "sim/cli/shrink_scenario.h"
#include "traces/kmt/writer.h"

namespace kmemlab::cli {

namespace {

using traces::Event;
using traces::Op;

const char* name_of(const Event& e) {
  switch (e.op) {
    case Op::alloc:
      return "alloc";
    case Op::alloc_null:
      return "alloc, refused then";
    case Op::free:
      return "free";
    case Op::realloc:
      return "realloc";
    case Op::page_alloc:
      return "pages";
    case Op::page_free:
      return "pages freed";
    default:
      return "other";
  }
}

/// "task sh", "softirq"; nothing for the first task of a trace that has one.
std::string who(const Event& e, const traces::Tables& tables) {
  if (e.context == traces::Context::softirq) return "  softirq";
  if (e.context == traces::Context::hardirq) return "  hardirq";
  if (e.context == traces::Context::nmi) return "  nmi";
  if (tables.tasks.size() < 2 || e.task >= tables.tasks.size()) return "";
  const traces::Task& t = tables.tasks[e.task];
  return fmt::format("  task {} {}", t.pid, t.comm);
}

std::string line_of(std::size_t number, std::size_t block, const Event& e, const traces::Tables& tables) {
  std::string text =
      fmt::format("  {:>3}  {:>14} ns  {:<7} block {:<3}", number, with_commas(e.tick), name_of(e), block);
  if (e.requested != 0) text += fmt::format("  {:>9} bytes", with_commas(e.requested));
  if (e.gfp < tables.gfps.size() && tables.gfps[e.gfp].may_sleep == traces::Tri::no) text += "  may not sleep";
  if (e.gfp < tables.gfps.size() && tables.gfps[e.gfp].zero == traces::Tri::yes) text += "  zeroed";
  text += who(e, tables);
  if (e.cpu != 0) text += fmt::format("  cpu {}", e.cpu);
  if (e.cache < tables.caches.size()) text += "  " + tables.caches[e.cache];
  if (e.call_site < tables.call_sites.size()) text += "  " + tables.call_sites[e.call_site].name;
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

Fallible<std::string> write_container(const ShrinkTarget& target, const check::ShrinkTrace& trace) {
  auto writer = traces::KmtWriter::create(target.path);
  if (!writer) return Failure<Error>{writer.error()};
  if (auto done = check::write_shrink_trace(trace, *writer); !done) return Failure<Error>{done.error()};
  return target.path;
}

Fallible<std::string> write_text(const ShrinkTarget& target, const check::ShrinkTrace& trace) {
  auto reader = check::open_shrink_trace(trace);
  if (!reader) return Failure<Error>{reader.error()};
  auto file = OutputFile::create(target.path);
  if (!file) return Failure<Error>{file.error()};
  traces::Packer packer(target.pack,
                        [&](std::string_view text) { std::fwrite(text.data(), 1, text.size(), file->stream()); });
  auto lost = traces::write_trace(*reader, target.text, [&](std::string_view text) { packer.put(text); });
  if (!lost) return Failure<Error>{lost.error()};
  if (auto done = packer.finish(); !done) return Failure<Error>{done.error()};
  if (auto done = file->commit(); !done) return Failure<Error>{done.error()};
  return target.path + "; lost: " + lost->text();
}

/// Of side a; of side b if the name ends in .b.json and side b runs in this program.
Fallible<std::string> write_scenario(const ShrinkTarget& target, const check::KeepExpr& keep,
                                     const std::vector<ShrinkSide>& sides, const Found& found) {
  const bool second = target.path.ends_with(".b.json") && sides.size() == 2 && sides[1].program.empty();
  const std::string sentence =
      fmt::format("Shrunk from {}, {} events, by kmemlab shrink --keep \"{}\": here {}; this is side {}.",
                  found.shrunk.trace.source.name, with_commas(found.events_before), keep.source,
                  keep.shown(found.values), second ? "b" : "a");
  auto text = scenario_of(found.shrunk.trace, sides[second ? 1 : 0], "shrink: " + keep.source, sentence);
  if (!text) return Failure<Error>{text.error()};
  if (auto done = write_file(target.path, text->json); !done) return Failure<Error>{done.error()};
  return target.path +
         (text->left_out == 0 ? "" : fmt::format("; {} expectations left out", with_commas(text->left_out)));
}

}  // namespace

Fallible<std::vector<ShrinkTarget>> read_shrink_targets(const std::vector<std::string>& paths) {
  std::vector<ShrinkTarget> targets;
  for (const std::string& path : paths) {
    ShrinkTarget t;
    t.path = path;
    t.pack = traces::pack_of(path);
    if (const auto text = traces::write_format_of(path)) {
      t.form = ShrinkTarget::Form::text, t.text = *text;
    } else if (path.ends_with(".json")) {
      t.form = ShrinkTarget::Form::scenario;
    } else if (!path.ends_with(".kmt")) {
      return fail("cannot write '" + path + "'",
                  "expected a name that ends in .json, .kmt, .jsonl, .txt, .csv or .rep");
    }
    targets.push_back(std::move(t));
  }
  return targets;
}

std::string shrunk_listing(const check::ShrinkTrace& trace) {
  constexpr std::size_t lines_max = 100;
  if (trace.events.size() > lines_max) return {};
  std::unordered_map<std::uint32_t, std::size_t> numbers;
  std::string text;
  for (std::size_t i = 0; i < trace.events.size(); ++i) {
    const std::size_t block = numbers.try_emplace(trace.events[i].unit, numbers.size()).first->second;
    text += line_of(i, block, trace.events[i].event, *trace.tables);
  }
  return text;
}

Fallible<std::string> write_shrunk(const ShrinkTarget& target, const check::KeepExpr& keep,
                                   const std::vector<ShrinkSide>& sides, const Found& found) {
  switch (target.form) {
    case ShrinkTarget::Form::container:
      return write_container(target, found.shrunk.trace);
    case ShrinkTarget::Form::text:
      return write_text(target, found.shrunk.trace);
    case ShrinkTarget::Form::scenario:
      break;
  }
  return write_scenario(target, keep, sides, found);
}

}  // namespace kmemlab::cli
