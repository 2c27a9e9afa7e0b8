// Numbers as a baseline holds them and as people read them: unsigned, up to 128 bits, never rounded. Refuses signs,
// spaces, fractions and what does not fit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/ints.h"

namespace kmemlab::check {

__extension__ using i128 = __int128;  // differences of byte-ticks

std::string decimal(u128 n);
std::string grouped(u128 n);    ///< "1,234,567"
std::string with_sign(i128 n);  ///< "+1,234", "-5", "0"
/// Nothing if `text` is not all digits, or larger than 128 bits.
std::optional<u128> read_decimal(std::string_view text);

/// floor(n x permille / 1000), without overflow on the way; at the top it stays there. permille <= 2^32.
u128 permille_of(u128 n, u128 permille);
/// "12.3": `part` in per mille of `whole`, cut to one digit after the point. whole > 0.
std::string permille_text(u128 part, u128 whole);
/// Sum that stays at the top instead of wrapping.
u128 add_saturating(u128 a, u128 b);

}  // namespace kmemlab::check
