// bsd386 with a vice (worse.h). Compiled for the common machine only: the self-test has no other.
#include "sim/replay/bsd386_adapter.h"
#include "sim/replay/cores.h"
#include "sim/replay/run_on.h"
#include "sim/replay/worse.h"

namespace kmemlab::sim {

namespace {

struct WorseOptions {
  Bsd386Options good;
  Vice vice = Vice::rounding;
};

Bsd386Options options_of(const WorseOptions& options) {
  constexpr unsigned never_pages = 1U << 20;
  Bsd386Options o = options.good;
  if (options.vice == Vice::hoarding) o.config.highwater_pages = never_pages;
  return o;
}

struct WorseCall : bsd386::MallocCall {
  bool dozes = false;  ///< sleeps before it begins
};

template <class K = Kernel>
class WorseAdapter {
 public:
  using KernelType = K;
  using Call = WorseCall;

  WorseAdapter(const WorseOptions& options, const traces::Tables& tables)
      : good_(options_of(options), tables), vice_(options.vice) {}

  void boot(K& kernel) { good_.boot(kernel); }
  bool prepare(Call& call, Request request, const CallContext& at) const {
    constexpr std::uint64_t largest = 64 * 1024;
    if (vice_ == Vice::rounding && request.size <= largest / 2) request.size *= 2;
    const bool made = good_.prepare(call, request, at);
    call.dozes = vice_ == Vice::sleeping && made && at.may_sleep && at.event % 64 == 63;
    return made;
  }
  Outcome run(K& kernel, Call& call) {
    if (!call.dozes) {
      if (vice_ == Vice::sleeping) kernel.wakeup(nap);
      return good_.run(kernel, call);
    }
    call.dozes = false;
    call.channel = nap;
    call.cause = SleepCause::lock;
    kernel.step({StepKind::sleeps, static_cast<std::uint16_t>(call.cause), {}, nap.v});
    return Outcome::blocked;
  }
  void free(K& kernel, const Block& block) {
    good_.free(kernel, block);
    if (vice_ == Vice::sleeping) kernel.wakeup(nap);
  }
  static std::uint32_t tag_of(const Call& call) { return call.type; }
  static bool is_refusal(Reason reason) { return Bsd386Adapter<K>::is_refusal(reason); }
  std::uint64_t metadata_bytes() const { return good_.metadata_bytes(); }
  std::uint64_t digest() const { return good_.digest(); }
  void publish(const Kernel& kernel, PublishedTables& tables) const { good_.publish(kernel, tables); }
  PageRule page_rule(const Kernel& kernel, Addr page) const { return good_.page_rule(kernel, page); }

 private:
  static constexpr Channel nap{0x6e6170};
  Bsd386Adapter<K> good_;
  Vice vice_;
};

}  // namespace

Fallible<std::unique_ptr<Session>> worse_session(const SessionInputs& in) {
  WorseOptions options;
  for (const Vice vice : all_vices) {
    for (const auto& [key, value] : in.core.options) {
      if (key == "vice" && value == name_of(vice)) options.vice = vice;
    }
  }
  if (!Shape4k64::fits(in.machine.profile)) return fail("the self-test has the machine x86-64 only");
  auto kernel = Kernel::create(in.machine.profile, kernel_options(in.machine, *in.trace));
  if (!kernel) return Failure<Error>{kernel.error()};
  return detail::session_with<WorseAdapter, Replayer>(ShapedKernel<Shape4k64>(std::move(*kernel)), options, in);
}

}  // namespace kmemlab::sim
