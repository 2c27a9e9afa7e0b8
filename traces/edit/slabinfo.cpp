// parse_slabinfo: see slabinfo.h.
#include "traces/edit/slabinfo.h"

#include <array>

#include "traces/readers/number_text.h"

namespace kmemlab::traces {
namespace {

constexpr std::size_t name_bytes_max = 256;
constexpr std::uint64_t object_bytes_max = std::uint64_t{1} << 30;

Failure<Error> wrong(const std::string& file, std::uint64_t line, std::string what, std::string expected) {
  auto f = fail(std::move(what), std::move(expected));
  f.error.file = file;
  if (line) f.error.line = line;
  return f;
}

/// The first four words: name, active objects, objects, bytes of an object. Fewer if the line is short.
std::size_t first_words(std::string_view line, std::array<std::string_view, 4>& words) {
  std::size_t n = 0;
  while (n < words.size()) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) break;
    line.remove_prefix(begin);
    words[n] = line.substr(0, line.find_first_of(" \t\r"));
    line.remove_prefix(words[n++].size());
  }
  return n;
}

}  // namespace

Fallible<std::vector<SlabCache>> parse_slabinfo(std::string_view text, const std::string& file) {
  constexpr std::string_view title = "slabinfo - version: 2.";
  if (!text.starts_with(title)) {
    return wrong(file, 1, "no slabinfo of version 2", "a copy of /proc/slabinfo ('slabinfo - version: 2.1')");
  }
  std::vector<SlabCache> caches;
  std::uint64_t line_number = 0, objects = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (++line_number == 1 || line.starts_with('#')) continue;
    std::array<std::string_view, 4> words;
    const std::size_t n = first_words(line, words);
    if (n == 0) continue;
    const auto active = n == 4 ? parse_decimal(words[1]) : std::nullopt;
    const auto bytes = n == 4 ? parse_decimal(words[3]) : std::nullopt;
    if (!active || !bytes || *bytes == 0 || *bytes > object_bytes_max || words[0].size() > name_bytes_max) {
      return wrong(file, line_number, "not a line of slabinfo", "NAME ACTIVE_OBJS NUM_OBJS OBJSIZE ...");
    }
    if (*active > warm_objects_max - objects) {
      return wrong(file, line_number, "more than 2^26 objects", "the slabinfo of a machine that can be simulated");
    }
    objects += *active;
    if (*active) caches.push_back({std::string(words[0]), *active, *bytes});
  }
  return caches;
}

Fallible<std::vector<SlabCache>> read_slabinfo(const std::string& path) {
  auto input = Input::open(path);
  if (!input) return Failure<Error>{input.error()};
  auto bytes = input->whole();
  if (!bytes) return Failure<Error>{bytes.error()};
  return parse_slabinfo({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, input->path());
}

}  // namespace kmemlab::traces
