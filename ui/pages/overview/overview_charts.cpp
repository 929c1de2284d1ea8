// SPDX-License-Identifier: GPL-3.0-only
#include "pages/overview/overview_charts.h"

#include <QGridLayout>
#include <algorithm>
#include <utility>

#include "pages/common/policy_markers.h"
#include "pages/overview/chart_data.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
constexpr int kMostBars = 24;
constexpr double kHardly = 0.2;      // of its neighbour's requests
constexpr double kHardlyGraded = 0.6;
constexpr double kLeastRate = 0.02;  // of the axis: two errors in ten thousand are not a mountain
constexpr WallMicros kSecond = 1'000'000;

ValueAxis shareAxis() {
  ValueAxis axis;
  axis.tickUnit = 0.01;
  axis.fixedTick = [](double part, int decimals) { return format::number(part * 100, decimals) + QLatin1Char('%'); };
  axis.value = [](double part) { return format::share(part); };
  return axis;
}

ValueAxis moneyAxis() {
  ValueAxis axis;
  axis.fixedTick = [](double usd, int decimals) { return usd == 0 ? QStringLiteral("$0") : QLatin1Char('$') + format::number(usd, decimals); };
  axis.value = [](double usd) { return format::money(usd); };
  return axis;
}

QString lengthWords(WallMicros length) { return format::length(length / kSecond); }

QString barWords(WallMicros length) {
  const qint64 seconds = length / kSecond;
  if (seconds == 3600) return OverviewCharts::tr("Cost per hour");
  if (seconds == 86'400) return OverviewCharts::tr("Cost per day");
  return OverviewCharts::tr("Cost per %1").arg(format::length(seconds));
}
// Without a first or last bucket that is hardly begun: a rate of three requests beside those of thousands says nothing, and would
// pull lines and axes away from what does.
Buckets settled(const MetricsSeries& series, std::int64_t domain::MetricsBucket::* n = &domain::MetricsBucket::requests, double share = kHardly) {
  Buckets buckets = series.buckets();
  const auto hardly = [n, share](const domain::MetricsBucket& bucket, const domain::MetricsBucket& next) {
    return share * static_cast<double>(next.*n) > static_cast<double>(bucket.*n);
  };
  if (buckets.size() > 2 && buckets.back().until > series.span().until && hardly(buckets.back(), buckets[buckets.size() - 2])) buckets.pop_back();
  if (buckets.size() > 2 && buckets.front().since < series.span().since && hardly(buckets.front(), buckets[1])) buckets.erase(buckets.begin());
  return buckets;
}
}  // namespace

OverviewCharts::OverviewCharts(ChartCursor& cursor, QWidget* parent) : HairlineBox(parent), cursor_(cursor) {
  auto* grid = new QGridLayout(this);
  tighten(grid, 1);
  split_ = add(QStringLiteral("tierSplit"), tr("Tier split"));
  latency_ = add(QStringLiteral("latency"), tr("Latency"), tr("logarithmic"));
  escalation_ = add(QStringLiteral("escalationRate"), tr("Escalation rate"), tr("p-chart, Laney"));
  errors_ = add(QStringLiteral("errorRate"), tr("Error rate"));
  per_correct_ = add(QStringLiteral("costPerCorrect"), tr("Cost per correct answer"), tr("95% band"));
  cost_ = add(QStringLiteral("cost"), tr("Cost"));
  for (std::size_t i = 0; i < all_.size(); ++i) grid->addWidget(all_[i], static_cast<int>(i) / 2, static_cast<int>(i) % 2);
  per_correct_->setShowsTimeTag(true);
  cost_->setShowsTimeTag(true);

  split_->setPlotKind(PlotKind::StackedShares);
  ValueAxis whole = shareAxis();
  whole.min = 0;
  whole.max = 1;
  split_->setAxis(whole);
  ValueAxis milliseconds;
  milliseconds.scale = ValueScale::Logarithmic;
  milliseconds.fromZero = false;
  milliseconds.tick = [](double ms) { return format::latencyTick(ms); };
  milliseconds.value = [](double ms) { return format::latencyMs(ms); };
  latency_->setAxis(milliseconds);
  ValueAxis rate = shareAxis();
  rate.reach = kLeastRate;
  escalation_->setAxis(rate);
  errors_->setAxis(rate);
  ValueAxis free = moneyAxis();
  free.fromZero = false;
  per_correct_->setAxis(free);
  cost_->setAxis(moneyAxis());
}

TimeSeriesView* OverviewCharts::add(const QString& name, const QString& title, const QString& note) {
  auto* view = new TimeSeriesView(this);
  view->setObjectName(name);
  view->setTitle(title, note);
  view->setCursor(&cursor_);
  connect(view, &TimeSeriesView::markerActivated, this, &OverviewCharts::markerActivated);
  connect(view, &TimeSeriesView::actionTriggered, this, &OverviewCharts::actionTriggered);
  all_.push_back(view);
  return view;
}

void OverviewCharts::show(const MetricsSeries& series, const Zone& zone, const std::vector<domain::PolicyRevision>& revisions) {
  const Span span = series.span();
  const std::vector<Marker> markers = policyMarkers(revisions, span);
  for (TimeSeriesView* view : all_) {
    view->setRange(span.since, span.until);
    view->setTimeZone(zone.timeZone());
    view->setMarkers(markers);
    if (view != cost_) view->setPlotKind(view == split_ ? PlotKind::StackedShares : PlotKind::Lines, series.bucketLength());
  }
  showShares(series);
  showLatency(series);
  showRates(series);
  showCosts(series, zone);
}

