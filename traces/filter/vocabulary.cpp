// Names of fields and words, and the nearest one to a name that is none.
#include "traces/filter/vocabulary.h"

#include <algorithm>
#include <vector>

#include "traces/write/words.h"

namespace kmemlab::traces {
namespace {

using F = FilterField;
using T = FilterType;
constexpr FilterFieldInfo fields[] = {
    {"cpu", F::cpu, T::number},         {"pid", F::pid, T::whole},
    {"comm", F::comm, T::text},         {"site", F::site, T::text},
    {"cache", F::cache, T::text},       {"size", F::size, T::number},
    {"granted", F::granted, T::number}, {"time", F::time, T::time},
    {"context", F::context, T::word},   {"op", F::op, T::word},
    {"event", F::event, T::text},       {"node", F::node, T::whole},
    {"order", F::order, T::number},
};

std::vector<std::string_view> words(FilterField field) {
  std::vector<std::string_view> list;
  if (field == F::op) {
    for (unsigned i = 0; i < 8; ++i) list.push_back(word_of(static_cast<Op>(i)));
  } else {
    for (unsigned i = 0; i < 5; ++i) list.push_back(word_of(static_cast<Context>(i)));
  }
  return list;
}

// Insertions, deletions, replacements and swaps of neighbours (Damerau's distance, restricted).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t k = 0; k <= b.size(); ++k) {
      if (i == 0 || k == 0) {
        d[i][k] = i + k;
        continue;
      }
      d[i][k] = std::min({d[i - 1][k] + 1, d[i][k - 1] + 1, d[i - 1][k - 1] + (a[i - 1] != b[k - 1])});
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
        d[i][k] = std::min(d[i][k], d[i - 2][k - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

std::string hint(std::string_view wrong, const std::vector<std::string_view>& names, const std::string& all) {
  std::string_view best;
  std::size_t least = 3;
  for (const std::string_view name : names) {
    const std::size_t d = wrong.size() > 40 ? least : distance(wrong, name);
    if (d < least && d < name.size()) least = d, best = name;
  }
  return best.empty() ? "expected one of " + all : "did you mean '" + std::string(best) + "'?";
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string s;
  for (const std::string_view n : names) s += (s.empty() ? "" : " ") + std::string(n);
  return s;
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> list;
  for (const FilterFieldInfo& f : fields) list.push_back(f.name);
  return list;
}

}  // namespace

const FilterFieldInfo* find_field(std::string_view name) {
  const auto* at = std::find_if(std::begin(fields), std::end(fields), [&](const auto& f) { return f.name == name; });
  return at == std::end(fields) ? nullptr : at;
}
std::string field_names() {
  return joined(names());
}
std::string field_hint(std::string_view name) {
  return hint(name, names(), field_names());
}

bool is_word_of(FilterField field, std::string_view word) {
  const auto list = words(field);
  return std::find(list.begin(), list.end(), word) != list.end();
}
std::string words_of(FilterField field) {
  return joined(words(field));
}
std::string word_hint(FilterField field, std::string_view word) {
  return hint(word, words(field), words_of(field));
}

}  // namespace kmemlab::traces
