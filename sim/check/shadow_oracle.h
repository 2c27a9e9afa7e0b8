// The shadow oracle: a second account of a run, kept from nothing but what the core answered, that finds out when an
// answer cannot be true. It watches a session and writes a pattern of its own into every granted block. Checked:
//   overlap     a granted block shares no byte with another live one
//   place       it lies in the arena, in pages that are mapped, with at least the bytes that were asked for
//   alignment   as the system promises (alignment_of)
//   zeros       a block whose event asks for zeroed memory has it when it is granted, if the system promises it
//               (zero_wishes.h)
//   contents    the pattern is there until the block is freed, at each recount, and at the end
//   returned    no page is unmapped under a live block
//   account     blocks, bytes and pages told one by one are those that the session and its page tables have
//   law         held bytes are at least granted bytes and tables
// Of blocks above 512 bytes the pattern covers both ends and 16 bytes of each KiB. Blocks of devices
// (device_interrupts.h) are told late: they guard their contents themselves, and are looked at for overlap, place and
// alignment only. A copy serves a copy of the session: attach() it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/zero_wishes.h"
#include "sim/replay/observer.h"
#include "sim/replay/session.h"

namespace kmemlab::check {

/// What a system promises of the address of a block of this many granted bytes: a multiple of the result.
std::uint64_t alignment_of(std::string_view core, std::uint64_t granted, std::uint64_t page_bytes);

class ShadowOracle final : public sim::Observer {
 public:
  explicit ShadowOracle(std::string core) : core_(std::move(core)) {}
  /// Before the session is played.
  void attach(sim::Session& session) { session_ = &session; }
  /// Of the trace that is played. Without them no block is looked at for zeros.
  void expect_zeros(ZeroWishes wishes) { zeros_ = std::move(wishes); }

  struct Finding {
    std::uint64_t event = 0;
    std::string text;
  };
  /// The first few, and how many there were in all.
  const std::vector<Finding>& findings() const { return findings_; }
  std::uint64_t broken() const { return broken_; }
  std::uint64_t blocks_checked() const { return blocks_checked_; }
  /// Of the checked blocks, those that had to be zero.
  std::uint64_t zeros_checked() const { return zeros_checked_; }
  std::uint64_t bytes_compared() const { return bytes_compared_; }
  std::uint64_t recounts() const { return recounts_; }

  /// Everything that is checked between two events, the core's own check() too. Not of a run that has stopped: there
  /// nothing is checked, and nothing counted.
  void recount();

  /// A live block whose content is known, counted from 0 in order of address modulo their number; 0 bytes: none.
  AddrRange live_block(std::uint64_t n) const;
  bool in_live_block(Addr a) const;

  // ---- What a session tells. ----
  void on_completion(const sim::Completion& c) override;
  bool wants_frees() const override { return true; }
  void about_to_free(AddrRange block) override;
  void page_mapped(Addr) override { ++held_pages_; }
  void page_unmapped(Addr page) override;

 private:
  struct Live {
    std::uint64_t id = 0;
    std::uint64_t event = 0;
    std::uint64_t requested = 0;
    std::uint64_t granted = 0;
    bool device = false;
    bool leaving = false;  ///< its free has begun
    bool guarded = false;  ///< the pattern is there
  };
  using Blocks = std::map<std::uint64_t, Live>;

  void granted(const sim::Completion& c);
  void freed(const sim::Completion& c);
  void check_place(const sim::Completion& c);
  void check_neighbours(const sim::Completion& c);
  void check_zeros(const sim::Completion& c);
  bool write_pattern(Addr a, const Live& block);
  void compare(Addr a, const Live& block, const char* when);
  void recount_blocks();
  void recount_pages();
  void find(std::uint64_t event, std::string text);

  std::string core_;
  sim::Session* session_ = nullptr;
  ZeroWishes zeros_;
  Blocks live_;
  std::uint64_t requested_ = 0, granted_ = 0, held_pages_ = 0;
  std::uint64_t event_ = 0;  ///< last told
  std::vector<Finding> findings_;
  std::uint64_t broken_ = 0, blocks_checked_ = 0, zeros_checked_ = 0, bytes_compared_ = 0, recounts_ = 0;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace kmemlab::check
