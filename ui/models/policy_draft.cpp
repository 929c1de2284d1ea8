// SPDX-License-Identifier: GPL-3.0-only
#include "models/policy_draft.h"

#include <cmath>
#include <utility>

#include "models/policy_facts.h"

namespace signalbox::ui {

namespace {
using Pointer = Json::json_pointer;
constexpr double kThousandth = 1000;  // thresholds are kept to three decimals, as they are edited

std::optional<double> at(const std::vector<double>& numbers, std::size_t place) {
  return place < numbers.size() ? std::optional(numbers[place]) : std::nullopt;
}
}  // namespace

QString Threshold::name() const {
  const QString below = QString::fromStdString(tier), above = QString::fromStdString(next);
  switch (kind) {
    case Kind::Boundary: return PolicyDraft::tr("Boundary %1 | %2").arg(below, above);
    case Kind::EscalateBelow: return PolicyDraft::tr("Gate %1, escalate below").arg(below);
    case Kind::TrustAbove: return PolicyDraft::tr("Gate %1, trust above").arg(below);
  }
  return {};
}

void PolicyDraft::setTiers(std::vector<std::string> tiers) {
  if (tiers_ == tiers) return;
  tiers_ = std::move(tiers);
  Q_EMIT changed();
}

void PolicyDraft::setLive(domain::Revision revision, Json document) {
  base_ = revision;
  live_ = document;
  proposed_ = std::move(document);
  Q_EMIT liveChanged();
  Q_EMIT changed();
}

std::vector<std::string> PolicyDraft::rebase(domain::Revision revision, Json document) {
  PolicyMerge merged = mergePolicies(live_, proposed_, document);
  base_ = revision;
  live_ = std::move(document);
  proposed_ = std::move(merged.document);
  Q_EMIT liveChanged();
  Q_EMIT changed();
  return std::move(merged.both);
}

std::vector<std::string> PolicyDraft::workloads() const {
  std::vector<std::string> names;
  if (const auto list = proposed_.find("workloads"); list != proposed_.end() && list->is_array()) {
    for (const Json& workload : *list) names.push_back(wordAt(workload, "name"));
  }
  return names;
}

// What is live is looked up by the workload's name: its place may be another one there.
std::vector<Threshold> PolicyDraft::thresholds() const {
  std::vector<Threshold> all;
  const PolicyFacts proposed = factsOf(proposed_), live = factsOf(live_);
  const std::vector<std::string> names = workloads();
  const auto tierAt = [&](std::size_t place) { return place < tiers_.size() ? tiers_[place] : std::string(); };
  for (std::size_t w = 0; w < names.size(); ++w) {
    const auto now = proposed.find(names[w]), before = live.find(names[w]);
    if (now == proposed.end()) continue;
    const WorkloadFacts was = before == live.end() ? WorkloadFacts{} : before->second;
    const std::string root = childPointer("/workloads", std::to_string(w));
    const auto& cuts = now->second.boundaries;
    for (std::size_t b = 0; b < cuts.size(); ++b) {
      all.push_back({root + "/route/boundaries/" + std::to_string(b), names[w], Threshold::Kind::Boundary, tierAt(b), tierAt(b + 1), {},
                     at(was.boundaries, b), cuts[b]});
    }
    for (std::size_t t = 0; t < tiers_.size(); ++t) {
      const auto gate = now->second.gates.find(tiers_[t]);
      if (gate == now->second.gates.end()) continue;
      const auto old = was.gates.find(tiers_[t]);
      const GateFacts then = old == was.gates.end() ? GateFacts{} : old->second;
      const std::string pointer = childPointer(root + "/gate", tiers_[t]);
      const auto add = [&](const char* key, Threshold::Kind kind, std::optional<double> value, std::optional<double> before_it) {
        if (value) all.push_back({childPointer(pointer, key), names[w], kind, tiers_[t], tierAt(t + 1), gate->second.signal, before_it, *value});
      };
      add("escalate-below", Threshold::Kind::EscalateBelow, gate->second.escalate_below, then.escalate_below);
      add("trust-above", Threshold::Kind::TrustAbove, gate->second.trust_above, then.trust_above);
    }
  }
  return all;
}

std::vector<PolicyChange> PolicyDraft::changes() const { return changesBetween(live_, proposed_); }

QString PolicyDraft::objection() const {
  const std::vector<Threshold> all = thresholds();
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Threshold &a = all[i - 1], &b = all[i];
    if (a.workload != b.workload) continue;
    if (a.kind == Threshold::Kind::Boundary && b.kind == Threshold::Kind::Boundary && a.proposed >= b.proposed) {
      return tr("%1: %2 must lie above %3.").arg(QString::fromStdString(a.workload), b.name(), a.name());
    }
    if (a.kind == Threshold::Kind::EscalateBelow && b.kind == Threshold::Kind::TrustAbove && a.tier == b.tier &&
        a.proposed > b.proposed) {
      return tr("%1: %2 must not lie below %3.").arg(QString::fromStdString(a.workload), b.name(), a.name());
    }
  }
  return {};
}

void PolicyDraft::setNumber(const std::string& pointer, double value) {
  const Pointer at(pointer);
  if (!proposed_.contains(at) || !std::isfinite(value)) return;
  const double rounded = std::round(value * kThousandth) / kThousandth;
  if (proposed_[at] == rounded) return;
  proposed_[at] = rounded;
  Q_EMIT changed();
}

void PolicyDraft::reset(const std::string& pointer) {
  for (const Threshold& threshold : thresholds()) {
    if (threshold.pointer == pointer && threshold.live) return setNumber(pointer, *threshold.live);
  }
}

void PolicyDraft::resetAll() {
  if (!isDirty()) return;
  proposed_ = live_;
  Q_EMIT changed();
}

void PolicyDraft::replaceDocument(const Json& document) {
  if (document == proposed_) return;
  proposed_ = document;
  Q_EMIT changed();
}

}  // namespace signalbox::ui
