// SPDX-License-Identifier: GPL-3.0-only
#include "models/policy_draft.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/strings.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
using Pointer = Json::json_pointer;
constexpr double kThousandth = 1000;  // thresholds are kept to three decimals, as they are edited

std::string escaped(const std::string& key) {
  std::string text;
  for (const char c : key) text += c == '~' ? std::string("~0") : c == '/' ? std::string("~1") : std::string(1, c);
  return text;
}

std::optional<double> numberAt(const Json& document, const std::string& pointer) {
  const Pointer at(pointer);
  if (!document.contains(at) || !document[at].is_number()) return std::nullopt;
  return document[at].get<double>();
}

std::string wordOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

QString valueText(const Json& value) {
  if (value.is_number_float()) return QString::fromStdString(shortest(value.get<double>()));
  if (value.is_string()) return QString::fromStdString(value.get<std::string>());
  return QString::fromStdString(value.dump());
}

// "/workloads/0/gate/mid/escalate-below" as "tickets: gate mid escalate-below".
QString pointerWords(const std::string& pointer, const Json& a, const Json& b) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(pointer, '/')) parts.emplace_back(part);
  if (parts.size() < 3 || parts[1] != "workloads") {
    return QString::fromStdString(join({parts.begin() + 1, parts.end()}, " "));
  }
  const Pointer at("/workloads/" + parts[2] + "/name");
  const Json& named = b.contains(at) ? b : a;
  const QString workload = named.contains(at) ? valueText(named[at]) : QString::fromStdString(parts[2]);
  return workload + QStringLiteral(": ") + QString::fromStdString(join({parts.begin() + 3, parts.end()}, " "));
}

void compare(const Json* before, const Json* after, const std::string& pointer, const Json& a, const Json& b,
             std::vector<PolicyChange>& changes) {
  if (before && after && *before == *after) return;
  const bool objects = (!before || before->is_object()) && (!after || after->is_object());
  const bool arrays = before && after && before->is_array() && after->is_array() && before->size() == after->size();
  if (objects) {
    std::set<std::string> keys;
    if (before) for (const auto& item : before->items()) keys.insert(item.key());
    if (after) for (const auto& item : after->items()) keys.insert(item.key());
    for (const std::string& key : keys) {
      const Json* left = before && before->contains(key) ? &(*before)[key] : nullptr;
      const Json* right = after && after->contains(key) ? &(*after)[key] : nullptr;
      compare(left, right, pointer + "/" + escaped(key), a, b, changes);
    }
    if (!keys.empty()) return;
  } else if (arrays) {
    for (std::size_t i = 0; i < before->size(); ++i) {
      compare(&(*before)[i], &(*after)[i], pointer + "/" + std::to_string(i), a, b, changes);
    }
    return;
  }
  changes.push_back({pointer, pointerWords(pointer, a, b), before ? valueText(*before) : format::unknown(),
                     after ? valueText(*after) : format::unknown()});
}
}  // namespace

std::vector<PolicyChange> changesBetween(const Json& before, const Json& after) {
  std::vector<PolicyChange> changes;
  compare(&before, &after, {}, before, after, changes);
  return changes;
}

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
  const std::vector<PolicyChange> theirs = changesBetween(live_, document);
  Json result = document;
  std::vector<std::string> both;
  for (const PolicyChange& mine : changes()) {
    const auto same = [&](const PolicyChange& other) { return other.pointer == mine.pointer; };
    const Pointer at(mine.pointer);
    const bool there = proposed_.contains(at);
    if (std::any_of(theirs.begin(), theirs.end(), same) && (!there || !document.contains(at) || document[at] != proposed_[at])) {
      both.push_back(mine.pointer);
    }
    if (there) {
      result[at] = proposed_[at];
    } else if (result.contains(at)) {
      result[at.parent_pointer()].erase(at.back());
    }
  }
  base_ = revision;
  live_ = std::move(document);
  proposed_ = std::move(result);
  Q_EMIT liveChanged();
  Q_EMIT changed();
  return both;
}

std::vector<std::string> PolicyDraft::workloads() const {
  std::vector<std::string> names;
  if (const auto list = proposed_.find("workloads"); list != proposed_.end() && list->is_array()) {
    for (const Json& workload : *list) names.push_back(wordOf(workload, "name"));
  }
  return names;
}

std::vector<Threshold> PolicyDraft::thresholds() const {
  std::vector<Threshold> all;
  const auto list = proposed_.find("workloads");
  if (list == proposed_.end() || !list->is_array()) return all;
  const auto tierAt = [&](std::size_t at) { return at < tiers_.size() ? tiers_[at] : std::string(); };
  const auto add = [&](Threshold threshold) {
    const auto proposed = numberAt(proposed_, threshold.pointer);
    if (!proposed) return;
    threshold.proposed = *proposed;
    threshold.live = numberAt(live_, threshold.pointer);
    all.push_back(std::move(threshold));
  };
  for (std::size_t w = 0; w < list->size(); ++w) {
    const Json& workload = (*list)[w];
    const std::string root = "/workloads/" + std::to_string(w), name = wordOf(workload, "name");
    const Pointer boundaries("/route/boundaries");
    const std::size_t cuts = workload.contains(boundaries) ? workload[boundaries].size() : 0;
    for (std::size_t b = 0; b < cuts; ++b) {
      add({root + "/route/boundaries/" + std::to_string(b), name, Threshold::Kind::Boundary, tierAt(b), tierAt(b + 1), {}, {}, 0});
    }
    const Json gates = workload.value("gate", Json::object());
    for (std::size_t t = 0; t < tiers_.size(); ++t) {
      if (!gates.is_object() || !gates.contains(tiers_[t])) continue;
      const std::string gate = root + "/gate/" + escaped(tiers_[t]), signal = wordOf(gates[tiers_[t]], "signal");
      add({gate + "/escalate-below", name, Threshold::Kind::EscalateBelow, tiers_[t], tierAt(t + 1), signal, {}, 0});
      add({gate + "/trust-above", name, Threshold::Kind::TrustAbove, tiers_[t], tierAt(t + 1), signal, {}, 0});
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
  const Pointer at(pointer);
  if (!live_.contains(at) || !proposed_.contains(at) || live_[at] == proposed_[at]) return;
  proposed_[at] = live_[at];
  Q_EMIT changed();
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
