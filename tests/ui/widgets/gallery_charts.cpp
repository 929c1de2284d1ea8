// SPDX-License-Identifier: Apache-2.0
// The charts of the gallery: a day of made-up measures in every kind of plot and state.
#include <QGridLayout>
#include <cmath>
#include <random>

#include "theme/format.h"
#include "ui/widgets/gallery_shell.h"
#include "widgets/time_series_view.h"

namespace signalbox::ui::gallery {

namespace {

constexpr qint64 kMinute = 60'000'000, kHour = 60 * kMinute;
constexpr qint64 kUntil = 1'795'098'600'000'000;  // Thu 19 Nov 2026 14:30 UTC
constexpr qint64 kSince = kUntil - 24 * kHour;
const TierKey kTiers[3] = {TierKey::ladder(0, 3), TierKey::ladder(1, 3), TierKey::ladder(2, 3)};

Samples wave(double level, double noise, qint64 step, unsigned seed, double spike = 0, bool band = false) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, noise);
  std::vector<qint64> times;
  std::vector<double> values, lo, hi;
  double drift = 0;
  for (qint64 t = kSince; t < kUntil; t += step) {
    drift = drift * 0.6 + normal(random);
    const double distance = double(t - (kUntil - 205 * kMinute)) / (8.0 * kMinute);
    const double v = level + drift + spike * std::exp(-distance * distance);
    times.push_back(t), values.push_back(v), lo.push_back(v - 2.5 * noise), hi.push_back(v + 2.5 * noise);
  }
  if (band) return std::make_shared<SampleSet>(times, values, lo, hi);
  return std::make_shared<SampleSet>(times, values);
}

std::vector<Marker> events() {
  return {{kUntil - 496 * kMinute, Marker::Kind::PolicyChange, QStringLiteral("r42"), {}}, {kUntil - 205 * kMinute, Marker::Kind::Alert, QStringLiteral("A-17"), {}}};
}

TimeSeriesView* chart(ChartCursor& cursor, const QString& title, const QString& note = {}) {
  auto* view = new TimeSeriesView;
  view->setTitle(title, note);
  view->setRange(kSince, kUntil);
  view->setCursor(&cursor);
  view->setMarkers(events());
  view->setState(ChartState::Ready);
  return view;
}

TimeSeriesView* tierSplit(ChartCursor& cursor) {
  auto* view = chart(cursor, QStringLiteral("Tier split"));
  std::vector<qint64> times;
  std::vector<double> a, b, c;
  std::mt19937 random(3);
  std::normal_distribution<double> normal(0, 0.008);
  for (qint64 t = kSince; t < kUntil; t += 5 * kMinute) {
    const double l = (t < kUntil - 496 * kMinute ? 0.745 : 0.775) + normal(random), f = 0.06 + normal(random) / 4;
    times.push_back(t), a.push_back(l), c.push_back(f), b.push_back(1 - l - f);
  }
  view->setPlotKind(PlotKind::StackedShares, 5 * kMinute);
  view->setAxis({.tick = [](double v) { return QString::number(v * 100) + QLatin1Char('%'); }, .value = [](double v) { return format::share(v); }});
  view->setSeries({{QStringLiteral("local"), std::make_shared<SampleSet>(times, a), LineRole::Main, kTiers[0], false, false, QStringLiteral("76.0%")},
                   {QStringLiteral("mid"), std::make_shared<SampleSet>(times, b), LineRole::Main, kTiers[1], false, false, QStringLiteral("18.0%")},
                   {QStringLiteral("frontier"), std::make_shared<SampleSet>(times, c), LineRole::Main, kTiers[2], false, false, QStringLiteral("6.0%")}});
  return view;
}

TimeSeriesView* latency(ChartCursor& cursor) {
  auto* view = chart(cursor, QStringLiteral("Latency"));
  const auto ms = [](double v) { return format::latencyMs(v); };
  view->setAxis({.scale = ValueScale::Logarithmic, .min = 60, .max = 5000, .tick = ms, .value = ms});
  view->setSeries({{QStringLiteral("p99"), wave(1330, 40, 5 * kMinute, 5, 1800), LineRole::Secondary},
                   {QStringLiteral("p95"), wave(482, 10, 5 * kMinute, 6, 200), LineRole::Main},
                   {QStringLiteral("p50"), wave(208, 3, 5 * kMinute, 7), LineRole::Thin},
                   {QStringLiteral("TTFT p50"), wave(95, 3, 5 * kMinute, 8), LineRole::Secondary, std::nullopt, true}});
  view->setLimitLines({{500, QStringLiteral("budget 500 ms"), true}});
  return view;
}

