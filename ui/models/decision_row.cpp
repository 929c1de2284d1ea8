// SPDX-License-Identifier: GPL-3.0-only
#include "models/decision_row.h"

#include <QCoreApplication>
#include <algorithm>

#include "models/change_words.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
using domain::Reason;

QString tr(const char* text) { return QCoreApplication::translate("reason", text); }

QString words(std::string_view text) { return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())); }

QString failureWords(const domain::Decision& decision) {
  const QString what = decision.error.empty() ? words(domain::name(decision.outcome)) : QString::fromStdString(decision.error);
  return decision.status > 0 ? QStringLiteral("%1 %2").arg(decision.status).arg(what) : what;
}

// The last gate that sent the request up: "local 0.79 < 0.82".
QString escalationWords(const domain::Decision& decision, const WorkloadFacts* facts) {
  for (auto attempt = decision.attempts.rbegin(); attempt != decision.attempts.rend(); ++attempt) {
    if (attempt->tier == decision.final_tier) continue;
    std::optional<double> gate = attempt->gate;
    if (!gate && facts) {
      const auto known = facts->gates.find(attempt->tier);
      if (known != facts->gates.end()) gate = known->second.escalate_below;
    }
    const QString tier = QString::fromStdString(attempt->tier);
    if (attempt->confidence && gate && *attempt->confidence < *gate) {
      return QStringLiteral("%1 %2 < %3").arg(tier, format::score(attempt->confidence), format::score(gate));
    }
    if (!attempt->validators.empty() && attempt->validators != "pass") {
      return tr("%1 failed: %2").arg(tier, validatorWords(attempt->validators));
    }
  }
  return tr("up from %1").arg(QString::fromStdString(decision.start_tier));
}

QString boundaryWords(const domain::Decision& decision, const WorkloadFacts* facts) {
  if (!decision.complexity || !facts || facts->boundaries.empty()) return tr("by its score");
  const auto& cuts = facts->boundaries;
  const auto above = std::upper_bound(cuts.begin(), cuts.end(), *decision.complexity);
  if (above == cuts.begin()) return tr("score below %1").arg(format::score(cuts.front()));
  if (above == cuts.end()) return tr("score above %1").arg(format::score(cuts.back()));
  return tr("score %1–%2").arg(format::score(*(above - 1)), format::score(*above));
}

QString cacheWords(const domain::Decision& decision) {
  switch (decision.cache) {
    case domain::CacheKind::Exact: return tr("exact");
    case domain::CacheKind::Semantic: return tr("semantic %1").arg(format::score(decision.similarity));
    case domain::CacheKind::Learned: return tr("learned %1").arg(format::score(decision.confidence));
    case domain::CacheKind::None: break;
  }
  return tr("cache");
}

// A pattern says nothing in a column's width: it is named by its place among the overrides of its workload.
QString overrideWords(const domain::Decision& decision, const WorkloadFacts* facts) {
  constexpr std::string_view kPattern = "pattern ", kCut = "…";
  std::string_view rule = decision.override_rule;
  if (!rule.starts_with(kPattern)) return tr("override: %1").arg(words(rule));
  if (rule.ends_with(kCut)) rule.remove_suffix(kCut.size());
  const auto all = facts ? facts->overrides : std::vector<std::string>();
  const auto found = std::find_if(all.begin(), all.end(), [&](const std::string& whole) { return whole.starts_with(rule); });
  return found == all.end() ? tr("override: a pattern") : tr("override %1, a pattern").arg(found - all.begin() + 1);
}

QString reviewWords(const domain::Decision& decision, const WorkloadFacts* facts) {
  if (!facts) return {};
  const auto gate = facts->gates.find(decision.final_tier);
  if (gate == facts->gates.end() || !gate->second.trust_above) return {};
  return tr("below %1").arg(format::score(gate->second.trust_above));
}
}  // namespace

WordPool::Index WordPool::add(const std::string& word) {
  const QString text = QString::fromStdString(word);
  const auto found = known_.constFind(text);
  if (found != known_.constEnd()) return *found;
  words_.push_back(text);
  const auto index = static_cast<Index>(words_.size() - 1);
  known_.insert(text, index);
  return index;
}

QString shortReason(const domain::Decision& decision, const WorkloadFacts* facts) {
  if (decision.outcome != domain::Outcome::Ok) return failureWords(decision);
  if (decision.reason == Reason::EscalationFailed) return tr("higher tier failed");
  if (decision.verdict == domain::Verdict::Review) return reviewWords(decision, facts);
  if (decision.escalations > 0) return escalationWords(decision, facts);
  if (!decision.reason) return {};
  switch (*decision.reason) {
    case Reason::Boundary: return boundaryWords(decision, facts);
    case Reason::Cache:
    case Reason::Learned: return cacheWords(decision);
    case Reason::Override: return overrideWords(decision, facts);
    case Reason::Fixed: return tr("fixed by policy");
    case Reason::Heuristic: return tr("length and keywords");
    case Reason::Tree: return tr("decision tree");
    case Reason::Cascade: return tr("cascade");
    case Reason::Pinned: return tr("asked for by name");
    case Reason::Latency: return tr("cascade would not fit");
    case Reason::Depth: return tr("deep in its session");
    case Reason::Explore: return tr("exploration");
    case Reason::Experiment: return tr("experiment %1").arg(QString::fromStdString(decision.arm));
    case Reason::Failover: return tr("failed over");
    case Reason::EscalationFailed: break;
    case Reason::Unavailable: return tr("no tier available");
  }
  return words(domain::name(*decision.reason));
}

DecisionRow rowOf(const domain::CommittedDecision& committed, const WorkloadFacts* facts, WordPool& pool) {
  const domain::Decision& d = committed.decision;
  DecisionRow row;
  row.id = d.id;
  row.seq = committed.seq;
  row.ts = d.ts;
  row.policy = d.policy;
  row.input_tokens = d.input_tokens.value_or(-1);
  row.output_tokens = d.output_tokens.value_or(-1);
  row.complexity = static_cast<float>(d.complexity.value_or(-1));
  row.confidence = static_cast<float>(d.confidence.value_or(-1));
  if (!d.calibration.empty()) row.confidence_raw = static_cast<float>(d.confidence_raw.value_or(-1));
  row.calibration = pool.add(d.calibration);
  row.latency_ms = static_cast<float>(d.latency_ms.value_or(-1));
  row.score = static_cast<float>(d.score.value_or(-1));
  row.cost_usd = d.cost_usd.value_or(-1);
  row.workload = pool.add(d.workload);
  row.start_tier = pool.add(d.start_tier);
  row.final_tier = pool.add(d.final_tier);
  row.reason = pool.add(shortReason(d, facts).toStdString());
  row.verdict = d.verdict;
  row.outcome = d.outcome;
  row.cache = d.cache;
  row.escalations = static_cast<std::int16_t>(d.escalations);
  if (facts) {
    const auto gate = facts->gates.find(d.final_tier);
    if (gate != facts->gates.end()) row.gate = static_cast<float>(gate->second.escalate_below.value_or(-1));
  }
  return row;
}

}  // namespace signalbox::ui
