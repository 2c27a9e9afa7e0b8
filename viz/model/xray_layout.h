// What the allocator X-ray draws, made from a system's published tables and lists without knowing the system: which
// columns are worth showing, which two of them are a part and its whole, which row is the head of which chain of a
// list, and which tables have a row for each page. Pure: no ImGui, no pixels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/machine/step.h"
#include "sim/observe/snapshot.h"

namespace kmemlab::viz {

/// Addresses in a row on one published list: what hangs on a head.
struct XrayChain {
  std::size_t list = 0;   ///< index in tables.lists()
  std::size_t first = 0;  ///< in its addresses
  std::size_t count = 0;
};

/// Two columns of which one is a part of the other: drawn as a bar.
struct XrayBar {
  std::size_t part = 0, whole = 0;  ///< columns
  bool whole_is_rest = false;       ///< `whole` is what is left beside the part: the whole is their sum
  bool part_is_free = false;        ///< the part is free, not used
  bool rest_is_free = false;        ///< what is not the part is free memory
};

enum class XrayKind : std::uint8_t {
  rows,   ///< a line for each row
  pages,  ///< a cell for each row, which is about one page
};

struct XrayTable {
  std::size_t table = 0;  ///< index in tables.tables()
  XrayKind kind = XrayKind::rows;
  bool labels = false;               ///< any row has one
  std::vector<std::size_t> columns;  ///< those that are shown
  std::vector<std::size_t> zero;     ///< those that are 0 in every row: only named
  std::vector<XrayBar> bars;
  std::vector<std::optional<XrayChain>> chains;  ///< for each row; empty if no row has one
  std::vector<std::uint64_t> keys;               ///< pages: values of the second column that occur, ascending
};

struct XrayLayout {
  std::vector<XrayTable> tables;
  std::vector<XrayChain> loose;  ///< what is on a list, and hangs on no head
};

XrayLayout xray_layout(const sim::PublishedTables& tables);

/// A cell's text: bytes and counts with separators; addresses of the arena as what they are beyond its base, "+0x1000",
/// others in hex; "-" for the null address and for no page.
std::string xray_text(std::string_view column, std::string_view unit, std::uint64_t value, AddrRange arena);
/// What the second column of a table of pages means, where that is known: "10: 1 KiB".
std::string xray_key(std::string_view column, std::uint64_t value);
/// What a column counts, in plain words; empty if there is nothing to add to its name.
std::string_view xray_meaning(std::string_view column);

/// Whether one of these steps is about the row: it says its address, or a block of the size that the row is about.
bool xray_touched(const sim::PublishedTable& table, std::size_t row, std::span<const Step> steps);
/// Whether one of them names an address in this range.
bool xray_touched(AddrRange range, std::span<const Step> steps);
/// The steps that a place shows: all of the event before it, or the one that it is behind.
std::span<const Step> steps_of(const sim::Snapshot& snapshot);

}  // namespace kmemlab::viz
