// What `kmemlab verify` prints, as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "sim/check/verify.h"

namespace kmemlab::cli {

/// One core's verification.
struct Verified {
  std::string core;     ///< with its options
  std::string machine;  ///< a line
  check::VerifyResult result;
  std::optional<check::FaultPlan> faults;
  std::string interrupts;  ///< text_of the plan
};

std::string verify_text(const Verified& v);
/// Schema kmemlab.verify/1.
std::string verify_json(const std::string& trace, const std::vector<Verified>& all);

}  // namespace kmemlab::cli
