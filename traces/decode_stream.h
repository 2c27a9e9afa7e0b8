// Decompression as a stream over another stream: inside of Input (input.h states the bounds).
#pragma once

#include <memory>

#include "traces/input.h"

namespace kmemlab::traces {

/// A stream of what `from` holds when decoded; `from` itself for Encoding::plain.
std::unique_ptr<ByteStream> decode_stream(Encoding encoding, std::unique_ptr<ByteStream> from);

}  // namespace kmemlab::traces
