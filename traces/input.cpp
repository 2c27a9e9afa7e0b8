// Input: see input.h. Plain sources (memory, pipe) sit under decoders (decode_stream.cpp); both are ByteStreams.
#include "traces/input.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "traces/decode_stream.h"

namespace kmemlab::traces {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t head_bytes_max = 4096;
constexpr std::uint64_t whole_bytes_floor = 64ULL << 20;
constexpr std::uint64_t whole_ratio_max = 64;
constexpr std::uint64_t whole_bytes_max = 4ULL << 30;

Encoding encoding_of(Bytes b) {
  if (b.size() >= 2 && b[0] == 0x1f && b[1] == 0x8b) return Encoding::gzip;  // RFC 1952, 2.3.1
  if (b.size() >= 4 && b[0] == 0x28 && b[1] == 0xb5 && b[2] == 0x2f && b[3] == 0xfd) return Encoding::zstd;  // RFC 8878
  return Encoding::plain;
}

class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(Bytes bytes) : bytes_(bytes) {}
  Fallible<std::size_t> read(unsigned char* to, std::size_t room) override {
    const std::size_t n = std::min(room, bytes_.size() - at_);
    if (n) std::memcpy(to, bytes_.data() + at_, n);
    at_ += n;
    return n;
  }
  std::uint64_t stored_done() const override { return at_; }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

/// A pipe whose first bytes were already taken to look at them.
class PipeStream : public ByteStream {
 public:
  PipeStream(int fd, Bytes taken) : fd_(fd), taken_(taken) {}
  Fallible<std::size_t> read(unsigned char* to, std::size_t room) override {
    if (at_ < taken_.size()) {
      const std::size_t n = std::min<std::size_t>(room, taken_.size() - at_);
      std::memcpy(to, taken_.data() + at_, n);
      at_ += n;
      return n;
    }
    for (;;) {
      const ssize_t n = ::read(fd_, to, room);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail(std::string("read failed: ") + std::strerror(errno));
      at_ += static_cast<std::size_t>(n);
      return static_cast<std::size_t>(n);
    }
  }
  std::uint64_t stored_done() const override { return at_; }

 private:
  int fd_;
  Bytes taken_;
  std::uint64_t at_ = 0;
};

}  // namespace

struct Input::State {
  std::string path;
  int fd = -1;
  bool close_fd = false;
  void* map = nullptr;
  std::size_t map_bytes = 0;
  std::vector<unsigned char> owned;  // from_bytes; or the first bytes of a pipe
  Bytes stored;                      // all stored bytes, unless a pipe
  bool pipe = false;
  bool pipe_used = false;
  Encoding encoding = Encoding::plain;
  std::vector<unsigned char> head;
  std::vector<unsigned char> decoded;
  bool have_decoded = false;
  std::optional<Error> cut;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (map) ::munmap(map, map_bytes);
    if (close_fd) ::close(fd);
  }
};

Input::Input(std::unique_ptr<State> state) : state_(std::move(state)) {}
Input::Input(Input&&) noexcept = default;
Input& Input::operator=(Input&&) noexcept = default;
Input::~Input() = default;

namespace {

Failure<Error> cannot_open(const std::string& path, const std::string& what) {
  auto f = fail(what, "a trace file, or - for standard input");
  f.error.file = path;
  return f;
}

}  // namespace

Fallible<Input> Input::open(const std::string& path) {
  auto s = std::make_unique<State>();
  s->path = path == "-" ? "standard input" : path;
  s->fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (s->fd < 0) return cannot_open(path, std::string("cannot open: ") + std::strerror(errno));
  s->close_fd = path != "-";
  struct stat st {};
  if (::fstat(s->fd, &st) != 0) return cannot_open(path, std::string("cannot stat: ") + std::strerror(errno));
  if (S_ISDIR(st.st_mode)) return cannot_open(path, "is a directory");
  if (S_ISREG(st.st_mode)) {
    if (st.st_size == 0) return cannot_open(s->path, "the file is empty");
    s->map_bytes = static_cast<std::size_t>(st.st_size);
    s->map = ::mmap(nullptr, s->map_bytes, PROT_READ, MAP_PRIVATE, s->fd, 0);
    if (s->map == MAP_FAILED) {
      s->map = nullptr;
      return cannot_open(s->path, std::string("cannot map: ") + std::strerror(errno));
    }
    s->stored = {static_cast<const unsigned char*>(s->map), s->map_bytes};
    return finish(std::move(s));
  }
  s->pipe = true;
  s->owned.resize(piece_bytes);
  std::size_t held = 0;
  while (held < s->owned.size()) {  // short reads are normal on a pipe; the head must be whole all the same
    const ssize_t n = ::read(s->fd, s->owned.data() + held, s->owned.size() - held);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_open(s->path, std::string("read failed: ") + std::strerror(errno));
    if (n == 0) break;
    held += static_cast<std::size_t>(n);
    if (held >= 2 * head_bytes_max) break;
  }
  s->owned.resize(held);
  if (held == 0) return cannot_open(s->path, "the input is empty");
  return finish(std::move(s));
}

