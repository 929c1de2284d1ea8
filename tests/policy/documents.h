// SPDX-License-Identifier: Apache-2.0
// Small documents and requests for the tests of policy/.
#pragma once
#include <gmock/gmock.h>

#include "policy/policy.h"

namespace signalbox::policy {

inline const std::vector<std::string> kTiers{"local", "mid", "frontier"};

inline domain::PolicyDocument document(const char* json) { return {Json::parse(json)}; }

inline std::shared_ptr<const CompiledPolicy> compiled(const char* json, const std::vector<std::string>& tiers = kTiers) {
  auto policy = compile(document(json), tiers, 7);
  if (!policy) {
    for (const auto& error : policy.error()) ADD_FAILURE() << error.pointer << ": " << error.message;
    return std::make_shared<CompiledPolicy>();
  }
  return *policy;
}

inline domain::Request asking(std::string text, std::string model = "auto") {
  domain::Request request;
  request.model = std::move(model);
  request.messages.push_back({"user", std::move(text)});
  return request;
}

inline Choice chosen(const CompiledPolicy& policy, const domain::Request& request, const domain::TierStates& measured = {}) {
  const Workload* workload = policy.match(request);
  if (!workload) {
    ADD_FAILURE() << "no workload";
    return {};
  }
  return decide(policy, *workload, request, classify::extract(request, workload->tree, workload->structured()), measured);
}

}  // namespace signalbox::policy
