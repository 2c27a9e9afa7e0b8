// Names and numbers of a run: what expressions look up, and how values are shown.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/run_state.h"

namespace kmemlab::scenario {

Fallible<std::uint64_t> Run::name(const std::string& name) const {
  if (const auto found = names_.find(name); found != names_.end()) return found->second;
  if (const auto found = constants_.find(name); found != constants_.end()) return found->second.value;
  const AddrRange arena = kernel_->arena();
  if (name == "base") return arena.base.v;
  if (name == "end") return arena.end().v;
  if (name == "page") return kernel_->machine().page_bytes();
  if (name == "private") return kernel_->private_region().base.v;
  if (name == "free_frames") return std::uint64_t{kernel_->machine().free_frames()};
  if (name == "free_pages") return kernel_->map().free_pages();
  if (name == "null" || name == "NULL") return std::uint64_t{0};
  return fail("there is no name '" + name + "'", "expected one that an earlier step gave, or a constant of the system");
}

Fallible<std::uint64_t> Run::memory(std::uint64_t address, unsigned bytes) const {
  const sim::Machine& m = kernel_->machine();
  std::optional<std::uint64_t> value;
  switch (bytes) {
    case 1:
      value = m.peek<std::uint8_t>(Addr{address});
      break;
    case 2:
      value = m.peek<std::uint16_t>(Addr{address});
      break;
    case 4:
      value = m.peek<std::uint32_t>(Addr{address});
      break;
    case 8:
      value = m.peek<std::uint64_t>(Addr{address});
      break;
    default:
      value = m.peek_word(Addr{address});
      break;
  }
  if (value) return *value;
  return fail("no page is mapped at " + show_address(address), "");
}

Fallible<std::uint64_t> Run::frame(std::uint64_t address) const {
  if (const auto pte = kernel_->machine().lookup(Addr{address})) return std::uint64_t{pte->frame()};
  return fail("no page is mapped at " + show_address(address), "");
}

Fallible<std::uint64_t> Run::cell(const CellPath& path) const {
  return find_cell(tables(), path);
}

std::optional<std::uint64_t> Run::number(const std::string& text, std::uint64_t line) {
  const auto value = evaluate(text, *this);
  if (value) return *value;
  differ(line, "'" + text + "' has no value: " + value.error().text());
  given_up_ = true;
  return std::nullopt;
}

// "p", or "p[sum]" where the sum is replaced by its value.
void Run::bind(const std::string& name, std::uint64_t value) {
  if (name.empty()) return;
  const auto open = name.find('[');
  if (open == std::string::npos || !name.ends_with(']')) {
    names_[name] = value;
    return;
  }
  if (const auto index = number(name.substr(open + 1, name.size() - open - 2), line_)) {
    names_[name.substr(0, open) + "[" + std::to_string(*index) + "]"] = value;
  }
}

std::string Run::show_address(std::uint64_t value) const {
  if (value == 0) return "null";
  const AddrRange arena = kernel_->arena();
  const AddrRange own = kernel_->private_region();
  if (value == arena.base.v) return "base";
  if (value > arena.base.v && value <= arena.end().v) return fmt::format("base+{:#x}", value - arena.base.v);
  if (own.contains(Addr{value})) return fmt::format("private+{:#x}", value - own.base.v);
  return fmt::format("{:#x}", value);
}

std::string Run::show(std::uint64_t value) const {
  const AddrRange arena = kernel_->arena();
  if (value >= arena.base.v && value <= arena.end().v) return show_address(value);
  if (value >= std::uint64_t{1} << 63) return fmt::format("{}", static_cast<std::int64_t>(value));
  return value < 65536 ? fmt::format("{}", value) : fmt::format("{:#x}", value);
}

std::string Run::show_value(Returns returns, std::uint64_t value) const {
  if (returns == Returns::address) return show_address(value);
  if (returns == Returns::status) {
    for (const auto& [name, constant] : constants_) {
      if (constant.status && constant.value == value) return name;
    }
    return fmt::format("{}", static_cast<std::int64_t>(value));
  }
  return show(value);
}

}  // namespace kmemlab::scenario