void OverviewCharts::showShares(const MetricsSeries& series) {
  const Buckets buckets = settled(series);
  split_->setSeries(tierSplit(buckets, series.bucketLength(), series.total(), tiers_));
  if (series.total().requests == 0) return split_->setHeadline({});
  split_->setHeadline({{tr("%1 that reached a tier").arg(format::count(series.total().routed)), Tone::Text2}});
}

void OverviewCharts::showLatency(const MetricsSeries& series) {
  const Buckets buckets = settled(series);
  const auto line = [&](const QString& name, LineRole role, bool dashed, const ValueOf& value) {
    Series one;
    one.name = name;
    one.role = role;
    one.dashed = dashed;
    one.data = samplesOf(buckets, series.bucketLength(), value);
    return one;
  };
  std::vector<Series> lines = {
      line(QStringLiteral("p99"), LineRole::Secondary, false, [](const auto& bucket) { return bucket.latency_ms.p99; }),
      line(QStringLiteral("p95"), LineRole::Main, false, [](const auto& bucket) { return bucket.latency_ms.p95; }),
      line(QStringLiteral("p50"), LineRole::Thin, false, [](const auto& bucket) { return bucket.latency_ms.p50; }),
      line(QStringLiteral("TTFT p50"), LineRole::Secondary, true, [](const auto& bucket) { return bucket.ttft_ms.p50; }),
  };
  lines.back().endValue = tr("of streams");  // so it may lie above the median of all
  latency_->setSeries(std::move(lines));
  const domain::Percentiles& all = series.total().latency_ms;
  if (series.total().requests == 0) return latency_->setHeadline({});
  latency_->setHeadline({{tr("n %1  ").arg(format::count(series.total().requests)), Tone::Text2}, {QStringLiteral("p50 "), Tone::Text2}, {format::latencyMs(all.p50), Tone::Text, true},
                         {QStringLiteral("  p95 "), Tone::Text2}, {format::latencyMs(all.p95), Tone::Text, true},
                         {QStringLiteral("  p99 "), Tone::Text2}, {format::latencyMs(all.p99), Tone::Text, true}});
}

void OverviewCharts::showRates(const MetricsSeries& series) {
  const Buckets buckets = settled(series);
  const auto rate = [&](const EstimateOf& estimate) {
    Series one;
    one.data = samplesOf(buckets, series.bucketLength(), [&](const auto& bucket) -> std::optional<double> {
      const domain::Estimate sample = estimate(bucket);
      return sample.n == 0 ? std::nullopt : std::optional(sample.value);
    });
    return one;
  };
  const QString each = lengthWords(series.bucketLength());
  Series escalated = rate([](const auto& bucket) { return bucket.escalation_rate; });
  escalated.role = LineRole::Thin;
  escalation_->setControlLimits(escalationLimits(buckets, series.span()));
  escalation_->setSeries({std::move(escalated)});
  escalation_->setHeadline({{tr("each point %1").arg(each), Tone::Text2}});
  Series failed = rate([](const auto& bucket) { return bucket.error_rate; });
  failed.name = tr("all errors");
  failed.filled = true;
  failed.role = LineRole::Thin;
  failed.endValue = format::share(series.total().error_rate.n ? std::optional(series.total().error_rate.value) : std::nullopt);
  errors_->setSeries({std::move(failed)});
  errors_->setHeadline({{tr("each point %1").arg(each), Tone::Text2}});
}

// Grades are few: wider buckets than the other charts have, so that the band says something.
void OverviewCharts::showGraded(const MetricsSeries& series) {
  Series one;
  const domain::CostPerCorrect& total = series.total().cost_per_correct;
  one.data = estimatesOf(settled(series, &domain::MetricsBucket::graded, kHardlyGraded), series.bucketLength(), [](const auto& bucket) { return bucket.cost_per_correct.estimate; });
  per_correct_->setPlotKind(PlotKind::Lines, series.bucketLength());
  one.name = total.estimate.n > 0 ? format::money(total.estimate.value) : tr("ungraded");
  one.endValue = tr("95% band");
  ungraded_ = one.data->empty();
  if (ungraded_) per_correct_->setSeries({});
  else per_correct_->setSeries({std::move(one)});
  per_correct_->setHeadline(ungraded_ ? TextLine{{tr("ungraded"), Tone::Text2}}
                                      : TextLine{{tr("%1 graded · each point %2").arg(format::share(total.graded_share), lengthWords(series.bucketLength())),
                                                  Tone::Text2}});
}

void OverviewCharts::showCosts(const MetricsSeries& series, const Zone& zone) {
  const WallMicros bar = std::max(bucketFor(series.span(), kMostBars), series.bucketLength());
  cost_->setTitle(barWords(bar));
  cost_->setPlotKind(PlotKind::StackedBars, bar);
  cost_->setSeries(tierCosts(series.buckets(), bar, zone.offsetAt(series.span().since), series.total(), tiers_));
  const domain::MetricsBucket& total = series.total();
  cost_->setHeadline(total.requests == 0 ? TextLine() : TextLine{{tr("%1 in range").arg(costSum(total.cost_usd, total.cost_known, total.requests)), Tone::Text2}});
}

void OverviewCharts::showState(ChartState state, const QString& message, const QString& action, WallMicros stale_since) {
  for (TimeSeriesView* view : all_) view->setState(state, message, action, stale_since);
  const bool shows = state == ChartState::Ready || state == ChartState::Stale;
  if (shows && ungraded_) per_correct_->setState(ChartState::Empty, tr("No answer of this range was graded."));
}

}  // namespace signalbox::ui
