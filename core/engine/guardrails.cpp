// SPDX-License-Identifier: Apache-2.0
#include "engine/guardrails.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/strings.h"

namespace signalbox::engine {
namespace {

constexpr double kRounding = 1e-9;  // 0.75 → 0.70 is a step of 0.05, whatever the bits say

// `found`: null where what breaks it is no number.
Error broken(const std::string& which, const Json& found, double allowed, const std::string& message) {
  const Json detail{{"which", which}, {"found", found}, {"allowed", allowed}};
  Error error{ErrorCode::Guardrail, message, which, detail.dump(), 0, 0};
  error.message += " (an admin may override with a reason)";
  return error;
}

class Steps {
 public:
  explicit Steps(double most) : most_(most) {}
  void compare(const std::string& which, double before, double after) {
    const double step = std::abs(after - before);
    if (found_ || step <= most_ + kRounding) return;
    std::string message = which;
    message.append(" moves from ").append(shortest(before)).append(" to ").append(shortest(after));
    message.append("; one change may move it by at most ").append(shortest(most_));
    found_ = broken("max-step", step, most_, message);
  }
  [[nodiscard]] std::optional<Error> found() const { return found_; }

 private:
  double most_;
  std::optional<Error> found_;
};

double escalateBelow(const std::optional<policy::Gate>& gate) { return gate ? gate->escalate_below : 0; }
double trustAbove(const std::optional<policy::Gate>& gate) { return gate ? gate->trust_above.value_or(gate->escalate_below) : 0; }
bool hasTrust(const std::optional<policy::Gate>& gate) { return gate && gate->trust_above; }

void compareWorkloads(Steps& steps, const policy::Workload& before, const policy::Workload& after,
                      const std::vector<std::string>& tiers) {
  if (before.boundaries.size() == after.boundaries.size()) {
    for (std::size_t i = 0; i < before.boundaries.size(); ++i) {
      std::string which = before.name;
      which.append(": boundary ").append(std::to_string(i + 1));
      steps.compare(which, before.boundaries[i], after.boundaries[i]);
    }
  }
  for (std::size_t i = 0; i < std::min(before.gates.size(), after.gates.size()); ++i) {
    std::string gate = before.name;
    gate.append(": gate.").append(i < tiers.size() ? tiers[i] : std::to_string(i));
    steps.compare(gate + ".escalate-below", escalateBelow(before.gates[i]), escalateBelow(after.gates[i]));
    if (hasTrust(before.gates[i]) || hasTrust(after.gates[i])) {
      steps.compare(gate + ".trust-above", trustAbove(before.gates[i]), trustAbove(after.gates[i]));
    }
  }
}

bool hasThresholds(const policy::Workload& workload) {
  return !workload.boundaries.empty() || std::ranges::any_of(workload.gates, [](const auto& gate) { return gate.has_value(); });
}

// A workload that goes, and one that comes before it and may take its requests, leave its thresholds behind.
std::optional<Error> passedBy(const policy::CompiledPolicy& live, const policy::CompiledPolicy& next, double most) {
  for (const policy::Workload& before : live.workloads) {
    if (!hasThresholds(before)) continue;
    const auto at = std::ranges::find(next.workloads, before.name, &policy::Workload::name);
    if (at == next.workloads.end()) return broken("max-step", nullptr, most, before.name + " has thresholds and would be gone; a change may move them by at most " + shortest(most));
    const auto fresh = std::find_if(next.workloads.begin(), at, [&](const auto& one) { return live.byName(one.name) == nullptr; });
    if (fresh != at) return broken("max-step", nullptr, most, fresh->name + " is new and stands before " + before.name + ", whose thresholds it would pass by; put it behind");
  }
  return std::nullopt;
}

// `looser` compares two limits of the same kind; a limit that is gone is looser than any.
template <class Looser>
std::optional<Error> loosened(const char* which, const std::optional<double>& before, const std::optional<double>& after,
                              Looser looser) {
  if (!before || (after && !looser(*after, *before))) return std::nullopt;
  std::string message = "guardrails.";
  message.append(which).append(after ? " would be loosened" : " would be removed");
  return broken(which, after.value_or(*before), *before, message);
}

}  // namespace

std::optional<Error> brokenGuardrail(const policy::CompiledPolicy& live, const policy::CompiledPolicy& next) {
  const policy::Guardrails& now = live.guardrails;
  const policy::Guardrails& then = next.guardrails;
  const auto more = [](double a, double b) { return a > b + kRounding; };
  const auto less = [](double a, double b) { return a < b - kRounding; };
  if (auto error = loosened("max-step", now.max_step, then.max_step, more)) return error;
  if (auto error = loosened("min-coverage", now.min_coverage, then.min_coverage, less)) return error;
  if (auto error = loosened("max-quality-drop", now.max_quality_drop, then.max_quality_drop, more)) return error;
  if (auto error = loosened("usd-per-day", now.usd_per_day, then.usd_per_day, more)) return error;
  if (!now.max_step) return std::nullopt;
  Steps steps(*now.max_step);
  for (const policy::Workload& before : live.workloads) {
    if (const policy::Workload* after = next.byName(before.name)) compareWorkloads(steps, before, *after, live.tiers);
  }
  if (auto found = steps.found()) return found;
  return passedBy(live, next, *now.max_step);
}

}  // namespace signalbox::engine
