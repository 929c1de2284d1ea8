// SPDX-License-Identifier: Apache-2.0
// Every method of the control plane and the least role that may call it: one list, from which the enum, the names and the rights
// are made. Rights are looked at before parameters. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "domain/vocabulary.h"

namespace signalbox::control {

// X(enumerator, wire name, least role)
#define SIGNALBOX_CONTROL_METHODS(X)                          \
  X(Hello, "hello", Viewer)                                   \
  X(RpcCancel, "rpc.cancel", Viewer)                          \
  X(RpcUnsubscribe, "rpc.unsubscribe", Viewer)                \
  X(StatusSubscribe, "status.subscribe", Viewer)              \
  X(DecisionsSubscribe, "decisions.subscribe", Viewer)        \
  X(DecisionsQuery, "decisions.query", Viewer)                \
  X(DecisionsGet, "decisions.get", Viewer)                    \
  X(LabelsAdd, "labels.add", Tuner)                           \
  X(MetricsSubscribe, "metrics.subscribe", Viewer)            \
  X(MetricsQuery, "metrics.query", Viewer)                    \
  X(MetricsBaselines, "metrics.baselines", Viewer)            \
  X(PolicySubscribe, "policy.subscribe", Viewer)              \
  X(PolicyGet, "policy.get", Viewer)                          \
  X(PolicyCheck, "policy.check", Viewer)                      \
  X(PolicyHistory, "policy.history", Viewer)                  \
  X(PolicyApply, "policy.apply", Tuner)                       \
  X(PolicyConfirm, "policy.confirm", Tuner)                   \
  X(PolicyRollback, "policy.rollback", Tuner)                 \
  X(UpstreamsList, "upstreams.list", Viewer)                  \
  X(AuditList, "audit.list", Viewer)                          \
  X(FleetList, "fleet.list", Viewer)

enum class Method : std::uint8_t {
#define SIGNALBOX_METHOD(id, wire, role) id,
  SIGNALBOX_CONTROL_METHODS(SIGNALBOX_METHOD)
#undef SIGNALBOX_METHOD
};

[[nodiscard]] const std::vector<Method>& allMethods();
[[nodiscard]] std::string_view name(Method method);
[[nodiscard]] domain::Role leastRole(Method method);
[[nodiscard]] bool mayCall(domain::Role role, Method method);
// What whoever may not call it is told: Forbidden, naming the role that it needs.
[[nodiscard]] Error forbidden(Method method);
[[nodiscard]] std::optional<Method> parseMethod(std::string_view wire_name);
// The wire names that `role` may call, in the table's order: what hello lists.
[[nodiscard]] std::vector<std::string> capabilities(domain::Role role);

}  // namespace signalbox::control
