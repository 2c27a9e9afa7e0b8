// What the readers of a suite share: errors that name the nearest word, lists that may not be empty, and the list of
// metrics.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "sim/check/suite.h"
#include "sim/scenario/members.h"

namespace kmemlab::check {

/// "did you mean 'NEAR'?", or `otherwise` if nothing is near.
std::string did_you_mean(const std::string& near, const std::string& otherwise);

/// An error for the first member of `object` that is none of `names`.
void known(scenario::Members& in, const scenario::Json& object, const std::string& what,
           std::initializer_list<const char*> names);

/// False, and an error, if `value` is no list or an empty one.
bool is_list(scenario::Members& in, const scenario::Json& value, const std::string& name);

/// One line of text, not empty, without anything that a terminal obeys.
bool is_line(std::string_view text);

/// Appends to `to`. A metric has one rule.
void read_metrics(scenario::Members& in, const scenario::Json& list, std::vector<MetricRule>& to);

}  // namespace kmemlab::check
