// When a text recording's event is not printed as we know it. One line that lacks a needed key is a damaged line, and
// counted. When the first four whole lines of an event all lack the same one, and no line of the event was good before
// them, it is the layout that is unknown: a kernel or a converter prints it in another way, every further line would
// fail as well or, worse, be half understood. Then the reader refuses the recording, naming event and key.
#pragma once

#include <string>
#include <string_view>

namespace kmemlab::traces {

class LayoutWatch {
 public:
  void good() { good_ = true; }
  /// A whole line without `key` (whose text lives forever). True if the layout is to blame.
  bool lacks(std::string_view key) {
    if (good_) return false;
    lacking_ = key == lacked_ ? lacking_ + 1 : 1;
    lacked_ = key;
    return lacking_ >= lines_enough;
  }

  static std::string what(std::string_view event, std::string_view key) {
    return "the lines of event " + std::string(event.substr(0, 40)) + " have no " + std::string(key);
  }

 private:
  static constexpr unsigned lines_enough = 4;
  bool good_ = false;
  unsigned lacking_ = 0;
  std::string_view lacked_;
};

}  // namespace kmemlab::traces
