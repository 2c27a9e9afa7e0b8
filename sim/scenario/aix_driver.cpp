// The driver of aix: kernel heaps, pins and global memory. The only file of this room that compiles the core. Beside
// the system's services there is what surrounds them: processes come, run and end (add_process, run_process,
// exit_process), and a stack frame is left (leave_frame).
#include "core/aix/aix.h"
#include "core/aix/structure.h"
#include "sim/scenario/driver.h"

namespace kmemlab::scenario {

namespace {

using namespace aix;

enum : std::size_t {
  f_xmalloc,
  f_xmfree,
  f_init_heap,
  f_vm_galloc,
  f_vm_gfree,
  f_pin,
  f_unpin,
  f_add_process,
  f_run_process,
  f_exit_process,
  f_leave_frame
};

const std::vector<Function>& all_functions() {
  static const std::vector<Function> functions = {
      {"xmalloc", Returns::address, {{"size"}, {"align"}, {"heap"}}, 0, Effect::allocates},
      {"xmfree", Returns::status, {{"ptr"}, {"heap"}}, 0, Effect::frees},
      {"init_heap", Returns::address, {{"area"}, {"size"}, {"heapp", Takes::reads}}, 0, Effect::hosts},
      {"vm_galloc", Returns::status, {{"type"}, {"size"}, {"eaddr", Takes::stores}}, 0, Effect::allocates},
      {"vm_gfree", Returns::status, {{"eaddr"}, {"size"}}, 0, Effect::frees},
      {"pin", Returns::status, {{"addr"}, {"len"}}},
      {"unpin", Returns::status, {{"addr"}, {"len"}}},
      {"add_process", Returns::number, {{"pages"}}},
      {"run_process", Returns::nothing, {{"process"}}},
      {"exit_process", Returns::nothing, {{"process"}}, 0, Effect::ends},
      {"leave_frame", Returns::nothing, {{"addr"}, {"size"}}, 0, Effect::ends},
  };
  return functions;
}

std::uint64_t status(int value) {
  return static_cast<std::uint64_t>(std::int64_t{value});
}

/// Null is no heap: the original does not say why.
Answer heap_or_null(heapaddr_t heap) {
  Answer a;
  a.outcome = heap ? Outcome::done : Outcome::failed;
  a.value = heap.at.v;
  return a;
}

class AixDriver final : public Driver {
 public:
  AixDriver(sim::Kernel& kernel, const Config& config) : m_(kernel), config_(config) {}
  AixDriver(sim::Kernel& kernel, const AixDriver& other) : m_(kernel), config_(other.config_), s_(other.s_) {}

  std::vector<Constant> constants() const override {
    return {{"V_WORKING", V_WORKING},
            {"V_SYSTEM", V_SYSTEM},
            {"V_UREAD", V_UREAD},
            {"EINVAL", EINVAL, true},
            {"ENOSPC", ENOSPC, true},
            {"ENOMEM", ENOMEM, true},
            {"HEAP_SANITY", HEAP_SANITY},
            {"kernel_heap", s_.kernel_heap.at.v},
            {"pinned_heap", s_.pinned_heap.at.v},
            {"vm_pages", s_.vm_page_base.v},      // the table of arena pages, eight bytes each
            {"heap_pages", s_.heap[0].g.base.v},  // page 0 of kernel_heap and pinned_heap
            {"galloc", s_.heap[0].g.numpages == 0 ? 0 : s_.heap[0].g.area().end().v}};  // global memory behind it
  }
  void boot() override { aixinit(m_, s_, config_); }

  Answer call(Handle, std::size_t function, const std::vector<Argument>& a) override {
    Answer answer;
    switch (function) {
      case f_xmalloc:
        return allocate(a);
      case f_init_heap: {
        const heapaddr_t cell{Addr{a[2].value}};
        return heap_or_null(init_heap(m_, s_, Addr{a[0].value}, signed_of(a[1]), a[2].null ? nullptr : &cell));
      }
      case f_vm_galloc:
        return galloc(a);
      case f_xmfree:
        answer.value = status(xmfree(m_, s_, Addr{a[0].value}, heapaddr_t{Addr{a[1].value}}));
        return answer;
      case f_vm_gfree:
        answer.value = status(vm_gfree(m_, s_, Addr{a[0].value}, a[1].value));
        return answer;
      case f_pin:
        answer.value = status(pin(m_, s_, Addr{a[0].value}, signed_of(a[1])));
        return answer;
      case f_unpin:
        answer.value = status(unpin(m_, s_, Addr{a[0].value}, signed_of(a[1])));
        return answer;
      default:
        return surroundings(function, a);
    }
  }
  Answer resume(Handle) override { return {}; }  // nothing here sleeps

