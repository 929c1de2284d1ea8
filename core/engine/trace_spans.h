// SPDX-License-Identifier: Apache-2.0
// Decisions as OpenTelemetry spans: the JSON of OTLP/HTTP with the attributes of the gen_ai conventions. One span for the decision,
// one child for each attempt. Never a word of a prompt or an answer. Pure.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/decision.h"

namespace signalbox::engine {

// Of the W3C header traceparent: 32 and 16 hex digits in lower case.
struct TraceParent {
  std::string trace_id;
  std::string span_id;
  bool sampled = false;
};
// nullopt for anything that is not one, as the recommendation wants.
[[nodiscard]] std::optional<TraceParent> readTraceParent(std::string_view header);

// Whether a decision without a parent is of the sampled share: by its id, so that every look at it comes to the same.
[[nodiscard]] bool isSampled(const domain::DecisionId& id, double share);

struct Trace {
  domain::Decision decision;
  std::optional<TraceParent> parent;
};

struct TraceResource {
  std::string service_name;
  std::string service_version;
  std::string router;
  std::map<std::string, std::string, std::less<>> providers;  // by upstream
};

// The body of one POST to /v1/traces.
[[nodiscard]] std::string tracesBody(std::span<const Trace> traces, const TraceResource& resource);

}  // namespace signalbox::engine
