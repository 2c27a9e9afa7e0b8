// read_perf_data: see perf_reader.h.
#include "traces/readers/perf_reader.h"

#include <algorithm>
#include <optional>

#include "core/base/ints.h"
#include "traces/readers/dat_decoder.h"
#include "traces/readers/perf_data.h"
#include "traces/readers/perf_queue.h"
#include "traces/readers/perf_records.h"
#include "traces/readers/perf_tasks.h"

namespace kmemlab::traces {
namespace {

constexpr std::uint64_t progress_interval = 1U << 16;      // records between two calls
constexpr std::uint64_t unpacked_held_max = 512ULL << 20;  // bytes; then the older half is handed on
constexpr std::uint16_t misc_lost_by_filter = 1U << 15;    // PERF_RECORD_MISC_LOST_SAMPLES_BPF: dropped on purpose

class PerfReader {
 public:
  PerfReader(const ReadJob& job, PerfDataParser& parser, PerfData& perf)
      : job_(job),
        parser_(parser),
        perf_(perf),
        records_(perf.data, perf.data_offset, perf.order, job.damage),
        tasks_(job.tables) {}

  Fallible<void> run() {
    PerfRecord record;
    while (good() && records_.next(record)) {
      take(record);
      if (queue_.full() || records_.held_bytes() > unpacked_held_max) {
        queue_.half([this](const PerfQueue::Entry& e) { return hand_on(e); });
      }
      if (++taken_ % progress_interval == 0 && job_.progress) job_.progress(records_.done(), records_.size());
    }
    if (good()) queue_.all([this](const PerfQueue::Entry& e) { return hand_on(e); });
    if (good()) ready();  // without a sample nobody has asked yet
    if (!good()) return Failure<Error>{*error_};
    // LOST_SAMPLES are perf's own count at the end of the very losses that LOST records marked.
    job_.quality.lost_events = std::max(job_.quality.lost_events, lost_samples_);
    return {};
  }

 private:
  bool good() const { return !error_; }
  void fail_with(Error e) { error_ = std::move(e); }

  /// A record as it stands in the file: what has a time waits for its turn, the rest counts at once.
  void take(const PerfRecord& r) {
    switch (r.type) {
      case PerfType::sample:
      case PerfType::comm:
      case PerfType::fork:
      case PerfType::lost:
        enqueue(r);
        break;
      case PerfType::lost_samples:
        if (!(r.misc & misc_lost_by_filter)) lost_samples_ += ByteReader(r.body, perf_.order).u64();
        break;
      case PerfType::finished_round:
        queue_.round([this](const PerfQueue::Entry& e) { return hand_on(e); });
        break;
      case PerfType::header_attr:
        check(parser_.read_attr_record(perf_, r.body, r.place));
        break;
      case PerfType::header_feature: {
        ByteReader body(r.body, perf_.order);
        const std::uint64_t feature = body.u64();
        if (body.ok() && feature != static_cast<unsigned>(PerfFeature::tracing_data) && feature < 256) {
          check(parser_.read_feature(perf_, static_cast<unsigned>(feature), body.bytes(body.left()), r.place));
        }
        break;
      }
      case PerfType::header_tracing_data:
        check(parser_.read_feature(perf_, static_cast<unsigned>(PerfFeature::tracing_data), r.payload, r.place));
        break;
      default:
        break;
    }
  }

  void check(const Fallible<void>& done) {
    if (!done) fail_with(done.error());
  }

  void enqueue(const PerfRecord& r) {
    if (perf_.events.empty() && !ready()) return;
    const std::uint64_t tick = tick_of(r);
    if (tick == 0 || tick == ~std::uint64_t{0}) {  // made up by perf: true from the start
      PerfFields fields;
      if (take_fields(r, fields)) handle(r, fields);
      return;
    }
    records_.hold(r);
    queue_.push({tick, r.at, r.piece});
  }

  std::uint64_t tick_of(const PerfRecord& r) const {
    if (r.type == PerfType::sample) {
      const PerfAttr* like = perf_.events.timed_like(r.body, perf_.order);
      return like ? sample_tick(r.body, perf_.order, *like) : 0;
    }
    PerfFields fields;
    return take_trailer(r.body, perf_.order, perf_.events.of_trailer(), fields) ? fields.tick : 0;
  }

  bool take_fields(const PerfRecord& r, PerfFields& fields) {
    if (r.type != PerfType::sample) {
      if (take_trailer(r.body, perf_.order, perf_.events.of_trailer(), fields)) return true;
      job_.damage.at_byte(r.place, r.body.size(), "a record is shorter than its trailer");
      return false;
    }
    attr_ = perf_.events.of_sample(r.body, perf_.order);
    if (!attr_) {
      job_.damage.at_byte(r.place, r.body.size(), "a sample of an event that the recording does not name");
      return false;
    }
    if (take_sample(r.body, perf_.order, *attr_, fields)) return true;
    job_.damage.at_byte(r.place, r.body.size(), "a sample is shorter than its event says");
    return false;
  }

  bool hand_on(const PerfQueue::Entry& e) {
    PerfRecord r = perf_record_at(e.at, perf_.order);
    r.place = records_.place_of(e.at, e.piece);
    PerfFields fields;
    if (take_fields(r, fields)) handle(r, fields);
    records_.release(e.piece);
    return good();
  }

