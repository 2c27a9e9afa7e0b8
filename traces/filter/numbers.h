// Numbers as filters write them.
#pragma once

#include <cstdint>
#include <string_view>

namespace kmemlab::traces {

/// "4096", "0x1000", "4K", "2M", "1G" (powers of 1024). False for anything else and from 2^64 on.
bool parse_number(std::string_view text, std::uint64_t& value);
/// The same with a minus in front, within 63 bits.
bool parse_whole(std::string_view text, std::int64_t& value);

}  // namespace kmemlab::traces
