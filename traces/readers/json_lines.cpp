// read_json_lines: see json_lines.h.
#include "traces/readers/json_lines.h"

#include <algorithm>
#include <array>

#include "traces/readers/byte_reader.h"
#include "traces/readers/json_record.h"
#include "traces/readers/line_source.h"

namespace kmemlab::traces {
namespace {

constexpr std::string_view schema = "kmemlab.events/1";

/// Counts of the original recording that its events do not show; they travel in the header's "quality".
struct Carried {
  std::string_view key;
  std::uint64_t Quality::*count;
};
constexpr std::array<Carried, 8> carried = {{{"quality.lost_events", &Quality::lost_events},
                                             {"quality.inverted", &Quality::inverted},
                                             {"quality.out_of_order", &Quality::out_of_order},
                                             {"quality.damaged", &Quality::damaged},
                                             {"quality.damaged_bytes", &Quality::damaged_bytes},
                                             {"quality.unmatchable", &Quality::unmatchable},
                                             {"quality.hashed_pointers", &Quality::hashed_pointers},
                                             {"quality.carried", &Quality::carried}}};

class JsonLines {
 public:
  JsonLines(const ReadJob& job, ByteStream& stream) : job_(job), lines_(job, stream), records_(job.tables) {}

  Fallible<void> run() {
    lines_.each([&](const SourceLine& line) {
      if (refused_ || line.text.find_first_not_of(" \t") == std::string_view::npos) return;
      has_header_ ? event(line) : header(line);
    });
    if (refused_) return Failure<Error>{*refused_};
    const std::uint64_t learned = std::min(learned_, job_.quality.cache_known);
    job_.quality.cache_known -= learned;
    job_.quality.cache_learned += learned;
    return {};
  }

 private:
  void header(const SourceLine& line) {
    has_header_ = true;
    std::string said;
    if (object_.parse(line.text)) {
      for (std::size_t i = 0; i < object_.size(); ++i) {
        if (object_[i].key == "schema") said = object_[i].text;
      }
    }
    if (said != schema) {
      refused_ = Error{said.empty() ? "the first line is no header" : "schema " + said.substr(0, 40) + " is not known",
                       "{\"schema\":\"kmemlab.events/1\"}", job_.damage.file(), line.number, line.offset};
      return;
    }
    job_.source.format = schema;
    for (std::size_t i = 0; i < object_.size(); ++i) fact(line, object_[i]);
  }

  void fact(const SourceLine& line, const JsonValue& v) {
    Source& s = job_.source;
    const auto text = [&](std::string& to) {
      if (v.kind != JsonKind::text) return lines_.damaged(line, "\"" + v.key + "\" is no text", "text");
      to = v.text;
    };
    const auto number = [&](auto& to, std::uint64_t most) {
      if (v.kind != JsonKind::integer || v.number > most) {
        return lines_.damaged(line, "\"" + v.key + "\" is no number", "up to " + std::to_string(most));
      }
      to = static_cast<std::remove_reference_t<decltype(to)>>(v.number);
    };
    if (v.key == "kernel") text(s.kernel);
    if (v.key == "clock") text(s.clock);
    if (v.key == "cpus") number(s.cpus, 65536);
    if (v.key == "page_size") number(s.page_size, std::uint64_t{1} << 30);
    if (v.key == "long_bytes") number(s.long_bytes, 8);
    if (v.key == "recorded_as") {
      std::string original;
      text(original);
      if (!original.empty()) s.format = std::string(schema) + " (from " + original.substr(0, 80) + ")";
    }
    if (v.key == "quality.first_damage") text(job_.quality.first_damage);
    if (v.key == "quality.cache_learned") number(learned_, ~std::uint64_t{0});
    for (const Carried& c : carried) {
      if (v.key == c.key) number(job_.quality.*c.count, ~std::uint64_t{0});
    }
  }

  void event(const SourceLine& line) {
    if (!object_.parse(line.text)) {
      const bool cut = !line.ended && object_.trouble().starts_with("no JSON");
      return lines_.damaged(line, cut ? "the last line is cut" : object_.trouble(), "one JSON object a line");
    }
    RawRecord record;
    if (auto trouble = records_.assemble(object_, record)) {
      return lines_.damaged(line, std::move(trouble->what), std::move(trouble->expected));
    }
    job_.sink.record(record);
  }

  const ReadJob& job_;
  LineSource lines_;
  JsonRecords records_;
  JsonObject object_;
  std::optional<Error> refused_;
  std::uint64_t learned_ = 0;
  bool has_header_ = false;
};

}  // namespace

bool looks_like_json_lines(Bytes head) {
  std::string_view text = as_text(head);
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || text[start] != '{') return false;
  text = text.substr(start, text.find('\n', start) - start);
  return text.find("\"schema\"") != std::string_view::npos && text.find("kmemlab.events/") != std::string_view::npos;
}

Fallible<void> read_json_lines(const ReadJob& job) {
  auto stream = job.input.stream();
  if (!stream) return Failure<Error>{stream.error()};
  return JsonLines(job, **stream).run();
}

}  // namespace kmemlab::traces