  void publish(Tables& tables) const override {
    const sim::Kernel& m = m_;
    aix::publish(m, s_, tables);
    tables.table("counts", {{"xmalloc_calls", ""},
                            {"xmalloc_failed", ""},
                            {"xmfree_failed", ""},
                            {"galloc_pages", ""},
                            {"private_heaps", ""},
                            {"metadata_pages", ""}});
    tables.row("", {s_.xmalloc_calls, s_.xmalloc_failed, s_.xmfree_failed, s_.galloc_pages, s_.private_heaps,
                    s_.metadata_pages});
    tables.table("pinned_page", {{"page", "addr"}, {"pins", ""}});
    for (Addr page = s_.arena.base; page < s_.arena.end(); page = page + s_.page_bytes()) {
      if (const unsigned pins = pin_count(m, s_, page); pins != 0) tables.row("", {page.v, pins});
    }
  }
  std::vector<AddrRange> metadata() const override {
    std::vector<AddrRange> all = {{s_.heap[0].g.front, metadata_bytes(s_)}};
    for (std::size_t i = 1; i < s_.heap.size(); ++i) {
      const Geometry& g = s_.heap[i].g;  // a heap in a process's private region is not of the arena
      if (g.numpages != 0 && s_.arena.contains(g.front)) all.push_back({g.front, g.base - g.front});
    }
    return all;
  }
  CheckResult check() override { return aix::check(static_cast<const sim::Kernel&>(m_), s_, m_.process()); }
  std::uint64_t digest() const override { return aix::digest(s_); }
  std::unique_ptr<Driver> copy(sim::Kernel& kernel) const override {
    return std::make_unique<AixDriver>(kernel, *this);
  }
  std::uint64_t structure_digest() const override { return aix::structure_digest(s_); }

 private:
  static std::int64_t signed_of(const Argument& a) { return static_cast<std::int64_t>(a.value); }

  Answer allocate(const std::vector<Argument>& a) {
    XmallocCall c;
    c.size = signed_of(a[0]);
    c.align = static_cast<int>(signed_of(a[1]));
    c.heap = heapaddr_t{Addr{a[2].value}};
    Answer answer;
    answer.outcome = xmalloc(m_, s_, c);
    answer.value = c.address.v;
    answer.granted = c.granted;
    answer.reason = c.reason;
    return answer;
  }
  Answer galloc(const std::vector<Argument>& a) {
    constexpr Addr untouched{~std::uint64_t{0}};
    Addr eaddr = untouched;
    Answer answer;
    answer.value =
        status(vm_galloc(m_, s_, static_cast<unsigned>(a[0].value), a[1].value, a[2].null ? nullptr : &eaddr));
    answer.stored = {eaddr == untouched ? std::nullopt : std::optional<std::uint64_t>(eaddr.v)};
    return answer;
  }
  Answer surroundings(std::size_t function, const std::vector<Argument>& a) {
    Answer answer;
    const auto process = static_cast<unsigned>(a[0].value);
    if (function == f_add_process) answer.value = m_.add_process(a[0].value);
    if (function == f_run_process) m_.run_process(process);
    if (function == f_exit_process) {
      m_.exit_process(process);
      process_gone(s_, process);
    }
    if (function == f_leave_frame) storage_gone(m_, s_, {Addr{a[0].value}, a[1].value});
    return answer;
  }

  sim::Kernel& m_;
  Config config_;
  State s_;
};

Fallible<std::unique_ptr<Driver>> make(sim::Kernel& kernel, const Options& options) {
  Config config;
  for (const auto& [name, value] : options) {
    if (name == "strict") {
      const auto flag = option_flag(name, value);
      if (!flag) return Failure<Error>{flag.error()};
      config.strict = *flag ? Strict::yes : Strict::no;
      continue;
    }
    const auto n = option_number(name, value);
    if (!n) return Failure<Error>{n.error()};
    if (name == "kernel_heap") config.kernel_heap_bytes = *n;
    if (name == "maxpin_percent") config.maxpin_percent = static_cast<unsigned>(*n);
  }
  return std::unique_ptr<Driver>(std::make_unique<AixDriver>(kernel, config));
}

}  // namespace

System aix_system() {
  return {"aix", {"kernel_heap", "maxpin_percent", "strict"}, "rs6000", all_functions, make, aix::mark_names};
}

}  // namespace kmemlab::scenario
