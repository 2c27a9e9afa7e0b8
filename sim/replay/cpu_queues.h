// The CPUs of a machine whose calls overlap: until when each is busy, and who waits for it, in order. However many
// wait, the agenda (agenda.h) has one `start` a CPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/digest.h"
#include "sim/replay/agenda.h"

namespace kmemlab::sim {

class CpuQueues {
 public:
  explicit CpuQueues(unsigned cpus) : cpus_(cpus) {}

  bool is_free(unsigned cpu, std::uint64_t now) const { return cpus_[cpu].free_at <= now; }
  /// A call runs until `over`.
  void busy_until(unsigned cpu, std::uint64_t over) { cpus_[cpu].free_at = over; }

  /// The CPU is busy: `job` runs after those who wait already.
  void wait(unsigned cpu, std::uint32_t job, Agenda& agenda) {
    Cpu& c = cpus_[cpu];
    if (c.armed && c.armed_tick != c.free_at) {
      c.behind_another.push_back(job);
      return;
    }
    c.ready.push_back(job);
    if (!c.armed) arm(cpu, agenda);
  }

  /// The `start` of a CPU is due: the job to run, or false if a call of a task that just became ready was quicker.
  /// Those who wait behind that call already come first then: their place is at its end.
  bool next(unsigned cpu, std::uint64_t now, Agenda& agenda, std::uint32_t& job) {
    Cpu& c = cpus_[cpu];
    c.armed = false;
    if (!is_free(cpu, now)) {
      c.ready.insert(c.ready.begin() + static_cast<std::ptrdiff_t>(c.served), c.behind_another.begin(),
                     c.behind_another.end());
      c.behind_another.clear();
      arm(cpu, agenda);
      return false;
    }
    job = c.ready[c.served++];
    if (2 * c.served >= c.ready.size()) {  // so that each job moves at most once
      c.ready.erase(c.ready.begin(), c.ready.begin() + static_cast<std::ptrdiff_t>(c.served));
      c.served = 0;
    }
    return true;
  }
  /// After it has run: the next of those who wait is due at its end.
  void rearm(unsigned cpu, Agenda& agenda) {
    if (!cpus_[cpu].ready.empty() && !cpus_[cpu].armed) arm(cpu, agenda);
  }

  void digest_into(Digest& d) const {
    for (const Cpu& c : cpus_) {
      d.add(c.free_at);
      d.add(std::uint64_t{c.behind_another.size()});
      for (const std::uint32_t job : c.behind_another) d.add(std::uint64_t{job});
      d.add(std::uint64_t{c.ready.size() - c.served});
      for (std::size_t i = c.served; i < c.ready.size(); ++i) d.add(std::uint64_t{c.ready[i]});
    }
  }
  std::size_t bytes() const {
    std::size_t jobs = 0;
    for (const Cpu& c : cpus_) jobs += c.ready.capacity() + c.behind_another.capacity();
    return cpus_.capacity() * sizeof(Cpu) + jobs * sizeof(std::uint32_t);
  }

 private:
  struct Cpu {
    std::uint64_t free_at = 0;  ///< end of its last call
    std::uint64_t armed_tick = 0;
    bool armed = false;                         ///< the agenda has its `start`, at `armed_tick`
    std::vector<std::uint32_t> ready;           ///< jobs; vectors, since an empty one costs a copied session nothing
    std::size_t served = 0;                     ///< of `ready`, from the front
    std::vector<std::uint32_t> behind_another;  ///< of `armed_tick`, who came when another call had taken the CPU again
  };
  void arm(unsigned cpu, Agenda& agenda) {
    Cpu& c = cpus_[cpu];
    c.armed = true;
    c.armed_tick = c.free_at;
    agenda.add(c.free_at, Due::Kind::start, cpu);
  }
  std::vector<Cpu> cpus_;
};

}  // namespace kmemlab::sim
