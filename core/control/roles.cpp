// SPDX-License-Identifier: Apache-2.0
#include "control/roles.h"

#include <array>

#include "base/json.h"

namespace signalbox::control {
namespace {

struct Row {
  Method method;
  std::string_view name;
  domain::Role least;
};
constexpr Row kRows[] = {
#define SIGNALBOX_METHOD(id, wire, role) {Method::id, wire, domain::Role::role},
    SIGNALBOX_CONTROL_METHODS(SIGNALBOX_METHOD)
#undef SIGNALBOX_METHOD
};

const Row& row(Method method) { return kRows[static_cast<std::size_t>(method)]; }

}  // namespace

const std::vector<Method>& allMethods() {
  static const std::vector<Method> methods = [] {
    std::vector<Method> all;
    for (const Row& r : kRows) all.push_back(r.method);
    return all;
  }();
  return methods;
}

std::string_view name(Method method) { return row(method).name; }
domain::Role leastRole(Method method) { return row(method).least; }
bool mayCall(domain::Role role, Method method) { return role >= leastRole(method); }

Error forbidden(Method method) {
  const std::string needed(domain::name(leastRole(method)));
  return {ErrorCode::Forbidden, std::string(name(method)) + " needs the role " + needed, {}, Json{{"role", needed}}.dump(), 0, 0};
}

std::optional<Method> parseMethod(std::string_view wire_name) {
  for (const Row& r : kRows) {
    if (r.name == wire_name) return r.method;
  }
  return std::nullopt;
}

std::vector<std::string> capabilities(domain::Role role) {
  std::vector<std::string> names;
  for (const Row& r : kRows) {
    if (role >= r.least) names.emplace_back(r.name);
  }
  return names;
}

}  // namespace signalbox::control
