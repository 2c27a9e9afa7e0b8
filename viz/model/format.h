// Numbers as people read them. The same everywhere in the front end.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/addr.h"

namespace kmemlab::viz {

/// 1,234,567
std::string grouped(std::uint64_t value);
/// "1,234 bytes"
std::string bytes_text(std::uint64_t bytes);
/// Short, for axes: "512", "4 KiB", "1.5 MiB".
std::string short_bytes(std::uint64_t bytes);
/// 0xfe9a1000
std::string hex(Addr a);
/// Simulated time: "1.234567 s", "12.3 ms", "850 ns".
std::string time_text(std::uint64_t ticks);
/// "37 %" of a whole; "0 %" of nothing.
std::string percent(std::uint64_t part, std::uint64_t whole);
/// "1 block", "2 blocks"
std::string counted(std::uint64_t n, const char* one, const char* many);

}  // namespace kmemlab::viz
