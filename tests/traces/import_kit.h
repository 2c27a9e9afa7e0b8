// What the tests of the importer share: a sink that keeps events, ways to import text and files, and where data are.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "traces/import/import.h"

#ifndef KMEMLAB_SOURCE_DIR
#define KMEMLAB_SOURCE_DIR "."
#endif

namespace kmemlab::traces::testing {

struct VectorSink : EventSink {
  std::vector<Event> events;
  std::vector<std::pair<std::uint64_t, Index>> learned;
  void append(const Event& event) override { events.push_back(event); }
  void learn_cache(std::uint64_t event_index, Index cache) override { learned.emplace_back(event_index, cache); }
};

/// For inputs that need no look at single events.
struct CountingSink : EventSink {
  std::uint64_t events = 0;
  void append(const Event&) override { ++events; }
  void learn_cache(std::uint64_t, Index) override {}
};

struct Trial {
  VectorSink sink;
  Fallible<Imported> result = fail("not run");

  const Imported& trace() const {
    if (!result) FAIL(result.error().text());
    return result.value();
  }
  const Event& event(std::size_t i) const { return sink.events.at(i); }
  std::string error() const { return result ? "no error" : result.error().text(); }
  std::uint64_t count(std::string_view name) const {
    for (const EventCount& e : trace().totals.events) {
      if (e.name == name) return e.count;
    }
    return 0;
  }
};

inline Trial import_input(Fallible<Input> input, const ImportOptions& options = {}) {
  Trial t;
  if (!input)
    t.result = Failure<Error>{input.error()};
  else
    t.result = import_trace(*input, t.sink, options);
  return t;
}
inline Trial import_text(std::string_view text, const ImportOptions& options = {}) {
  return import_input(Input::from_text("test.txt", text), options);
}
inline Trial import_bytes(std::vector<unsigned char> bytes, const ImportOptions& options = {}) {
  return import_input(Input::from_bytes("test.dat", std::move(bytes)), options);
}
inline Trial import_file(const std::string& path, const ImportOptions& options = {}) {
  return import_input(Input::open(path), options);
}

inline std::string data_file(const std::string& name) {
  return std::string(KMEMLAB_SOURCE_DIR) + "/tests/traces/data/" + name;
}

/// A recording of the shared collection; empty if the collection is not there. Tests then say so and pass.
inline std::string shared_recording(const std::string& name) {
  const char* env = std::getenv("KMEMLAB_SHARED");
  const std::string root = env ? env : std::string(KMEMLAB_SOURCE_DIR) + "/../shared";
  const std::string path = root + "/data/recorded/" + name;
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? path : std::string();
}

inline std::vector<unsigned char> read_bytes(const std::string& path) {
  std::vector<unsigned char> bytes;
  if (std::FILE* f = std::fopen(path.c_str(), "rb")) {
    unsigned char piece[4096];
    for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, f)) > 0;)
      bytes.insert(bytes.end(), piece, piece + n);
    std::fclose(f);
  }
  return bytes;
}

}  // namespace kmemlab::traces::testing
