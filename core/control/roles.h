// SPDX-License-Identifier: Apache-2.0
// Every method of the control plane, the least role that may call it and the parameters that it knows: one list, from which the
// enum, the names, the rights and the refusals are made. Rights are looked at before parameters. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "domain/vocabulary.h"

namespace signalbox::control {

// X(enumerator, wire name, least role, parameters)
#define SIGNALBOX_CONTROL_METHODS(X)                                                                        \
  X(Hello, "hello", Viewer, "protocol client")                                                              \
  X(RpcCancel, "rpc.cancel", Viewer, "id")                                                                  \
  X(RpcUnsubscribe, "rpc.unsubscribe", Viewer, "subscription")                                              \
  X(StatusSubscribe, "status.subscribe", Viewer, "every_ms last")                                           \
  X(DecisionsSubscribe, "decisions.subscribe", Viewer, "where backlog last")                                \
  X(DecisionsQuery, "decisions.query", Viewer, "since until where before after limit deadline_ms attempts") \
  X(DecisionsGet, "decisions.get", Viewer, "id")                                                            \
  X(LabelsAdd, "labels.add", Tuner, "decision_id score note")                                               \
  X(MetricsSubscribe, "metrics.subscribe", Viewer, "where every_ms last")                                   \
  X(MetricsQuery, "metrics.query", Viewer, "since until where bucket align")                                \
  X(MetricsBaselines, "metrics.baselines", Viewer, "since until where bucket align")                        \
  X(PolicySubscribe, "policy.subscribe", Viewer, "last")                                                    \
  X(PolicyGet, "policy.get", Viewer, "revision format")                                                     \
  X(PolicyCheck, "policy.check", Viewer, "text")                                                            \
  X(PolicyHistory, "policy.history", Viewer, "since until limit before")                                    \
  X(PolicyApply, "policy.apply", Tuner, "policy base reason confirm_within_s override")                     \
  X(PolicyConfirm, "policy.confirm", Tuner, "revision")                                                     \
  X(PolicyRollback, "policy.rollback", Tuner, "to reason")                                                  \
  X(UpstreamsList, "upstreams.list", Viewer, "")                                                            \
  X(AuditList, "audit.list", Viewer, "limit before")                                                        \
  X(FleetList, "fleet.list", Viewer, "")

enum class Method : std::uint8_t {
#define SIGNALBOX_METHOD(id, wire, role, parameters) id,
  SIGNALBOX_CONTROL_METHODS(SIGNALBOX_METHOD)
#undef SIGNALBOX_METHOD
};

[[nodiscard]] const std::vector<Method>& allMethods();
[[nodiscard]] std::string_view name(Method method);
[[nodiscard]] domain::Role leastRole(Method method);
[[nodiscard]] bool mayCall(domain::Role role, Method method);
// What whoever may not call it is told: Forbidden, naming the role that it needs.
[[nodiscard]] Error forbidden(Method method);
// The names of the parameters that it knows, in the table's order.
[[nodiscard]] const std::vector<std::string>& parameters(Method method);
// What is wrong with a call that names another: InvalidRequest with that name as `param`, and the nearest known one.
[[nodiscard]] std::optional<Error> unknownParameter(Method method, const Json& params);
[[nodiscard]] std::optional<Method> parseMethod(std::string_view wire_name);
// The wire names that `role` may call, in the table's order: what hello lists.
[[nodiscard]] std::vector<std::string> capabilities(domain::Role role);

}  // namespace signalbox::control