TimeSeriesView* escalation(ChartCursor& cursor) {
  auto* view = chart(cursor, QStringLiteral("Escalation rate"), QStringLiteral("p-chart, Laney"));
  const auto percent = [](double v) { return QString::number(v * 100) + QLatin1Char('%'); };
  view->setAxis({.tick = percent, .value = [](double v) { return format::share(v); }, .maxTicks = 7});
  view->setSeries({{QString(), wave(0.028, 0.0026, 15 * kMinute, 9, 0.028), LineRole::Thin}});
  std::vector<qint64> times;
  std::vector<double> lo, hi;
  for (qint64 t = kSince; t < kUntil; t += 15 * kMinute) {
    const double width = 0.009 + 0.003 * std::cos(double(t - kSince) / kHour / 4 + 3);
    times.push_back(t), lo.push_back(0.028 - width), hi.push_back(0.028 + width);
  }
  view->setControlLimits(ControlLimits{std::make_shared<SampleSet>(times, lo), std::make_shared<SampleSet>(times, hi), 0.028, QStringLiteral("mean 2.8%")});
  view->setLimitLines({{0.05, QStringLiteral("limit 5%"), true}});
  return view;
}

TimeSeriesView* perCorrect(ChartCursor& cursor) {
  auto* view = chart(cursor, QStringLiteral("Cost per correct answer"));
  view->setAxis({.fromZero = false, .tick = [](double v) { return QStringLiteral("$") + QString::number(v, 'f', 5); }, .value = [](double v) { return format::money(v); }});
  view->setSeries({{QStringLiteral("$0.000584"), wave(0.0006, 0.00001, 30 * kMinute, 11, 0, true), LineRole::Main, std::nullopt, false, false, QStringLiteral("95% band")}});
  view->setHeadline({{QStringLiteral("$0.000612"), Tone::Text, true}, {QStringLiteral(" ± 0.000009"), Tone::Text2}});
  view->setShowsTimeTag(true);
  return view;
}

TimeSeriesView* perHour(ChartCursor& cursor) {
  auto* view = chart(cursor, QStringLiteral("Cost per hour"));
  view->setPlotKind(PlotKind::StackedBars, kHour);
  view->setAxis({.tick = [](double v) { return QStringLiteral("$") + QString::number(v); }, .value = [](double v) { return format::money(v); }});
  view->setSeries({{QStringLiteral("local"), wave(1.0, 0.02, kHour, 21), LineRole::Main, kTiers[0], false, false, QStringLiteral("$24.1")},
                   {QStringLiteral("mid"), wave(0.8, 0.1, kHour, 22), LineRole::Main, kTiers[1], false, false, QStringLiteral("$19.1")},
                   {QStringLiteral("frontier"), wave(8, 1.4, kHour, 23), LineRole::Main, kTiers[2], false, false, QStringLiteral("$188")}});
  view->setShowsTimeTag(true);
  return view;
}

TimeSeriesView* dense(ChartCursor& cursor) {
  auto* view = chart(cursor, QStringLiteral("Two million samples"));
  view->setAxis({.value = [](double v) { return format::number(v, 1); }});
  view->setSeries({{QStringLiteral("load"), wave(50, 5, 43'200, 31, 40), LineRole::Main}});
  view->setGaps({{kUntil - 15 * kHour, kUntil - 13 * kHour}});
  return view;
}

TimeSeriesView* stale(ChartCursor& cursor) {
  auto* view = latency(cursor);
  view->setTitle(QStringLiteral("Latency"), QStringLiteral("stale, 4 min 12 s"));
  view->setState(ChartState::Stale, {}, {}, kUntil - 2 * kHour);
  return view;
}

TimeSeriesView* empty(ChartCursor& cursor) {
  auto* view = chart(cursor, QStringLiteral("Error rate"));
  view->setMarkers({});
  view->setState(ChartState::Empty, QStringLiteral("No requests yet"), QStringLiteral("Send a test request"));
  return view;
}

}  // namespace

QWidget* charts(ChartCursor& cursor) {
  auto* page = new QWidget;
  page->resize(1000, 1000);
  auto* grid = new QGridLayout(page);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(1);
  int i = 0;
  for (TimeSeriesView* view : {tierSplit(cursor), latency(cursor), escalation(cursor), dense(cursor), perCorrect(cursor), perHour(cursor), stale(cursor), empty(cursor)}) {
    grid->addWidget(view, i / 2, i % 2);
    ++i;
  }
  cursor.setTime(kUntil - 205 * kMinute);
  return page;
}

}  // namespace signalbox::ui::gallery
