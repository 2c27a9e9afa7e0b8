// The bytes of a trace, wherever they come from: a file (mapped), standard input (`-`), gzip or zstd (recognised by
// magic, never by name). Two ways to read: as a stream in pieces (text), or as a whole (binary containers).
//
// Bounds. A stream holds one piece of 256 KiB and the decompressor's window (zstd: at most 2^27 bytes, what the zstd
// tool itself accepts without being asked). A whole that had to be decompressed or read from a pipe may grow to
// 64 MiB plus 64 times its stored bytes, and to 4 GiB at most: a small bomb ends in an Error, not in swapping.
// Refuses: directories, missing or unreadable files, empty inputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace kmemlab::traces {

using Bytes = std::span<const unsigned char>;

/// Decoded bytes in order.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills up to `room` bytes; 0 means the end. A failure (damaged compression) leaves what was read before valid.
  virtual Fallible<std::size_t> read(unsigned char* to, std::size_t room) = 0;
  /// Stored (not decoded) bytes consumed so far: what a progress line divides by Input::stored_bytes().
  virtual std::uint64_t stored_done() const = 0;
};

enum class Encoding : std::uint8_t { plain, gzip, zstd };

class Input {
 public:
  /// `-` is standard input. Errors: missing, directory, not readable, empty.
  static Fallible<Input> open(const std::string& path);
  /// Bytes that are already in memory (tests, embedded samples). Not copied again.
  static Fallible<Input> from_bytes(std::string name, std::vector<unsigned char> bytes);
  static Fallible<Input> from_text(std::string name, std::string_view text);

  Input(Input&&) noexcept;
  Input& operator=(Input&&) noexcept;
  ~Input();

  const std::string& path() const;  ///< as the user named it
  std::string name() const;         ///< base name, for reports
  Encoding encoding() const;
  std::uint64_t stored_bytes() const;  ///< 0 where unknown (a pipe)
  /// The first decoded bytes, at most 4096: enough to tell formats apart.
  Bytes head() const;
  /// A stream from the start. A pipe can be streamed once; the second time is an Error.
  Fallible<std::unique_ptr<ByteStream>> stream() const;
  /// All decoded bytes; a plain mapped file costs nothing. Kept until the Input dies.
  /// A damaged end of a compressed file is not an Error here: what could be decoded is returned, `cut` says why.
  Fallible<Bytes> whole() const;
  /// Set by whole() when decoding stopped early.
  const std::optional<Error>& cut() const;

 private:
  struct State;
  explicit Input(std::unique_ptr<State> state);
  static Fallible<Input> finish(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kmemlab::traces