Fallible<Input> Input::from_bytes(std::string name, std::vector<unsigned char> bytes) {
  auto s = std::make_unique<State>();
  s->path = std::move(name);
  s->owned = std::move(bytes);
  s->stored = s->owned;
  if (s->stored.empty()) return cannot_open(s->path, "the input is empty");
  return finish(std::move(s));
}

Fallible<Input> Input::from_text(std::string name, std::string_view text) {
  return from_bytes(std::move(name), std::vector<unsigned char>(text.begin(), text.end()));
}

Fallible<Input> Input::finish(std::unique_ptr<State> s) {
  const Bytes first = s->pipe ? Bytes(s->owned) : s->stored;
  s->encoding = encoding_of(first);
  s->head.resize(head_bytes_max);
  auto look = decode_stream(s->encoding, std::make_unique<MemoryStream>(first));
  std::size_t held = 0;
  while (held < s->head.size()) {
    auto got = look->read(s->head.data() + held, s->head.size() - held);
    if (!got || *got == 0) break;  // a damaged start shows as a short head; the reader reports it with its place
    held += *got;
  }
  s->head.resize(held);
  if (held == 0) return cannot_open(s->path, "nothing can be decompressed from it");
  return Input(std::move(s));
}

const std::string& Input::path() const {
  return state_->path;
}
std::string Input::name() const {
  const auto slash = state_->path.find_last_of('/');
  return slash == std::string::npos ? state_->path : state_->path.substr(slash + 1);
}
Encoding Input::encoding() const {
  return state_->encoding;
}
std::uint64_t Input::stored_bytes() const {
  return state_->pipe ? 0 : state_->stored.size();
}
Bytes Input::head() const {
  return state_->head;
}
const std::optional<Error>& Input::cut() const {
  return state_->cut;
}

Fallible<std::unique_ptr<ByteStream>> Input::stream() const {
  std::unique_ptr<ByteStream> plain;
  if (state_->pipe) {
    if (state_->pipe_used) return cannot_open(state_->path, "standard input can be read only once");
    state_->pipe_used = true;
    plain = std::make_unique<PipeStream>(state_->fd, state_->owned);
  } else {
    plain = std::make_unique<MemoryStream>(state_->stored);
  }
  return decode_stream(state_->encoding, std::move(plain));
}

Fallible<Bytes> Input::whole() const {
  State& s = *state_;
  if (!s.pipe && s.encoding == Encoding::plain) return s.stored;
  if (s.have_decoded) return Bytes(s.decoded);
  auto stream_or = stream();
  if (!stream_or) return Failure<Error>{stream_or.error()};
  ByteStream& from = **stream_or;
  for (;;) {
    const std::uint64_t limit = std::min(whole_bytes_max, whole_bytes_floor + whole_ratio_max * from.stored_done());
    if (s.decoded.size() + piece_bytes > limit) {
      return cannot_open(s.path, "decompresses to more than " + std::to_string(limit) + " bytes");
    }
    const std::size_t before = s.decoded.size();
    s.decoded.resize(before + piece_bytes);
    auto got = from.read(s.decoded.data() + before, piece_bytes);
    s.decoded.resize(before + (got ? *got : 0));
    if (!got) {
      if (s.decoded.empty()) return Failure<Error>{got.error()};
      s.cut = got.error();
      break;
    }
    if (*got == 0) break;
  }
  s.have_decoded = true;
  return Bytes(s.decoded);
}

}  // namespace kmemlab::traces
