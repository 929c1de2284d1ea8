// SPDX-License-Identifier: GPL-3.0-only
#include "models/policy_facts.h"

namespace signalbox::ui {

std::optional<double> numberAt(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::string wordAt(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

namespace {
WorkloadFacts workloadFacts(const Json& workload) {
  WorkloadFacts facts;
  if (const auto route = workload.find("route"); route != workload.end() && route->is_object()) {
    facts.strategy = wordAt(*route, "strategy");
    if (const auto list = route->find("boundaries"); list != route->end() && list->is_array()) {
      for (const Json& boundary : *list) {
        if (boundary.is_number()) facts.boundaries.push_back(boundary.get<double>());
      }
    }
  }
  if (const auto list = workload.find("overrides"); list != workload.end() && list->is_array()) {
    for (const Json& rule : *list) {
      const std::string pattern = wordAt(rule, "pattern");
      facts.overrides.push_back(pattern.empty() ? std::string() : "pattern " + pattern);
    }
  }
  facts.keep_text = wordAt(workload, "keep-text");
  const auto gates = workload.find("gate");
  if (gates == workload.end() || !gates->is_object()) return facts;
  for (const auto& [tier, gate] : gates->items()) {
    if (!gate.is_object()) continue;
    facts.gates[tier] = {wordAt(gate, "signal"), numberAt(gate, "escalate-below"), numberAt(gate, "trust-above")};
  }
  return facts;
}
}  // namespace

PolicyFacts factsOf(const Json& policy) {
  PolicyFacts facts;
  if (!policy.is_object()) return facts;
  const auto workloads = policy.find("workloads");
  if (workloads == policy.end() || !workloads->is_array()) return facts;
  for (const Json& workload : *workloads) {
    if (workload.is_object()) facts[wordAt(workload, "name")] = workloadFacts(workload);
  }
  return facts;
}

PolicyBook::PolicyBook(ConsoleClient& client, QObject* parent) : QObject(parent), client_(client) {
  connect(&client_, &ConsoleClient::sessionChanged, this, [this] { known_.clear(); });
}

const WorkloadFacts* PolicyBook::find(domain::Revision revision, const std::string& workload) {
  const auto found = known_.find(revision);
  if (found == known_.end()) {
    if (revision <= 0 || !client_.api()) return nullptr;
    known_.emplace(revision, std::nullopt);
    client_.getPolicy(ticketFor(this), revision, [this, revision](const Result<domain::PolicyRevision>& policy) {
      if (!policy) {
        known_.erase(revision);  // asked again when it is next wanted
        return;
      }
      known_[revision] = factsOf(policy->document.json);
      Q_EMIT revisionArrived(revision);
    });
    return nullptr;
  }
  if (!found->second) return nullptr;
  const auto facts = found->second->find(workload);
  return facts == found->second->end() ? nullptr : &facts->second;
}

}  // namespace signalbox::ui