  /// A record whose turn it is.
  void handle(const PerfRecord& r, const PerfFields& fields) {
    if (fields.tick != 0 && fields.tick != ~std::uint64_t{0}) tick_ = fields.tick;
    ByteReader body(r.body, perf_.order);
    switch (r.type) {
      case PerfType::comm: {
        body.u32();
        const auto tid = static_cast<std::int32_t>(body.u32());
        const std::string_view comm = as_text(body.bytes(body.left()));
        if (body.ok()) tasks_.named(tid, comm.substr(0, comm.find('\0')));
        break;
      }
      case PerfType::fork: {
        body.u64();  // pid and parent's pid; then the threads
        const auto tid = static_cast<std::int32_t>(body.u32());
        const auto parent = static_cast<std::int32_t>(body.u32());
        if (body.ok()) tasks_.forked(tid, parent);
        break;
      }
      case PerfType::lost: {
        RawRecord lost;
        lost.kind = RawKind::lost;
        lost.tick = tick_;
        lost.cpu = cpu_of(fields);
        body.u64();  // id
        lost.requested = body.u64();
        if (body.ok()) job_.sink.record(lost);
        break;
      }
      default:
        sample(r, fields);
        break;
    }
  }

  static std::uint16_t cpu_of(const PerfFields& fields) {
    return static_cast<std::uint16_t>(std::min(fields.cpu, cpus_max - 1));
  }

  void sample(const PerfRecord& r, const PerfFields& fields) {
    if (!ready()) return;
    RawRecord record;
    record.tick = tick_;
    record.cpu = cpu_of(fields);
    if (fields.tid) record.task = tasks_.of(*fields.tid);
    if (attr_->type != perf_type_tracepoint) {
      record.name = job_.tables.name("sample");
      job_.sink.record(record);
      return;
    }
    switch (decoder_->decode(fields.raw, record)) {
      case DatDecoder::Outcome::good:
        job_.sink.record(record);
        break;
      case DatDecoder::Outcome::too_short:
        job_.damage.at_byte(r.place, r.body.size(), "the raw data of a sample are shorter than their format says");
        break;
      case DatDecoder::Outcome::unknown_event:
        job_.damage.at_byte(r.place, r.body.size(), "a sample of an event type that has no format");
        break;
      case DatDecoder::Outcome::bad_layout:
        fail_with({decoder_->problem(), "an event layout that kmemlab knows", job_.damage.file(), {}, r.place});
        break;
    }
  }

  /// The decoder, made when all that it needs has come. False leaves an error behind.
  bool ready() {
    if (decoder_) return true;
    if (auto done = parser_.check(perf_); !done) {
      fail_with(done.error());
      return false;
    }
    perf_.formats->kernel = kernel_ = perf_.kernel();
    decoder_.emplace(*perf_.formats, job_.tables);
    if (!decoder_->usable()) {
      fail_with({"no event format could be read",
                 "formats with common_type and common_pid",
                 job_.damage.file(),
                 {},
                 perf_.data_offset});
      return false;
    }
    return true;
  }

  const ReadJob& job_;
  PerfDataParser& parser_;
  PerfData& perf_;
  PerfRecords records_;
  PerfQueue queue_;
  PerfTasks tasks_;
  std::string kernel_;  // what the decoder's view points into
  std::optional<DatDecoder> decoder_;
  const PerfAttr* attr_ = nullptr;  // of the sample in hand
  std::optional<Error> error_;
  std::uint64_t tick_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t lost_samples_ = 0;
};

/// ftrace's name of a clockid_t; perf's own clock is the scheduler's, ftrace's `local`.
std::string clock_name(std::optional<std::int32_t> clock) {
  if (!clock) return "local";
  switch (*clock) {
    case 0:
      return "realtime";
    case 1:
      return "mono";
    case 4:
      return "mono_raw";
    case 7:
      return "boot";
    case 11:
      return "tai";
    default:
      return "clock " + std::to_string(*clock);
  }
}

}  // namespace

bool looks_like_perf_data(Bytes head) {
  const std::string_view text = as_text(head);
  return text.starts_with("PERFILE2") || text.starts_with("2ELIFREP") || text.starts_with("PERFFILE");
}

Fallible<void> read_perf_data(const ReadJob& job) {
  auto file = job.input.whole();
  if (!file) return Failure<Error>{file.error()};
  if (job.input.cut()) job.damage.add(*job.input.cut(), 0);
  PerfDataParser parser(*file, job.damage);
  auto perf = parser.run();
  if (!perf) return Failure<Error>{perf.error()};
  PerfReader reader(job, parser, *perf);
  if (auto done = reader.run(); !done) return done;
  job.source.format = perf->piped ? "perf.data (pipe)" : "perf.data";
  job.source.kernel = perf->kernel();
  job.source.clock = clock_name(perf->events.of_trailer().clock);
  job.source.cpus = perf->cpus;
  job.source.page_size = perf->formats->page_bytes;
  job.source.long_bytes = perf->formats->long_bytes;
  return {};
}

}  // namespace kmemlab::traces
