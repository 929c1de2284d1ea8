// SPDX-License-Identifier: Apache-2.0
#include "control/roles.h"

#include <algorithm>

#include "base/strings.h"

namespace signalbox::control {
namespace {

struct Row {
  Method method;
  std::string_view name;
  domain::Role least;
  std::string_view parameters;  // apart by spaces
};
constexpr Row kRows[] = {
#define SIGNALBOX_METHOD(id, wire, role, parameters) {Method::id, wire, domain::Role::role, parameters},
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

const std::vector<std::string>& parameters(Method method) {
  static const std::vector<std::vector<std::string>> all = [] {
    std::vector<std::vector<std::string>> lists;
    for (const Row& r : kRows) {
      auto& list = lists.emplace_back();
      for (const std::string_view name : split(r.parameters, ' ')) {
        if (!name.empty()) list.emplace_back(name);
      }
    }
    return lists;
  }();
  return all[static_cast<std::size_t>(method)];
}

std::optional<Error> unknownParameter(Method method, const Json& params) {
  if (!params.is_object()) return std::nullopt;
  const auto& known = parameters(method);
  for (const auto& [key, value] : params.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string shown(cutUtf8(key, 64));
    const std::string near = nearest(key, known);
    std::string message = std::string(name(method)) + " has no parameter \"" + shown + "\"";
    if (!near.empty()) message += "; did you mean \"" + near + "\"?";
    message += known.empty() ? "; it takes none" : "; there are " + join(known, ", ");
    return Error{ErrorCode::InvalidRequest, std::move(message), shown, {}, 0, 0};
  }
  return std::nullopt;
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
