// SPDX-License-Identifier: Apache-2.0
#include "analytics/economics.h"

#include <algorithm>

namespace signalbox::analytics {
namespace {

bool isOwn(const domain::Attempt& attempt) {
  return attempt.role == domain::AttemptRole::Shadow || attempt.role == domain::AttemptRole::Probe || attempt.role == domain::AttemptRole::Judge;
}

// The attempt whose answer the client got: the last without an error in the tier that the decision names.
const domain::Attempt* servedOf(const domain::Decision& decision) {
  if (decision.status != 200) return nullptr;
  for (auto at = decision.attempts.rbegin(); at != decision.attempts.rend(); ++at) {
    if (!isOwn(*at) && at->error.empty() && at->tier == decision.final_tier) return &*at;
  }
  return nullptr;
}

double hoursOf(WallMicros time) { return static_cast<double>(time) / 3.6e9; }

}  // namespace

void Economics::add(const domain::Decision& decision) {
  ++decisions_;
  const domain::Attempt* served = servedOf(decision);
  for (const auto& attempt : decision.attempts) add(attempt, &attempt == served);
}

void Economics::add(const domain::Attempt& attempt, bool served) {
  auto& row = rows_[{attempt.tier, attempt.upstream, attempt.model}];
  row.tier = attempt.tier;
  row.upstream = attempt.upstream;
  row.model = attempt.model;
  const bool own = isOwn(attempt);
  DeploymentCost::Part& part = own ? row.own : served ? row.served : attempt.error.empty() ? row.refused : row.failed;
  ++part.attempts;
  if (attempt.cost_usd) ++part.cost_known;
  part.sum += attempt.cost_usd.value_or(0);
  auto& work = work_[attempt.upstream];
  if (served) ++work.decisions;
  if (!own) ++work.asked;
  if (attempt.input_tokens) {
    const auto output = attempt.output_tokens.value_or(0);
    ++row.counted;
    row.input_tokens += *attempt.input_tokens;
    row.output_tokens += output;
    if (!own) {
      ++work.counted;
      work.input_tokens += *attempt.input_tokens;
      work.output_tokens += output;
    }
  }
  if (attempt.latency_ms) work.open.push_back({attempt.ts, attempt.ts + static_cast<WallMicros>(*attempt.latency_ms * 1000), own});
}

std::optional<std::pair<WallMicros, WallMicros>> Economics::span() const {
  std::optional<std::pair<WallMicros, WallMicros>> span;
  for (const auto& [name, work] : work_) {
    for (const Open& open : work.open) {
      if (!span) span.emplace(open.begin, open.end);
      span->first = std::min(span->first, open.begin);
      span->second = std::max(span->second, open.end);
    }
  }
  return span;
}

std::vector<DeploymentCost> Economics::rows() const {
  std::vector<DeploymentCost> rows;
  for (const auto& [of, row] : rows_) rows.push_back(row);
  return rows;
}

HourlyReport Economics::hourly(const HourlyTerms& terms, WallMicros since, WallMicros until) const {
  HourlyReport report;
  report.upstream = terms.upstream;
  report.usd_per_hour = terms.usd_per_hour;
  report.hours = hoursOf(std::max<WallMicros>(0, until - since));
  report.usd = report.hours * terms.usd_per_hour;
  const auto found = work_.find(terms.upstream);
  if (found != work_.end()) {
    report.attempts = static_cast<std::int64_t>(found->second.open.size());
    report.decisions = found->second.decisions;
  }
  if (report.hours > 0) {
    auto open = found == work_.end() ? std::vector<Open>() : found->second.open;
    std::ranges::sort(open, {}, &Open::begin);
    WallMicros busy = 0, reached = since, all = 0, own = 0;
    for (const Open& one : open) {
      const WallMicros begin = std::clamp(one.begin, since, until), end = std::clamp(one.end, since, until);
      busy += std::max<WallMicros>(0, end - std::max(begin, reached));
      reached = std::max(reached, end);
      all += end - begin;
      if (one.own) own += end - begin;
    }
    report.utilisation = hoursOf(busy) / report.hours;
    report.idle_usd = report.usd * (1 - *report.utilisation);
    if (all > 0) report.warm_share = static_cast<double>(own) / static_cast<double>(all);
    report.now_per_hour = static_cast<double>(report.decisions) / report.hours;
  }
  if (report.decisions > 0) report.usd_per_decision = report.usd / static_cast<double>(report.decisions);
  if (!terms.api || found == work_.end()) return report;
  // An API needs no keeping warm, and nobody else's questions.
  const Work& work = found->second;
  const double usd = static_cast<double>(work.input_tokens) * terms.api->input + static_cast<double>(work.output_tokens) * terms.api->output;
  report.api_n = work.counted;
  if (work.counted == 0 || work.decisions == 0 || usd == 0) return report;
  // Attempts without known tokens are taken to be as large as the others.
  report.api_usd_per_decision = usd * static_cast<double>(work.asked) / static_cast<double>(work.counted) / static_cast<double>(work.decisions);
  report.break_even_per_hour = terms.usd_per_hour / *report.api_usd_per_decision;
  return report;
}

}  // namespace signalbox::analytics
