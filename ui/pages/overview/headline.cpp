// SPDX-License-Identifier: GPL-3.0-only
#include "pages/overview/headline.h"

#include <QCoreApplication>
#include <cmath>

#include "theme/format.h"

namespace signalbox::ui {

namespace {
QString tr(const char* text) { return QCoreApplication::translate("headline", text); }

std::optional<double> ratio(double part, std::int64_t whole) {
  return whole == 0 ? std::nullopt : std::optional(part / static_cast<double>(whole));
}

TextLine small(const QString& text) { return {{text, Tone::Text2, false}}; }

QString countOf(std::int64_t part, std::int64_t whole) {
  return tr("%1 of %2").arg(format::count(part), format::count(whole));
}

HeadlineNumber rateNumber(const QString& label, const domain::Estimate& rate, std::int64_t part, const QString& why) {
  HeadlineNumber number;
  number.label = label;
  number.tooltip = why;
  if (rate.n == 0) {
    number.value = format::unknown();
    number.basis = small(tr("no requests"));
    return number;
  }
  const auto written = format::shareInterval(rate.value, rate.lo, rate.hi);
  number.value = written.value;
  number.interval = written.interval;
  number.basis = small(countOf(part, rate.n));
  return number;
}

// Less is better here; a change within the two intervals is no change to speak of and has no colour.
TextLine sinceBefore(const domain::Estimate& now, const domain::Estimate& before) {
  if (now.n == 0 || before.n == 0 || before.value <= 0) return {};
  const double change = now.value / before.value - 1;
  const Tone tone = now.hi < before.lo ? Tone::Ok : now.lo > before.hi ? Tone::Warn : Tone::Text2;
  const QString sign = change < 0 ? QStringLiteral("  ▾ ") : QStringLiteral("  ▴ ");
  return {{sign + format::share(std::abs(change)), tone}, {tr(" on the range before"), Tone::Text2}};
}

HeadlineNumber costPerCorrect(const domain::MetricsBucket& total, const std::optional<domain::MetricsBucket>& previous) {
  HeadlineNumber number;
  number.label = tr("Cost per correct answer");
  number.hero = true;
  number.tooltip = tr("The cost of the graded requests divided by the sum of their scores, with its 95% interval.");
  const domain::Estimate& estimate = total.cost_per_correct.estimate;
  if (estimate.n == 0) {
    number.value = tr("ungraded");
    number.word = true;
    number.basis = small(total.requests == 0 ? tr("no requests") : tr("no answer was graded"));
    return number;
  }
  const auto written = format::moneyInterval(estimate.value, estimate.lo, estimate.hi);
  number.value = written.value;
  number.interval = written.interval;
  number.basis = small(tr("%1 graded").arg(format::share(total.cost_per_correct.graded_share)));
  if (previous && 2 * previous->graded >= total.graded) {  // fewer would compare a day with a minute
    for (const TextRun& run : sinceBefore(estimate, previous->cost_per_correct.estimate)) number.basis.push_back(run);
  }
  return number;
}

HeadlineNumber correct(const domain::MetricsBucket& total) {
  HeadlineNumber number;
  number.label = tr("Correct");
  number.tooltip = tr("The sum of scores divided by the number of graded requests.");
  const domain::Estimate& accuracy = total.accuracy;
  if (accuracy.n == 0) {
    number.value = tr("ungraded");
    number.word = true;
    number.basis = small(tr("n 0 graded"));
    return number;
  }
  const auto written = format::shareInterval(accuracy.value, accuracy.lo, accuracy.hi);
  number.value = written.value;
  number.interval = written.interval;
  number.basis = small(tr("n %1 graded").arg(format::count(accuracy.n)));
  return number;
}

HeadlineNumber cost(const domain::MetricsBucket& total) {
  HeadlineNumber number;
  number.label = tr("Cost");
  if (total.cost_known == 0) {
    number.value = format::unknown();
    number.basis = small(total.requests == 0 ? tr("no requests") : tr("no price is known"));
    return number;
  }
  const bool some_unknown = total.cost_known < total.requests;
  number.value = (some_unknown ? QStringLiteral("≥ ") : QString()) + format::money(total.cost_usd);
  QString basis = format::perRequest(ratio(total.cost_usd, total.cost_known));
  if (some_unknown) basis += tr(" · %1 without a price").arg(format::count(total.requests - total.cost_known));
  if (total.shadow_usd > 0) basis += tr(" · shadow %1").arg(format::money(total.shadow_usd));
  number.basis = small(basis);
  return number;
}

// The time to the first token is of streams alone, whose number is not told: it stays in its chart.
HeadlineNumber latency(const domain::MetricsBucket& total) {
  HeadlineNumber number;
  number.label = tr("p95 latency");
  number.tooltip = tr("Until the whole answer was there, of all requests that were answered or failed.");
  number.value = format::latencyMs(total.latency_ms.p95);
  number.basis = small(total.requests == 0 ? tr("no requests") : tr("n %1").arg(format::count(total.requests)));
  return number;
}

HeadlineNumber cacheAndLearned(const domain::MetricsBucket& total) {
  HeadlineNumber number;
  number.label = tr("Cache, learned");
  number.tooltip = tr("Requests that a cached or a learned answer served, of all.");
  number.value = format::share(ratio(static_cast<double>(total.cached + total.learned), total.requests));
  number.basis = {{format::count(total.cached), Tone::Text2, false, false, TierKey::cache()},
                  {QStringLiteral("  "), Tone::Text2},
                  {format::count(total.learned), Tone::Text2, false, false, TierKey::learned()},
                  {tr(" of %1").arg(format::count(total.requests)), Tone::Text2}};
  return number;
}
}  // namespace

std::vector<HeadlineNumber> headlineOf(const domain::MetricsBucket& total, const std::optional<domain::MetricsBucket>& previous,
                                       bool stale) {
  std::vector<HeadlineNumber> numbers = {
      costPerCorrect(total, previous), correct(total), cost(total),
      rateNumber(tr("Escalation"), total.escalation_rate, total.escalated,
                 tr("Requests that a gate or validator sent up, of those that reached a tier.")),
      latency(total),
      rateNumber(tr("Errors"), total.error_rate, total.errors, tr("Requests that ended in an error, of all.")),
      cacheAndLearned(total)};
  for (HeadlineNumber& number : numbers) number.stale = stale;
  return numbers;
}

}  // namespace signalbox::ui
