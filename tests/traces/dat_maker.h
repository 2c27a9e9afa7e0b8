// Builds small trace.dat files byte by byte, in every flavour that the format has: version 6 and 7, both byte orders,
// kernel longs of 4 and 8 bytes, plain, zlib and zstd. From man trace-cmd.dat.v6(5) and trace-cmd.dat.v7(5);
// independent of the reader's code. trace-cmd 3.1.6 reads these files (checked by hand).
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/traces/ring_maker.h"

namespace kmemlab::traces::testing {

inline constexpr unsigned id_kmalloc = 101, id_kfree = 102, id_cache_free = 103, id_page_alloc = 104,
                          id_page_free = 105, id_softirq = 106;

class DatMaker {
 public:
  explicit DatMaker(Flavour f, unsigned cpus = 2) : flavour(f), cpu(cpus, CpuMaker(f)) {}

  Flavour flavour;
  std::vector<CpuMaker> cpu;
  std::string kmalloc_extra_fields;  ///< replaces the fields of kmalloc when not empty
  std::string command_lines = "42 worker thread\n43 nc\n";
  std::string cpustat;
  std::string kallsyms =
      "ffff0000 T first_symbol\nffff1000 T alloc_here\nffff2000 t free_here\t[module]\nffff3000 D data\n";

  std::vector<unsigned char> common(unsigned id, unsigned flags, unsigned depth, int pid) const {
    ByteMaker m(flavour.big_endian);
    m.integer(id, 2);
    m.integer(flags, 1);
    m.integer(depth, 1);
    m.integer(static_cast<std::uint64_t>(pid), 4);
    return m.bytes;
  }
  std::vector<unsigned char> kmalloc(std::uint64_t site, std::uint64_t ptr, std::uint64_t req, std::uint64_t alloc,
                                     std::uint64_t gfp, int node = -1, unsigned flags = 0, unsigned depth = 0,
                                     int pid = 42) const {
    ByteMaker m(flavour.big_endian);
    m.append(common(id_kmalloc, flags, depth, pid));
    for (const std::uint64_t v : {site, ptr, req, alloc, gfp}) m.integer(v, flavour.long_bytes);
    m.integer(static_cast<std::uint64_t>(node), 4);
    return m.bytes;
  }
  std::vector<unsigned char> kfree(std::uint64_t site, std::uint64_t ptr, unsigned flags = 0, int pid = 42) const {
    ByteMaker m(flavour.big_endian);
    m.append(common(id_kfree, flags, 0, pid));
    for (const std::uint64_t v : {site, ptr}) m.integer(v, flavour.long_bytes);
    return m.bytes;
  }
  std::vector<unsigned char> cache_free(std::uint64_t site, std::uint64_t ptr, std::string_view cache) const {
    ByteMaker m(flavour.big_endian);
    m.append(common(id_cache_free, 0, 0, 43));
    for (const std::uint64_t v : {site, ptr}) m.integer(v, flavour.long_bytes);
    const std::uint64_t at = m.bytes.size() + 4;
    m.integer(at | (cache.size() + 1) << 16, 4);
    m.c_string(cache);
    return m.bytes;
  }
  std::vector<unsigned char> page_alloc(std::uint64_t pfn, unsigned order, std::uint64_t gfp, int migratetype) const {
    ByteMaker m(flavour.big_endian);
    m.append(common(id_page_alloc, 0, 0, 43));
    m.integer(pfn, flavour.long_bytes);
    m.integer(order, 4);
    if (flavour.long_bytes == 8) m.integer(0, 4);
    m.integer(gfp, flavour.long_bytes);
    m.integer(static_cast<std::uint64_t>(migratetype), 4);
    return m.bytes;
  }
  std::vector<unsigned char> page_free(std::uint64_t pfn, unsigned order) const {
    ByteMaker m(flavour.big_endian);
    m.append(common(id_page_free, 0, 0, 43));
    m.integer(pfn, flavour.long_bytes);
    m.integer(order, 4);
    return m.bytes;
  }
  std::vector<unsigned char> softirq(unsigned flags) const {
    ByteMaker m(flavour.big_endian);
    m.append(common(id_softirq, flags, 0, 0));
    m.integer(9, 4);
    return m.bytes;
  }

  std::vector<unsigned char> file() { return flavour.version == 6 ? file_v6() : file_v7(); }

