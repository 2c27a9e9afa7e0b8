// Names and numbers of the module: bins, limits, configuration. Bins are those of a kernel heap that public sources
// describe (shared/spec/aix_and_beos.md section 5), less the sizes that are no multiple of 8 (B14) and those of a page.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kmemlab::beos {

inline constexpr std::string_view B_AREA_MALLOC_MODULE_NAME = "generic/area_malloc/v1";
inline constexpr std::string_view pool_area_name = "area_malloc pool";    ///< B15
inline constexpr std::string_view table_area_name = "area_malloc table";  ///< ours

/// What create_pool returns, `const void*` in the original: opaque, above 0, never used again within a boot (B9).
struct PoolId {
  std::uint64_t v = 0;
  constexpr bool operator==(const PoolId&) const = default;
  constexpr explicit operator bool() const { return v != 0; }
};
inline constexpr unsigned pools_max = 32;                                ///< ours: how many may live at a time
inline constexpr std::uint64_t pool_pages_max = std::uint64_t{1} << 24;  ///< ours: page numbers are 32 bits

inline constexpr std::array<std::uint16_t, 15> bin_sizes = {8,   16,  24,  32,  48,  64,   96,  128,
                                                            160, 192, 256, 384, 512, 1024, 2048};
inline constexpr unsigned bins = bin_sizes.size();
inline constexpr std::uint64_t element_max = 2048;

/// Smallest bin whose elements hold `size` bytes, size from 0 to element_max; malloc(0) is a smallest block (B5).
constexpr unsigned bin_of(std::uint64_t size) {
  constexpr auto table = [] {
    std::array<std::uint8_t, element_max / 8 + 1> t{};
    for (unsigned units = 0, bin = 0; units < t.size(); ++units) {
      while (bin_sizes[bin] < units * 8) ++bin;
      t[units] = static_cast<std::uint8_t>(bin);
    }
    return t;
  }();
  return table[(size + 7) / 8];
}

/// offset / bin_sizes[bin] without a division. Exact for an offset that is a multiple of 8 below 8192: there are 2^10
/// such, a divisor is at most 2^8 units, and so the error of the reciprocal cannot reach the next integer.
constexpr std::uint32_t element_of(std::uint64_t offset, unsigned bin) {
  constexpr auto reciprocal = [] {
    std::array<std::uint32_t, bins> r{};
    for (unsigned b = 0; b < bins; ++b) r[b] = ((1U << 20) + bin_sizes[b] / 8 - 1) / (bin_sizes[b] / 8U);
    return r;
  }();
  return static_cast<std::uint32_t>(offset / 8 * reciprocal[bin] >> 20);
}

/// What happens at a call that the documents forbid, or a free of what is no live block. no: a line on the console, a
/// count, and the call's own kind of failure. yes: the machine stops (B1, B8).
enum class Strict : std::uint8_t { no, yes };

struct Config {
  Strict strict = Strict::no;
};

}  // namespace kmemlab::beos
