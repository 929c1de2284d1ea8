// SPDX-License-Identifier: Apache-2.0
#include "classify/calibration_fit.h"
#include "lab/calibrate.h"
#include "lab/demo_config.h"

namespace signalbox::lab {
namespace {

constexpr std::size_t kPrompts = 3000;
constexpr std::uint64_t kSeed = 0xCA11B;  // of the past that maps are fitted on

std::vector<classify::GradedScore> answersOf(const Outcomes& outcomes, const std::string& workload, const std::string& model) {
  std::vector<classify::GradedScore> answers;
  for (const auto& row : outcomes.rows()) {
    const Record* record = row.task == workload ? row.record(model) : nullptr;
    if (record && record->token_prob) answers.push_back({*record->token_prob, record->right()});
  }
  return answers;
}

}  // namespace

Result<std::vector<domain::CalibrationMap>> demoCalibrations(const policy::CompiledPolicy& policy, const std::vector<domain::Tier>& tiers) {
  const auto past = makeSampleTraffic(sampleTemplates(), kPrompts, kSeed);
  if (!past) return std::unexpected(past.error());
  std::vector<domain::CalibrationMap> maps;
  for (const auto& workload : policy.workloads) {
    for (std::size_t tier = 0; tier < tiers.size(); ++tier) {
      const auto& gate = workload.gates.at(tier);
      if (!gate) continue;
      domain::CalibrationMap map;
      map.workload = workload.name;
      map.model = tiers[tier].deployments.front().model;
      map.signal = gate->signal;
      map.method = name(FitMethod::Isotonic);
      const auto answers = answersOf(*past->outcomes, workload.name, map.model);
      map.rows = static_cast<std::int64_t>(answers.size());
      map.points = classify::fitIsotonic(answers);
      map.name = nameOf(map);
      if (!map.points.empty()) maps.push_back(std::move(map));
    }
  }
  return maps;
}

}  // namespace signalbox::lab
