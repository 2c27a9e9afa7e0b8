// read_trace_dat: see trace_dat_reader.h.
#include "traces/readers/trace_dat_reader.h"

#include <algorithm>

#include "core/base/ints.h"
#include "traces/readers/cpu_cursor.h"
#include "traces/readers/dat_decoder.h"

namespace kmemlab::traces {
namespace {

constexpr std::uint64_t progress_interval = 1U << 16;  // records between two calls

class DatMerge {
 public:
  DatMerge(const ReadJob& job, const TraceDat& dat, const PageLayout& layout, DatDecoder& decoder)
      : job_(job), dat_(dat), decoder_(decoder) {
    cursors_.reserve(dat.cpus.size());
    for (const CpuPages& pages : dat.cpus)
      cursors_.emplace_back(pages, layout, dat.page_bytes, dat.packing, job.damage);
  }

  Fallible<void> run() {
    for (CpuCursor& c : cursors_) {
      if (c.next()) heap_.push_back(&c);
    }
    std::make_heap(heap_.begin(), heap_.end(), later);
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), later);
      CpuCursor& c = *heap_.back();
      heap_.pop_back();
      bool more = true;
      do {  // a CPU often has many records before the next of any other CPU
        if (auto done = emit(c); !done) return done;
        more = c.next();
      } while (more && (heap_.empty() || !later(&c, heap_.front())));
      if (more) {
        heap_.push_back(&c);
        std::push_heap(heap_.begin(), heap_.end(), later);
      }
    }
    return {};
  }

 private:
  static bool later(const CpuCursor* a, const CpuCursor* b) {
    return a->tick() != b->tick() ? a->tick() > b->tick() : a->cpu() > b->cpu();
  }

  std::uint64_t nanoseconds(std::uint64_t tick) const {
    if (dat_.tsc_multiplier) tick = static_cast<std::uint64_t>((u128{tick} * dat_.tsc_multiplier) >> dat_.tsc_shift);
    return tick + static_cast<std::uint64_t>(dat_.time_offset);
  }

  Fallible<void> emit(CpuCursor& c) {
    RawRecord record;
    record.tick = nanoseconds(c.tick());
    record.cpu = static_cast<std::uint16_t>(c.cpu());
    if (c.lost_here()) {
      RawRecord lost = record;
      lost.kind = RawKind::lost;
      lost.requested = c.lost_count();
      job_.sink.record(lost);
    }
    switch (decoder_.decode(c.data(), record)) {
      case DatDecoder::Outcome::good:
        job_.sink.record(record);
        break;
      case DatDecoder::Outcome::too_short:
        job_.damage.at_byte(c.file_offset(), c.data().size(), "a record is shorter than its format says");
        break;
      case DatDecoder::Outcome::unknown_event:
        job_.damage.at_byte(c.file_offset(), c.data().size(), "a record of an event type that has no format");
        break;
      case DatDecoder::Outcome::bad_layout: {
        auto f = fail(decoder_.problem(), "an event layout that kmemlab knows");
        f.error.file = job_.damage.file();
        f.error.byte_offset = c.file_offset();
        return f;
      }
    }
    if (++records_ % progress_interval == 0 && job_.progress) report_progress();
    return {};
  }

  void report_progress() const {
    std::uint64_t done = 0, total = 0;
    for (std::size_t i = 0; i < cursors_.size(); ++i) {
      done += cursors_[i].stored_done();
      total += dat_.cpus[i].bytes.size();
    }
    job_.progress(done, total);
  }

  const ReadJob& job_;
  const TraceDat& dat_;
  DatDecoder& decoder_;
  std::vector<CpuCursor> cursors_;
  std::vector<CpuCursor*> heap_;
  std::uint64_t records_ = 0;
};

Failure<Error> error_in(const ReadJob& job, std::uint64_t offset, std::string what, std::string expected) {
  auto f = fail(std::move(what), std::move(expected));
  f.error.file = job.damage.file();
  f.error.byte_offset = offset;
  return f;
}

}  // namespace

bool looks_like_trace_dat(Bytes head) {
  return as_text(head).starts_with(trace_dat_magic);
}

Fallible<void> read_trace_dat(const ReadJob& job) {
  auto file = job.input.whole();
  if (!file) return Failure<Error>{file.error()};
  if (job.input.cut()) job.damage.add(*job.input.cut(), 0);
  auto dat = parse_trace_dat(*file, job.damage);
  if (!dat) return Failure<Error>{dat.error()};
  const auto layout = PageLayout::parse(dat->header_page, dat->order);
  if (!layout) return error_in(job, 0, "header_page makes no sense", "fields timestamp, commit and data");
  job.source.format = "trace.dat v" + std::to_string(dat->version);
  job.source.kernel = std::string(dat->kernel);
  job.source.clock = dat->clock;
  job.source.cpus = std::max(dat->cpu_count, static_cast<std::uint32_t>(dat->cpus.size()));
  job.source.page_size = dat->page_bytes;
  job.source.long_bytes = layout->long_bytes;
  DatDecoder decoder(*dat, job.tables);
  if (!decoder.usable())
    return error_in(job, 0, "no event format could be read", "formats with common_type and common_pid");
  if (auto done = DatMerge(job, *dat, *layout, decoder).run(); !done) return done;
  // Events that were overwritten in the ring before anybody read it leave no mark in the stream.
  job.quality.lost_events = std::max(job.quality.lost_events, dat->overrun);
  return {};
}

}  // namespace kmemlab::traces
