#include "viz/programs/view_options.h"

#include <charconv>

#include "sim/cli/machine_options.h"
#include "sim/cli/pressure_options.h"
#include "viz/programs/open_runs.h"

namespace kmemlab::viz {

namespace {

using cli::OptionSpec;
using cli::Parsed;
using cli::Takes;

// "1440x900"
Fallible<void> read_size(const std::string& text, ViewWanted& w) {
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, w.width);
  const auto wrong = [&] {
    return fail("--size is '" + text + "'", "expected WIDTHxHEIGHT in pixels, from 320x200 to 8192x8192: 1440x900");
  };
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != 'x') return wrong();
  const auto second = std::from_chars(first.ptr + 1, end, w.height);
  if (second.ec != std::errc{} || second.ptr != end) return wrong();
  if (w.width < 320 || w.height < 200 || w.width > 8192 || w.height > 8192) return wrong();
  return {};
}

Fallible<void> read_scale(const std::string& text, Settings& s) {
  static constexpr std::pair<const char*, float> scales[] = {
      {"0.75", 0.75F}, {"1", 1}, {"1.25", 1.25F}, {"1.5", 1.5F}, {"2", 2}, {"2.5", 2.5F}, {"3", 3}};
  for (const auto& [name, value] : scales) {
    if (text == name) {
      s.scale = value;
      return {};
    }
  }
  return fail("--scale is '" + text + "'", "expected 0.75, 1, 1.25, 1.5, 2, 2.5 or 3");
}

Fallible<void> read_vision(const std::string& text, Settings& s) {
  for (unsigned v = 0; v < visions; ++v) {
    if (text != vision_names[v]) continue;
    s.vision = static_cast<Vision>(v);
    return {};
  }
  return fail("--vision is '" + text + "'", "expected normal, protan, deutan, tritan or grey");
}

// "4711" or "4711.2": event and step.
Fallible<void> read_at(const std::string& text, ViewWanted& w) {
  const std::size_t dot = text.find('.');
  const auto event = cli::parse_count("at", text.substr(0, dot));
  if (!event) return Failure<Error>{event.error()};
  w.event = *event;
  if (dot == std::string::npos) return {};
  const auto steps = cli::parse_count("at", text.substr(dot + 1));
  if (!steps) return Failure<Error>{steps.error()};
  w.steps = *steps;
  return {};
}

// What a view line says of the machine, and of who else takes its frames.
std::vector<OptionSpec> run_options() {
  std::vector<OptionSpec> all = cli::machine_options();
  for (OptionSpec& pressure : cli::pressure_options()) all.push_back(std::move(pressure));
  return all;
}

std::string machine_words(const Parsed& p) {
  std::string words;
  for (const OptionSpec& option : run_options()) {
    const std::string name = option.name.substr(0, option.name.find(','));
    if (!p.has(name)) continue;
    words += (words.empty() ? "" : " ") + name;
    if (option.takes != Takes::nothing) words += "=" + *p.value(name);
  }
  return words;
}

struct RunOptions {
  cli::MachineWanted machine;
  sim::PressurePolicy pressure;
  bool closed_loop = false;
};

// The same words back: "machine=alpha ram=64M pages=pressure".
Fallible<RunOptions> machine_from(const std::string& words) {
  std::vector<std::string> arguments;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (end > at) arguments.push_back("--" + words.substr(at, end - at));
    at = end + 1;
  }
  const cli::VerbSpec spec{"", "", "", run_options(), 0, 0};
  const auto parsed = cli::parse(spec, arguments);
  if (!parsed) return Failure<Error>{parsed.error()};
  const auto machine = cli::read_machine(*parsed);
  if (!machine) return Failure<Error>{machine.error()};
  const auto pressure = cli::read_pressure(*parsed);
  if (!pressure) return Failure<Error>{pressure.error()};
  return RunOptions{*machine, *pressure, parsed->has("closed-loop")};
}

}  // namespace

std::vector<OptionSpec> view_options() {
  std::vector<OptionSpec> all = {
      {"algorithm,a", Takes::values, "CORE", "one to four cores, with options: bsd386:mode=faithful (default bsd386)"}};
  for (OptionSpec& shared : run_options()) all.push_back(std::move(shared));
  all.insert(
      all.end(),
      {{"at", Takes::value, "EVENT[.STEP]", "where to stand: after so many events, and so many steps into the next"},
       {"at-view", Takes::value, "LINE", "a view that was copied with Ctrl+S; TRACE is then the line's unless given"},
       {"size", Takes::value, "WxH", "pixels of the window or picture (default 1440x900)"},
       {"scale", Takes::value, "N",
        "size of text and everything: 0.75 to 3 (default: the screen's own, 1 for pictures)"},
       {"light", Takes::nothing, "", "dark text on light ground"},
       {"vision", Takes::value, "NAME", "as others see the colours: protan, deutan, tritan, grey"}});
  return all;
}

Fallible<ViewWanted> read_view_options(const Parsed& p) {
  ViewWanted w;
  w.cores = p.values("algorithm");
  w.machine = machine_words(p);
  if (p.has("at-view")) {
    auto view = parse_view_line(*p.value("at-view"));
    if (!view) return Failure<Error>{view.error()};
    w.view = *view;
    w.trace = view->trace;
    if (w.cores.empty()) w.cores = view->cores;
    if (w.machine.empty()) w.machine = view->machine;
  }
  if (!p.positional().empty()) w.trace = p.positional()[0];
  if (w.trace.empty()) return fail("which trace?", "expected TRACE, or --at-view with a line that names one");
  if (const auto machine = machine_from(w.machine); !machine) return Failure<Error>{machine.error()};
  if (!w.cores.empty()) {
    if (const auto cores = sim::parse_core_specs(w.cores); !cores) return Failure<Error>{cores.error()};
  }
  Fallible<void> read;
  if (p.has("at")) read = read_at(*p.value("at"), w);
  if (read && p.has("size")) read = read_size(*p.value("size"), w);
  w.scale_given = p.has("scale");
  if (read && w.scale_given) read = read_scale(*p.value("scale"), w.settings);
  if (read && p.has("vision")) read = read_vision(*p.value("vision"), w.settings);
  if (!read) return Failure<Error>{read.error()};
  if (p.has("light")) w.settings.shade = Shade::light;
  return w;
}

LoadExhibit loader_of(const ViewWanted& wanted) {
  if (is_lessons(wanted.trace)) return [path = wanted.trace] { return open_lessons(path); };
  RunsWanted runs;
  runs.trace = wanted.trace;
  runs.cores = wanted.cores;
  runs.machine_words = wanted.machine;
  return [runs]() mutable -> Fallible<Exhibit> {
    const auto options = machine_from(runs.machine_words);
    if (!options) return Failure<Error>{options.error()};
    runs.machine = options->machine;
    runs.policy.pressure = options->pressure;
    runs.policy.closed_loop = options->closed_loop;
    return open_runs(runs);
  };
}

std::optional<ViewLine> view_of(const ViewWanted& wanted) {
  std::optional<ViewLine> view = wanted.view;
  if (!wanted.event) return view;
  if (!view) view.emplace();
  view->event = *wanted.event;
  view->steps = wanted.steps.value_or(0);
  return view;
}

}  // namespace kmemlab::viz
