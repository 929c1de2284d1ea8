// SPDX-License-Identifier: GPL-3.0-only
#include "pages/decisions/decision_words.h"

#include <QCoreApplication>
#include <algorithm>

#include "models/change_words.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
QString tr(const char* text) { return QCoreApplication::translate("decision", text); }
QString text(const std::string& word) { return QString::fromStdString(word); }
QString text(std::string_view word) { return QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size())); }

QString arg(const control::RouteStep& step, std::size_t at) { return at < step.args.size() ? text(step.args[at]) : QString(); }

// A number that came as text, as people read it.
QString scoreArg(const control::RouteStep& step, std::size_t at) {
  bool ok = false;
  const double value = arg(step, at).toDouble(&ok);
  return ok ? format::score(value) : arg(step, at);
}

TextLine plain(const QString& words) { return {{words, Tone::Text}}; }

TextLine bold(const QString& before, const QString& strong) { return {{before, Tone::Text}, {strong, Tone::Text, true}}; }

TextLine wordsFor(const control::RouteStep& step) {
  const std::string& code = step.code;
  if (code == "matched") return plain(tr("workload %1").arg(arg(step, 0)));
  if (code == "pinned") return plain(tr("asked for %1 by name").arg(arg(step, 0)));
  if (code == "override") return bold(tr("rule %1 → ").arg(arg(step, 0)), arg(step, 1));
  if (code == "complexity") {
    return arg(step, 1).isEmpty() ? plain(tr("complexity %1").arg(scoreArg(step, 0)))
                                  : plain(tr("%1: complexity %2").arg(arg(step, 1), scoreArg(step, 0)));
  }
  if (code == "start") return bold(tr("%1 → ").arg(arg(step, 1)), arg(step, 0));
  if (code == "no_tier") return plain(tr("no tier: %1").arg(arg(step, 0)));
  if (code == "attempt_ok") return plain(arg(step, 1));
  if (code == "attempt_failed") return bold(tr("%1: ").arg(arg(step, 1)), arg(step, 3));
  if (code == "validators_failed") return bold(tr("validators failed: "), validatorWords(arg(step, 1).toStdString()));
  if (code == "gate_unknown") return plain(tr("no confidence to be had: ungated"));
  if (code == "gate_escalated") return bold({}, QStringLiteral("%1 < %2").arg(scoreArg(step, 1), scoreArg(step, 2)));
  if (code == "gate_accepted") return bold({}, QStringLiteral("%1 ≥ %2").arg(scoreArg(step, 1), scoreArg(step, 2)));
  if (code == "gate_review") {
    return bold(tr("%1 ≥ %2, but ").arg(scoreArg(step, 1), scoreArg(step, 2)), tr("below %1: review").arg(scoreArg(step, 3)));
  }
  if (code == "relayed") return plain(tr("answered by %1, status %2").arg(arg(step, 0), arg(step, 1)));
  if (code == "not_served") return bold(tr("status %1, %2 ").arg(arg(step, 0), arg(step, 1)), arg(step, 2));
  QStringList rest;
  for (const std::string& one : step.args) rest.append(text(one));
  return plain(text(code) + QLatin1Char(' ') + rest.join(QStringLiteral(", ")));
}

ReasonLine::Mark markFor(const std::string& code) {
  if (code == "gate_escalated") return ReasonLine::Mark::Up;
  if (code == "gate_accepted") return ReasonLine::Mark::Kept;
  if (code == "gate_review") return ReasonLine::Mark::Review;
  if (code == "attempt_failed" || code == "validators_failed" || code == "not_served" || code == "no_tier") {
    return ReasonLine::Mark::Failed;
  }
  return ReasonLine::Mark::Done;
}

WayAttempt::Role roleOf(domain::AttemptRole role) {
  switch (role) {
    case domain::AttemptRole::Serve: return WayAttempt::Role::Serve;
    case domain::AttemptRole::Retry: return WayAttempt::Role::Retry;
    case domain::AttemptRole::Hedge: return WayAttempt::Role::Hedge;
    case domain::AttemptRole::Shadow: return WayAttempt::Role::Shadow;
    case domain::AttemptRole::Probe: return WayAttempt::Role::Probe;
    case domain::AttemptRole::Judge: return WayAttempt::Role::Judge;
  }
  return WayAttempt::Role::Serve;
}

bool failedValidators(const domain::Attempt& attempt) { return !attempt.validators.empty() && attempt.validators != "pass"; }

std::optional<WayGate> gateOf(const domain::Attempt& attempt, const domain::Decision& decision, int tier, double at) {
  WayGate gate;
  gate.tier = tier;
  gate.atMs = at;
  if (failedValidators(attempt)) {
    gate.verdict = WayGate::Verdict::Failed;
    gate.found = validatorWords(attempt.validators);
    return gate;
  }
  if (!attempt.gate || !attempt.error.empty()) return std::nullopt;
  if (!attempt.confidence) {
    gate.verdict = WayGate::Verdict::Ungated;
    gate.found = tr("ungated");
    return gate;
  }
  if (*attempt.confidence < *attempt.gate) {
    gate.verdict = WayGate::Verdict::Escalated;
    gate.found = QStringLiteral("%1 < %2").arg(format::score(attempt.confidence), format::score(attempt.gate));
    return gate;
  }
  const bool served = attempt.tier == decision.final_tier;
  gate.verdict = served && decision.verdict == domain::Verdict::Review ? WayGate::Verdict::Review : WayGate::Verdict::Kept;
  gate.found = format::score(attempt.confidence);
  gate.rule = QStringLiteral("≥ %1").arg(format::score(attempt.gate));
  return gate;
}
}  // namespace

