// Inside of the trace.dat parser: shared between trace_dat.cpp (start, version 6) and trace_dat_v7.cpp (sections).
// Option and section numbers are those of man trace-cmd.dat.v7(5).
#pragma once

#include <string>
#include <string_view>

#include "traces/readers/trace_dat.h"

namespace kmemlab::traces {

inline constexpr std::uint16_t option_done = 0;
inline constexpr std::uint16_t option_cpustat = 2;
inline constexpr std::uint16_t option_buffer = 3;  // in v7 also the id of the section that holds the pages
inline constexpr std::uint16_t option_trace_clock = 4;
inline constexpr std::uint16_t option_uname = 5;
inline constexpr std::uint16_t option_offset = 7;
inline constexpr std::uint16_t option_cpu_count = 8;
inline constexpr std::uint16_t option_tsc2nsec = 14;
inline constexpr std::uint16_t section_headers = 16;
inline constexpr std::uint16_t section_ftrace_formats = 17;
inline constexpr std::uint16_t section_event_formats = 18;
inline constexpr std::uint16_t section_kallsyms = 19;
inline constexpr std::uint16_t section_command_lines = 21;
inline constexpr std::uint16_t option_buffer_text = 22;

constexpr bool is_page_size(std::uint32_t n) {
  return n >= 512 && n <= 16U << 20 && (n & (n - 1)) == 0;
}

class TraceDatParser {
 public:
  TraceDatParser(Bytes file, DamageLog& damage) : file_(file), damage_(damage) {}
  Fallible<TraceDat> run();
  Fallible<TraceDat> run_tracing_data(std::uint64_t offset);

 private:
  struct Section {
    std::uint16_t id = 0;
    bool packed = false;
    std::uint64_t offset = 0;  // of the data behind the header
    std::uint64_t size = 0;    // as the header says; the file may end before
  };
  struct Buffer {
    std::string_view name;
    std::string_view clock;
    std::uint32_t page_bytes = 0;
    std::vector<CpuPages> cpus;  // without bytes yet
    std::vector<std::uint64_t> sizes;
    bool packed = false;
  };

  Failure<Error> error_at(std::uint64_t offset, std::string what, std::string expected = {}) const;
  Fallible<void> read_machine(ByteReader& r);
  Fallible<void> read_texts(ByteReader& r);
  bool read_header_info(ByteReader& r);
  bool read_formats(ByteReader& r, std::string_view system, std::uint32_t count);
  bool read_systems(ByteReader& r);
  void read_shared_option(std::uint16_t id, Bytes data);
  void add_cpu(std::uint32_t cpu, std::uint64_t offset, std::uint64_t size, bool packed);
  void note_instance(std::string_view name, std::uint64_t offset);

  Fallible<void> read_v6(ByteReader& r);
  void read_v6_options(ByteReader& r);

  Fallible<void> read_v7(ByteReader& r);
  bool read_options_chain(std::uint64_t first);
  std::optional<Section> section_at(std::uint64_t offset) const;
  Fallible<Bytes> section_data(const Section& section);
  void read_section(std::uint16_t id, std::uint64_t offset);
  void read_buffer_option(ByteReader r, std::uint64_t at);
  void use_buffers();
  void recover_buffer();
  void check_tail();

  static constexpr std::uint64_t slack = 1U << 20;  // v6 pads CPU data to whole pages, beyond the file's end at times

  Bytes file_;
  DamageLog& damage_;
  TraceDat dat_;
  std::vector<Buffer> buffers_;
  std::uint64_t claimed_ = 0;
  std::uint64_t options_end_ = 0;  // where the section behind the last readable options section stands
};

}  // namespace kmemlab::traces
