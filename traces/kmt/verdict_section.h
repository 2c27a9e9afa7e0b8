// Section 13 of a container: what each page allocation was for (page_verdicts.h). Absent where nothing is known.
#pragma once

#include "traces/kmt/bytes.h"
#include "traces/page_verdicts.h"

namespace kmemlab::traces::kmt {

inline ByteVector encode_verdicts(const PageVerdicts& verdicts) {
  ByteVector raw;
  ByteWriter(raw).u64(verdicts.size());
  raw.insert(raw.end(), verdicts.bytes().begin(), verdicts.bytes().end());
  return raw;
}

/// False if the bytes are no such section of a trace of `events` events. Memory: `bytes`.
inline bool decode_verdicts(const unsigned char* data, std::size_t bytes, std::uint64_t events,
                            PageVerdicts& verdicts) {
  ByteReader r(data, bytes);
  const std::uint64_t size = r.u64();
  if (!r.ok() || size > events || r.left() != size / 4 + (size % 4 != 0)) return false;
  if (size % 4 != 0 && data[bytes - 1] >> size % 4 * 2 != 0) return false;
  verdicts = PageVerdicts(size, {data + r.position(), data + bytes});
  return true;
}

}  // namespace kmemlab::traces::kmt