 private:
  struct FormatMaker {
    std::string text;
    unsigned at = 0;
    FormatMaker(std::string_view name, unsigned id) {
      text = "name: " + std::string(name) + "\nID: " + std::to_string(id) + "\nformat:\n";
      field("unsigned short common_type", 2).field("unsigned char common_flags", 1);
      field("unsigned char common_preempt_count", 1).field("int common_pid", 4, 1);
    }
    FormatMaker& field(std::string_view what, unsigned size, unsigned is_signed = 0) {
      at = (at + size - 1) / size * size;
      text += "\tfield:" + std::string(what) + ";\toffset:" + std::to_string(at) + ";\tsize:" + std::to_string(size);
      text += ";\tsigned:" + std::to_string(is_signed) + ";\n";
      at += size;
      return *this;
    }
    std::string print(std::string_view format) { return text + "\nprint fmt: " + std::string(format) + "\n"; }
  };
  std::vector<std::string> formats() const {
    const unsigned l = flavour.long_bytes;
    FormatMaker kmalloc_format("kmalloc", id_kmalloc);
    if (kmalloc_extra_fields.empty()) {
      kmalloc_format.field("unsigned long call_site", l).field("const void * ptr", l).field("size_t bytes_req", l);
      kmalloc_format.field("size_t bytes_alloc", l).field("unsigned long gfp_flags", l).field("int node", 4, 1);
    } else {
      kmalloc_format.text += kmalloc_extra_fields;
    }
    constexpr std::string_view flags =
        "\"call_site=%pS ptr=%p gfp_flags=%s\", REC->ptr, (REC->gfp_flags) ? __print_flags(REC->gfp_flags, \"|\", "
        "{( unsigned long)((( gfp_t)(0x400u|0x800u)) | (( gfp_t)0x40u) | (( gfp_t)0x80u)), \"GFP_KERNEL\"}, "
        "{(unsigned long)(1UL << 8), \"__GFP_ZERO\"}, {( unsigned long)(( gfp_t)0x400u), \"__GFP_DIRECT_RECLAIM\"} ) : "
        "\"none\"";
    FormatMaker kfree_format("kfree", id_kfree);
    kfree_format.field("unsigned long call_site", l).field("const void * ptr", l);
    FormatMaker cache_format("kmem_cache_free", id_cache_free);
    cache_format.field("unsigned long call_site", l).field("const void * ptr", l).field("__data_loc char[] name", 4, 1);
    FormatMaker alloc_format("mm_page_alloc", id_page_alloc);
    alloc_format.field("unsigned long pfn", l).field("unsigned int order", 4).field("unsigned long gfp_flags", l);
    alloc_format.field("int migratetype", 4, 1);
    FormatMaker free_format("mm_page_free", id_page_free);
    free_format.field("unsigned long pfn", l).field("unsigned int order", 4);
    FormatMaker softirq_format("softirq_entry", id_softirq);
    softirq_format.field("unsigned int vec", 4);
    return {kmalloc_format.print(flags), kfree_format.print(""), cache_format.print(""),
            alloc_format.print(""),      free_format.print(""),  softirq_format.print("")};
  }
  std::string header_page() const {
    const std::string l = std::to_string(flavour.long_bytes), data = std::to_string(8 + flavour.long_bytes);
    return "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n\tfield: local_t commit;\toffset:8;\tsize:" + l +
           ";\tsigned:1;\n\tfield: char data;\toffset:" + data + ";\tsize:4080;\tsigned:1;\n";
  }
  void put_headers(ByteMaker& m) const {
    m.c_string("header_page");
    m.integer(header_page().size(), 8);
    m.text(header_page());
    m.c_string("header_event");
    m.integer(4, 8);
    m.text("none");
  }
  void put_systems(ByteMaker& m) const {
    const auto all = formats();
    m.integer(2, 4);
    m.c_string("irq");
    m.integer(1, 4);
    m.integer(all.back().size(), 8);
    m.text(all.back());
    m.c_string("kmem");
    m.integer(all.size() - 1, 4);
    for (std::size_t i = 0; i + 1 < all.size(); ++i) {
      m.integer(all[i].size(), 8);
      m.text(all[i]);
    }
  }
  ByteMaker start_file(std::string_view version) const {
    ByteMaker m(flavour.big_endian);
    m.text("\x17\x08\x44tracing");
    m.c_string(version);
    m.integer(flavour.big_endian, 1);
    m.integer(flavour.long_bytes, 1);
    m.integer(4096, 4);
    return m;
  }
  void put_option(ByteMaker& m, unsigned id, std::string_view data) const {
    m.integer(id, 2);
    m.integer(data.size() + 1, 4);
    m.c_string(data);
  }
  std::vector<unsigned char> file_v6() {
    ByteMaker m = start_file("6");
    put_headers(m);
    m.integer(0, 4);
    put_systems(m);
    m.integer(kallsyms.size(), 4);
    m.text(kallsyms);
    m.integer(0, 4);
    m.integer(command_lines.size(), 8);
    m.text(command_lines);
    m.integer(cpu.size(), 4);
    m.c_string("options  ");
    put_option(m, 4, "local [mono] boot");
    put_option(m, 5, "Linux host 6.1.0-1-amd64 x86_64");
    if (!cpustat.empty()) put_option(m, 2, cpustat);
    m.integer(0, 2);
    m.c_string("flyrecord");
    const std::size_t list = m.bytes.size();
    for (std::size_t i = 0; i < cpu.size(); ++i) m.integer(0, 16);
    for (std::size_t i = 0; i < cpu.size(); ++i) {
      m.pad_to(4096);
      const auto pages = cpu[i].pages();
      m.overwrite(list + 16 * i, m.bytes.size(), 8);
      m.overwrite(list + 16 * i + 8, pages.size(), 8);
      m.append(pages);
    }
    return m.bytes;
  }
  std::vector<unsigned char> pack(const std::vector<unsigned char>& in) const {
    std::vector<unsigned char> out;
    if (flavour.packing == "zstd") {
      out.resize(ZSTD_compressBound(in.size()));
      out.resize(ZSTD_compress(out.data(), out.size(), in.data(), in.size(), 3));
    } else {
      uLongf n = compressBound(static_cast<uLong>(in.size()));
      out.resize(n);
      compress(out.data(), &n, in.data(), static_cast<uLong>(in.size()));
      out.resize(n);
    }
    return out;
  }
  bool packed() const { return flavour.packing != "none"; }
  std::uint64_t put_section(ByteMaker& m, unsigned id, const std::vector<unsigned char>& data, bool pack_it) const {
    const std::uint64_t at = m.bytes.size();
    m.integer(id, 2);
    m.integer(pack_it, 2);
    m.integer(0, 4);
    if (!pack_it) {
      m.integer(data.size(), 8);
      m.append(data);
      return at;
    }
    const auto small = pack(data);
    m.integer(small.size() + 8, 8);
    m.integer(small.size(), 4);
    m.integer(data.size(), 4);
    m.append(small);
    return at;
  }
  std::vector<unsigned char> file_v7() {
    ByteMaker m = start_file("7");
    m.c_string(flavour.packing);
    m.c_string("1");
    const std::size_t first_options = m.bytes.size();
    m.integer(0, 8);
    std::vector<std::pair<unsigned, std::uint64_t>> sections;
    const auto add = [&](unsigned id, auto fill) {
      ByteMaker s(flavour.big_endian);
      fill(s);
      sections.emplace_back(id, put_section(m, id, s.bytes, packed()));
    };
    add(16, [&](ByteMaker& s) { put_headers(s); });
    add(17, [&](ByteMaker& s) { s.integer(0, 4); });
    add(18, [&](ByteMaker& s) { put_systems(s); });
    add(19, [&](ByteMaker& s) {
      s.integer(kallsyms.size(), 4);
      s.text(kallsyms);
    });
    add(21, [&](ByteMaker& s) {
      s.integer(command_lines.size(), 8);
      s.text(command_lines);
    });

    ByteMaker options(flavour.big_endian);
    for (const auto& [id, offset] : sections) {
      options.integer(id, 2);
      options.integer(8, 4);
      options.integer(offset, 8);
    }
    put_option(options, 5, "Linux host 6.1.0-1-amd64 x86_64");
    if (!cpustat.empty()) put_option(options, 2, cpustat);
    options.integer(8, 2);
    options.integer(4, 4);
    options.integer(cpu.size(), 4);
    options.integer(0, 2);
    options.integer(8, 4);
    const std::size_t next_in_options = options.bytes.size();
    options.integer(0, 8);
    m.overwrite(first_options, m.bytes.size(), 8);
    const std::uint64_t options_at = put_section(m, 0, options.bytes, false);

    const std::uint64_t buffer_at = m.bytes.size();
    m.integer(3, 2);
    m.integer(packed(), 2);
    m.integer(0, 4);
    m.integer(0, 8);
    ByteMaker buffer(flavour.big_endian);
    buffer.integer(buffer_at, 8);
    buffer.c_string("");
    buffer.c_string("mono");
    buffer.integer(4096, 4);
    buffer.integer(cpu.size(), 4);
    for (std::size_t i = 0; i < cpu.size(); ++i) {
      m.pad_to(4096);
      const std::uint64_t at = m.bytes.size();
      const auto pages = cpu[i].pages();
      if (packed())
        put_chunks(m, pages);
      else
        m.append(pages);
      buffer.integer(i, 4);
      buffer.integer(at, 8);
      buffer.integer(m.bytes.size() - at - (packed() ? 4 : 0), 8);
    }
    m.overwrite(buffer_at + 8, m.bytes.size() - buffer_at - 16, 8);
    ByteMaker last(flavour.big_endian);
    last.integer(3, 2);
    last.integer(buffer.bytes.size(), 4);
    last.append(buffer.bytes);
    last.integer(0, 2);
    last.integer(8, 4);
    last.integer(0, 8);
    m.overwrite(options_at + 16 + next_in_options, m.bytes.size(), 8);
    put_section(m, 0, last.bytes, false);
    return m.bytes;
  }
  /// One chunk a page.
  void put_chunks(ByteMaker& m, const std::vector<unsigned char>& pages) const {
    m.integer(pages.size() / 4096, 4);
    for (std::size_t at = 0; at < pages.size(); at += 4096) {
      const std::vector<unsigned char> page(pages.begin() + static_cast<std::ptrdiff_t>(at),
                                            pages.begin() + static_cast<std::ptrdiff_t>(at + 4096));
      const auto small = pack(page);
      m.integer(small.size(), 4);
      m.integer(page.size(), 4);
      m.append(small);
    }
  }
};

}  // namespace kmemlab::traces::testing