Way wayOf(const control::DecisionDetail& detail) {
  const domain::Decision& d = detail.decision;
  Way way;
  for (const std::string& tier : detail.tiers) way.tiers.push_back(text(tier));
  way.totalMs = d.latency_ms.value_or(0);
  way.end = d.outcome == domain::Outcome::Ok          ? Way::End::Answered
            : d.outcome == domain::Outcome::Cancelled ? Way::End::Cancelled
                                                      : Way::End::Failed;
  if (d.cache != domain::CacheKind::None) {
    way.siding = d.cache == domain::CacheKind::Learned ? Way::Siding::Learned : Way::Siding::Cache;
    way.sidingCaption = text(domain::name(d.cache)) + (d.similarity ? QLatin1Char(' ') + format::score(d.similarity) : QString());
  }
  for (const domain::Attempt& attempt : d.attempts) {
    const auto tier = std::find(detail.tiers.begin(), detail.tiers.end(), attempt.tier);
    if (tier == detail.tiers.end()) continue;
    WayAttempt drawn;
    drawn.tier = static_cast<int>(tier - detail.tiers.begin());
    drawn.role = roleOf(attempt.role);
    drawn.startMs = std::max(0.0, static_cast<double>(attempt.ts - d.ts) / 1000);
    drawn.endMs = drawn.startMs + attempt.latency_ms.value_or(0);
    if (attempt.ttft_ms) drawn.firstTokenMs = drawn.startMs + *attempt.ttft_ms;
    drawn.failed = !attempt.error.empty();
    drawn.caption = QStringLiteral("%1 · %2 · %3").arg(text(attempt.model), format::latencyMs(attempt.latency_ms),
                                                       drawn.failed ? text(attempt.error) : format::money(attempt.cost_usd));
    way.totalMs = std::max(way.totalMs, drawn.endMs);
    if (const auto gate = gateOf(attempt, d, drawn.tier, drawn.endMs)) way.gates.push_back(*gate);
    way.attempts.push_back(std::move(drawn));
  }
  return way;
}

namespace {
// "calibrated from 0.96 by MAP", under the gate that held the result against its threshold. The record names one map: the one of the
// confidence that it carries.
std::optional<ReasonLine> calibrationOf(const domain::Decision& decision, const std::string& tier) {
  for (const domain::Attempt& attempt : decision.attempts) {
    if (attempt.tier != tier || !attempt.confidence || !attempt.confidence_raw) continue;
    const bool named = !decision.calibration.empty() && attempt.confidence == decision.confidence && attempt.confidence_raw == decision.confidence_raw;
    if (!named && *attempt.confidence == *attempt.confidence_raw) continue;
    const QString from = format::nearOne(*attempt.confidence_raw);
    ReasonLine line{ReasonLine::Mark::None, {}, {{named ? tr("calibrated from %1 by ").arg(from) : tr("calibrated from %1").arg(from), Tone::Text2, false, true}}, {}};
    if (named) line.name = text(decision.calibration);
    return line;
  }
  return std::nullopt;
}
}  // namespace

std::vector<ReasonLine> reasonsOf(const control::DecisionDetail& detail) {
  std::vector<ReasonLine> lines;
  for (const control::RouteStep& step : detail.steps) {
    const bool of_tier = step.step == "gate" || step.step == "attempt";
    const bool matched = step.code == "matched" && !detail.decision.requested_model.empty();
    lines.push_back({markFor(step.code), of_tier ? text(step.step) + QLatin1Char(' ') + arg(step, 0) : text(step.step),
                     matched ? plain(tr("workload %1, model %2").arg(arg(step, 0), text(detail.decision.requested_model))) : wordsFor(step),
                     step.us ? format::micros(step.us) : QString()});
    if (!step.code.starts_with("gate_")) continue;
    if (auto line = calibrationOf(detail.decision, arg(step, 0).toStdString())) lines.push_back(std::move(*line));
  }
  return lines;
}

QString subtitleOf(const domain::Decision& decision, const Zone& zone) {
  QStringList parts = {zone.text(decision.ts, Zone::Style::Full) + QLatin1Char(' ') + zone.label(), text(decision.workload)};
  if (!decision.session.empty()) {
    parts.append(decision.turn ? tr("session %1, turn %2").arg(text(decision.session)).arg(*decision.turn)
                               : tr("session %1").arg(text(decision.session)));
  }
  parts.append(format::revision(decision.policy));
  parts.removeAll(QString());
  return parts.join(QStringLiteral(" · "));
}

QString escalatedWords(const domain::Decision& decision) {
  if (decision.escalations == 0) return tr("no");
  if (decision.escalations == 1) return tr("once");
  return tr("%1 times").arg(decision.escalations);
}

QString gradeWords(const domain::Decision& decision) {
  if (!decision.score) return tr("ungraded");
  const QString what = *decision.score >= 1 ? tr("right") : *decision.score <= 0 ? tr("wrong") : format::score(decision.score);
  return decision.score_source ? tr("%1, by %2").arg(what, text(domain::name(*decision.score_source))) : what;
}

}  // namespace signalbox::ui
