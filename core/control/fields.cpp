// SPDX-License-Identifier: Apache-2.0
#include "control/fields.h"

#include <limits>

namespace signalbox::control {

void Fields::fault(std::string_view key, std::string_view expected) {
  if (error_) return;
  const std::string name = key.empty() ? "this" : "`" + std::string(key) + "`";
  error_ = Error{ErrorCode::InvalidRequest, name + " must be " + std::string(expected), std::string(key), {}, 0, 0};
}

void Fields::read(std::string_view key, std::string& out) {
  const Json* member = find(key);
  if (!member) return;
  if (member->is_string()) out = member->get<std::string>();
  else fault(key, "a text");
}

void Fields::read(std::string_view key, bool& out) {
  const Json* member = find(key);
  if (!member) return;
  if (member->is_boolean()) out = member->get<bool>();
  else fault(key, "true or false");
}

void Fields::read(std::string_view key, double& out) {
  const Json* member = find(key);
  if (!member) return;
  if (member->is_number()) out = member->get<double>();
  else fault(key, "a number");
}

void Fields::read(std::string_view key, std::int64_t& out) {
  const Json* member = find(key);
  if (!member) return;
  if (!member->is_number_integer()) return fault(key, "a whole number");
  if (member->is_number_unsigned() && member->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
    return fault(key, "a whole number below 2^63");
  }
  out = member->get<std::int64_t>();
}

void Fields::read(std::string_view key, std::uint64_t& out) {
  const Json* member = find(key);
  if (!member) return;
  if (member->is_number_unsigned()) out = member->get<std::uint64_t>();
  else if (member->is_number_integer() && member->get<std::int64_t>() >= 0) out = member->get<std::uint64_t>();
  else fault(key, "a whole number, 0 or more");
}

void Fields::read(std::string_view key, int& out) {
  std::int64_t wide = out;
  read(key, wide);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) return fault(key, "a smaller number");
  out = static_cast<int>(wide);
}

void Fields::read(std::string_view key, std::vector<std::string>& out) {
  const Json* member = find(key);
  if (!member) return;
  if (!member->is_array()) return fault(key, "a list of texts");
  out.clear();
  for (const Json& item : *member) {
    if (!item.is_string()) return fault(key, "a list of texts");
    out.push_back(item.get<std::string>());
  }
}

void Fields::time(std::string_view key, WallMicros& out) {
  const Json* member = find(key);
  if (!member) return;
  constexpr std::string_view kExpected = "a time such as 2026-11-19T14:29:50Z";
  if (!member->is_string()) return fault(key, kExpected);
  if (const auto value = parseIso(member->get_ref<const std::string&>())) out = *value;
  else fault(key, kExpected);
}

}  // namespace signalbox::control
