// Section 12 of a container: the totals of its events (totals.h), so that nobody has to count them again. It may be
// absent; then they are counted.
#pragma once

#include <optional>

#include "traces/kmt/bytes.h"
#include "traces/totals.h"

namespace kmemlab::traces::kmt {

ByteVector encode_totals(const Totals& totals);
/// False if the bytes are no such section.
bool decode_totals(const unsigned char* data, std::size_t bytes, Totals& totals);
/// The same; stays empty where an older writer left out figures that the events would give.
bool decode_totals(const unsigned char* data, std::size_t bytes, std::optional<Totals>& totals);

}  // namespace kmemlab::traces::kmt
