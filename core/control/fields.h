// SPDX-License-Identifier: Apache-2.0
// Reads the members of one JSON object into typed values. The first wrong one is remembered; callers ask once, at the end, by
// done(). An absent member leaves its target as it was, unless it is needed. Used inside control/ only; not thread-safe.
#pragma once
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace signalbox::control {

class Fields {
 public:
  // `json` must outlive the reader. Null counts as an empty object: JSON-RPC allows params to be left out.
  explicit Fields(const Json& json) : json_(json) {
    if (!json.is_object() && !json.is_null()) fault("", "an object");
  }

  // The member, or null when it is absent or null.
  [[nodiscard]] const Json* find(std::string_view key) const {
    if (!json_.is_object()) return nullptr;
    const auto it = json_.find(key);
    return it == json_.end() || it->is_null() ? nullptr : &*it;
  }

  void read(std::string_view key, std::string& out);
  void read(std::string_view key, bool& out);
  void read(std::string_view key, double& out);
  void read(std::string_view key, std::int64_t& out);
  void read(std::string_view key, std::uint64_t& out);
  void read(std::string_view key, int& out);
  void read(std::string_view key, std::vector<std::string>& out);
  void time(std::string_view key, WallMicros& out);  // ISO-8601 text
  template <class T>
  void read(std::string_view key, std::optional<T>& out) {
    if (find(key)) read(key, out.emplace());
  }
  void time(std::string_view key, std::optional<WallMicros>& out) {
    if (find(key)) time(key, out.emplace());
  }
  // By a function Json → Result<T>.
  template <class T>
  void with(std::string_view key, T& out, Result<T> (*parse)(const Json&)) {
    const Json* member = find(key);
    if (!member) return;
    if (Result<T> value = parse(*member)) out = std::move(*value);
    else if (!error_) error_ = std::move(value.error());
  }
  // A word of an enumeration.
  template <class Enum>
  void word(std::string_view key, Enum& out, std::optional<Enum> (*parse)(std::string_view)) {
    const Json* member = find(key);
    if (!member) return;
    const auto value = member->is_string() ? parse(member->get_ref<const std::string&>()) : std::nullopt;
    if (value) out = *value;
    else fault(key, "one of its known words");
  }

  void need(std::string_view key) {
    if (!find(key)) fault(key, "a value; it is missing");
  }
  // Remembers that `key` is not `expected`, unless something was wrong before.
  void fault(std::string_view key, std::string_view expected);

  [[nodiscard]] bool ok() const { return !error_; }
  template <class T>
  [[nodiscard]] Result<T> done(T value) {
    if (error_) return std::unexpected(std::move(*error_));
    return value;
  }

 private:
  const Json& json_;
  std::optional<Error> error_;
};

// Writes: absent rather than null where the contract marks a member with `?`.
template <class T>
void putOptional(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}
inline void putTime(Json& json, const char* key, const std::optional<WallMicros>& value) {
  if (value) json[key] = formatIso(*value, 6);
}
// … and null where it is always there.
[[nodiscard]] inline Json timeOrNull(const std::optional<WallMicros>& value) { return value ? Json(formatIso(*value, 6)) : Json(nullptr); }
[[nodiscard]] inline Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace signalbox::control
