// Text from a trace as text of a page. Task names and call sites are foreign bytes: nothing in them may become markup,
// and nothing may hide or reorder what stands beside it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kmemlab::cli {

/// For element content and for quoted attributes. What HTML forbids (control characters, broken UTF-8, noncharacters)
/// and what changes the direction of text becomes U+FFFD. Longer than `characters_max`: cut, with an ellipsis.
std::string escaped(std::string_view text, std::size_t characters_max = 120);

}  // namespace kmemlab::cli
