// Named values: a list of {key, type, value} that a later version can add to and an older one reads past.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "traces/kmt/bytes.h"

namespace kmemlab::traces::kmt {

enum class ValueType : std::uint8_t { number = 0, text = 1 };

// u32 count, then {key, u8 type, value}.
class Fields {
 public:
  void number(std::string_view key, std::uint64_t value) {
    ByteWriter w(body_);
    w.text(key);
    w.u8(static_cast<std::uint64_t>(ValueType::number));
    w.u64(value);
    ++count_;
  }
  void text(std::string_view key, std::string_view value) {
    ByteWriter w(body_);
    w.text(key);
    w.u8(static_cast<std::uint64_t>(ValueType::text));
    w.text(value);
    ++count_;
  }
  ByteVector bytes() const {
    ByteVector out;
    ByteWriter(out).u32(count_);
    out.insert(out.end(), body_.begin(), body_.end());
    return out;
  }

 private:
  ByteVector body_;
  std::uint32_t count_ = 0;
};

struct FieldMap {
  std::map<std::string, std::uint64_t, std::less<>> numbers;
  std::map<std::string, std::string, std::less<>> texts;

  bool parse(const unsigned char* data, std::size_t bytes) {
    ByteReader r(data, bytes);
    const std::uint64_t count = r.u32();
    for (std::uint64_t i = 0; i < count && r.ok(); ++i) {
      std::string key = r.text();
      switch (static_cast<ValueType>(r.u8())) {
        case ValueType::number:
          numbers[std::move(key)] = r.u64();
          break;
        case ValueType::text:
          texts[std::move(key)] = r.text();
          break;
        default:
          return false;  // a type that this major version does not have
      }
    }
    return r.ok();
  }
  void get(std::string_view key, std::uint64_t& to) const {
    if (const auto it = numbers.find(key); it != numbers.end()) to = it->second;
  }
  void get(std::string_view key, std::uint32_t& to) const {
    if (const auto it = numbers.find(key); it != numbers.end()) to = static_cast<std::uint32_t>(it->second);
  }
  void get(std::string_view key, std::string& to) const {
    if (const auto it = texts.find(key); it != texts.end()) to = it->second;
  }
};

struct PutField {
  Fields& to;
  void operator()(const char* key, std::uint64_t v) const { to.number(key, v); }
  void operator()(const char* key, const std::string& v) const { to.text(key, v); }
};
struct GetField {
  const FieldMap& from;
  template <class T>
  void operator()(const char* key, T& v) const {
    from.get(key, v);
  }
};

}  // namespace kmemlab::traces::kmt
