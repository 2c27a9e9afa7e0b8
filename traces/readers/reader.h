// What all readers share: where records, names, damage and progress go.
#pragma once

#include <cstdint>
#include <functional>

#include "core/base/error.h"
#include "traces/input.h"
#include "traces/meta.h"
#include "traces/readers/damage.h"
#include "traces/readers/raw_record.h"
#include "traces/readers/table_builder.h"

namespace kmemlab::traces {

/// Called now and then with bytes done and bytes in all (0 = unknown). In stored bytes of the input.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct ReadJob {
  const Input& input;
  RawSink& sink;
  TableBuilder& tables;
  Quality& quality;
  Source& source;
  DamageLog& damage;
  const Progress& progress;
};

}  // namespace kmemlab::traces
