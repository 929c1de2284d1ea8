// SPDX-License-Identifier: Apache-2.0
// Draws every widget of the console in both themes into the folder given (default shots/), at the scale QT_SCALE_FACTOR says.
// Not a test: the pictures are for a person. A second argument "rtl" mirrors what mirrors.
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollBar>
#include <QSlider>
#include <QStandardItemModel>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <cmath>
#include <random>

#include "theme/cells.h"
#include "theme/format.h"
#include "theme/icons.h"
#include "theme/paint.h"
#include "settings/settings.h"
#include "ui/widgets/gallery_shell.h"
#include "ui/widgets/support.h"
#include "widgets/banner.h"
#include "widgets/cell_delegate.h"
#include "widgets/empty_state.h"
#include "widgets/headline_strip.h"
#include "widgets/score_strip.h"
#include "widgets/threshold_slider.h"
#include "widgets/time_series_view.h"
#include "widgets/tone_label.h"
#include "widgets/way_view.h"

using namespace signalbox::ui;

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

ThresholdSlider* slider(const QString& name, const QString& cuts, double live, double proposed, double min, int below, int above, double peak) {
  auto* s = new ThresholdSlider;
  s->setSetup({name, name, cuts, min, 1, 0.001, kTiers[below], kTiers[above]});
  std::vector<double> bins;
  std::vector<CoverageShares> coverage;
  for (int i = 0; i < 80; ++i) {
    const double v = min + (1 - min) * (i + 0.5) / 80;
    bins.push_back(1.9 * std::exp(-std::pow((v - peak) / 0.1, 2)) + 0.3 * std::exp(-std::pow((v - peak - 0.2) / 0.13, 2)) + 0.05);
  }
  for (int i = 0; i <= 100; ++i) {
    const double d = std::abs(min + (1 - min) * i / 100 - live), imputed = std::min(0.96, d * 2.6), other = std::min(1 - imputed, d * 0.9);
    coverage.push_back({1 - imputed - other, other, imputed * 0.9, imputed * 0.1});
  }
  s->setHistogram(bins);
  s->setCoverage(coverage);
  s->setLive(live);
  s->setProposed(proposed);
  s->setConsequences(QStringLiteral("6,040 requests move from mid to local"), QStringLiteral("88% observed · 3 other · 9 imputed · 0 unknown"));
  return s;
}

QWidget* sliders() {
  auto* page = new QWidget;
  page->resize(430, 720);
  page->setAutoFillBackground(true);
  page->setBackgroundRole(QPalette::Base);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(slider(QStringLiteral("Boundary local | mid"), QStringLiteral("complexity"), 0.3, 0.334, 0, 0, 1, 0.15));
  column->addWidget(slider(QStringLiteral("Boundary mid | frontier"), QStringLiteral("complexity"), 0.7, 0.738, 0, 1, 2, 0.2));
  column->addWidget(slider(QStringLiteral("Gate local"), QStringLiteral("top-class, escalate below"), 0.82, 0.80, 0.5, 1, 0, 0.93));
  column->addWidget(slider(QStringLiteral("Gate mid"), QStringLiteral("mean-token, escalate below"), 0.70, 0.70, 0.5, 2, 1, 0.89));
  column->addStretch(1);
  return page;
}

Way escalatedWay() {
  Way way;
  way.tiers = {QStringLiteral("local"), QStringLiteral("mid"), QStringLiteral("frontier")};
  way.attempts = {{0, WayAttempt::Role::Serve, 0, 212, std::nullopt, QStringLiteral("llama-3-8b · 212 ms · $0.0000869")},
                  {1, WayAttempt::Role::Serve, 212, 843, 408, QStringLiteral("gpt-4o-mini · 631 ms · $0.000195")}};
  way.gates = {{0, 212, WayGate::Verdict::Escalated, QStringLiteral("0.64 < 0.82")}, {1, 800, WayGate::Verdict::Kept, QStringLiteral("0.91"), QStringLiteral("≥ 0.70")}};
  way.totalMs = 843;
  return way;
}

Way retriedWay() {
  Way way = escalatedWay();
  way.attempts = {{1, WayAttempt::Role::Serve, 0, 300, std::nullopt, QStringLiteral("gpt-4o-mini · 529"), true},
                  {1, WayAttempt::Role::Retry, 320, 2214, 900, QStringLiteral("gpt-4o-mini · 1.89 s · $0.000310")},
                  {2, WayAttempt::Role::Shadow, 400, 1800, std::nullopt, {}}};
  way.gates = {{1, 2214, WayGate::Verdict::Review, QStringLiteral("0.80"), QStringLiteral("< 0.85")}};
  way.totalMs = 2214;
  return way;
}

Way cachedWay() {
  Way way = escalatedWay();
  way.attempts.clear(), way.gates.clear();
  way.siding = Way::Siding::Cache, way.sidingCaption = QStringLiteral("semantic 0.96"), way.totalMs = 1.3;
  return way;
}

QWidget* ways() {
  auto* page = new QWidget;
  page->resize(410, 760);
  page->setAutoFillBackground(true);
  page->setBackgroundRole(QPalette::Base);
  auto* column = new QVBoxLayout(page);
  for (const Way& way : {escalatedWay(), retriedWay(), cachedWay()}) {
    auto* view = new WayView;
    view->setWay(way);
    column->addWidget(view);
  }
  auto* strip = new ScoreStrip;
  strip->setZones({QStringLiteral("local"), QStringLiteral("mid"), QStringLiteral("frontier")}, {0.3, 0.7});
  strip->setScore(0.268);
  column->addWidget(strip);
  column->addStretch(1);
  return page;
}

QTableView* table() {
  auto* model = new QStandardItemModel(12, 7);
  model->setHorizontalHeaderLabels({QStringLiteral("Time (UTC)"), QStringLiteral("Tokens"), QStringLiteral("Complexity"), QStringLiteral("Way"),
                                    QStringLiteral("Confidence"), QStringLiteral("Reason"), QStringLiteral("Cost")});
  const auto set = [&](int r, int c, const QString& text, const QVariant& cell = {}) {
    auto* item = new QStandardItem(text);
    if (cell.isValid()) item->setData(cell, kCellRole);
    if (c == 1 || c == 6) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    model->setItem(r, c, item);
  };
  for (int r = 0; r < 12; ++r) {
    const double score = 0.07 * r + 0.1;
    const int start = score < 0.3 ? 0 : score < 0.7 ? 1 : 2, end = r % 3 == 1 ? std::min(2, start + 1) : start;
    const QString names[3] = {QStringLiteral("local"), QStringLiteral("mid"), QStringLiteral("frontier")};
    const QString time = QStringLiteral("14:29:%1.994").arg(51 - r);
    set(r, 0, time, QVariant::fromValue(MonoCell{time}));
    set(r, 1, QStringLiteral("%1 → 38").arg(443 + 97 * r), QVariant::fromValue(TextLine{{QString::number(443 + 97 * r)}, {QStringLiteral(" → "), Tone::Text3}, {QStringLiteral("38")}}));
    set(r, 2, format::score(score), QVariant::fromValue(r == 4 ? ComplexityCell{std::nullopt, {}, QStringLiteral("not scored")} : ComplexityCell{score, {0.3, 0.7}, {}}));
    set(r, 3, names[end], QVariant::fromValue(r == 4 ? WayCell{TierKey::cache(), TierKey::cache(), QStringLiteral("cache")} : WayCell{kTiers[start], kTiers[end], names[end]}));
    set(r, 4, QString(), QVariant::fromValue(end == 2 ? ConfidenceCell{} : ConfidenceCell{0.62 + 0.03 * r, end == 0 ? 0.82 : 0.70, {}}));
    if (r % 4 == 2) set(r, 5, QString(), QVariant::fromValue(BadgeCell{BadgeTone::Info, QStringLiteral("review"), {}, QStringLiteral("below 0.85")}));
    else if (r == 7) set(r, 5, QString(), QVariant::fromValue(StateCell{StateMark::Warn, QStringLiteral("529, retried")}));
    else set(r, 5, QStringLiteral("score 0.30–0.70"));
    set(r, 6, format::money(0.0000639 * (r + 1)));
  }
  auto* view = new QTableView;
  view->setModel(model);
  dressTable(view);
  view->resizeColumnsToContents();
  view->selectRow(5);
  view->resize(800, 300);
  return view;
}

QWidget* controls() {
  auto* page = new QWidget;
  page->resize(760, 420);
  auto* grid = new QGridLayout(page);
  const auto button = [](const QString& text, const char* kind, bool small = false) {
    auto* b = new QPushButton(text);
    b->setProperty("kind", QString::fromLatin1(kind));
    b->setProperty("small", small);
    return b;
  };
  grid->addWidget(button(QStringLiteral("Save draft"), ""), 0, 0);
  auto* primary = button(QStringLiteral("Promote…"), "primary");
  primary->setIcon(icon(QStringLiteral("plus")));
  grid->addWidget(primary, 0, 1);
  grid->addWidget(button(QStringLiteral("Take to Tune…"), "proposal"), 0, 2);
  grid->addWidget(button(QStringLiteral("Abort, back to r42"), "danger", true), 0, 3);
  auto* disabled = button(QStringLiteral("Drain…"), "");
  disabled->setEnabled(false);
  grid->addWidget(disabled, 1, 0);
  grid->addWidget(button(QStringLiteral("Reset all to live"), "flat"), 1, 1);
  auto* combo = new QComboBox;
  combo->addItems({QStringLiteral("tickets"), QStringLiteral("faq-bot")});
  grid->addWidget(combo, 1, 2);
  auto* edit = new QLineEdit;
  edit->setPlaceholderText(QStringLiteral("Filter, e.g. cost>0.001"));
  grid->addWidget(edit, 1, 3);
  auto* spin = new QDoubleSpinBox;
  spin->setDecimals(3);
  spin->setValue(0.7);
  grid->addWidget(spin, 2, 0);
  auto* check = new QCheckBox(QStringLiteral("Start at login"));
  check->setChecked(true);
  grid->addWidget(check, 2, 1);
  grid->addWidget(new QCheckBox(QStringLiteral("Keep running")), 2, 2);
  auto* radio = new QRadioButton(QStringLiteral("System"));
  radio->setChecked(true);
  grid->addWidget(radio, 2, 3);
  auto* progress = new QProgressBar;
  progress->setValue(61);
  grid->addWidget(progress, 3, 0);
  auto* plain = new QSlider(Qt::Horizontal);
  plain->setValue(40);
  grid->addWidget(plain, 3, 1);
  auto* bar = new QScrollBar(Qt::Horizontal);
  bar->setValue(30);
  grid->addWidget(bar, 3, 2);
  auto* icons = new QWidget;
  auto* row = new QHBoxLayout(icons);
  for (const char* name : {"overview", "tune", "proxy", "alerts", "copy", "revert"}) {
    auto* tool = new QToolButton;
    tool->setIcon(icon(QString::fromLatin1(name)));
    tool->setAutoRaise(true);
    row->addWidget(tool);
  }
  grid->addWidget(icons, 3, 3);
  auto* tabs = new QTabWidget;
  tabs->addTab(new QWidget, QStringLiteral("Form"));
  tabs->addTab(new QWidget, QStringLiteral("Text"));
  tabs->addTab(new QWidget, QStringLiteral("Diff"));
  grid->addWidget(tabs, 4, 0, 1, 4);
  return page;
}

QWidget* banners() {
  auto* page = new QWidget;
  page->resize(1100, 480);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  auto* draft = new Banner;
  draft->setContent(BannerKind::Draft, QStringLiteral("Draft on r42."), QStringLiteral("3 fields changed. Nothing has been sent to prod / eu-1."));
  draft->setActions({{QStringLiteral("save"), QStringLiteral("Save draft")}, {QStringLiteral("tune"), QStringLiteral("Take to Tune…"), BannerAction::Kind::Proposal}});
  column->addWidget(draft);
  auto* stale = new Banner;
  stale->setContent(BannerKind::Stale, QStringLiteral("Stale."), QStringLiteral("As of 14:26:03, retry in 18 s"), QStringLiteral("attempt 9"));
  column->addWidget(stale);
  auto* readOnly = new Banner;
  readOnly->setContent(BannerKind::ReadOnly, QStringLiteral("Read only."), QStringLiteral("Changing the policy needs tuner."));
  column->addWidget(readOnly);
  auto* strip = new HeadlineStrip;
  strip->setNumbers({{QStringLiteral("Cost per correct answer"), QStringLiteral("$0.000612"), QStringLiteral("± 0.000009"),
                      {{QStringLiteral("7.3% graded  "), Tone::Text2}, {QStringLiteral("▾ 8.2%"), Tone::Ok}, {QStringLiteral(" on the day before"), Tone::Text2}}, {}, true},
                     {QStringLiteral("Correct"), QStringLiteral("91.4%"), QStringLiteral("± 0.6"), {{QStringLiteral("n 30,135 graded"), Tone::Text2}}},
                     {QStringLiteral("Cost"), QStringLiteral("$231"), {}, {{QStringLiteral("$0.559 / 1k · shadow $4.12"), Tone::Text2}}},
                     {QStringLiteral("Escalation"), QStringLiteral("2.80%"), QStringLiteral("± 0.05"), {{QStringLiteral("9,952 of 355,426"), Tone::Text2}}},
                     {QStringLiteral("p95 latency"), QStringLiteral("488 ms"), {}, {{QStringLiteral("TTFT p50 96 ms"), Tone::Text2}}},
                     {QStringLiteral("Quality"), QStringLiteral("ungraded"), {}, {{QStringLiteral("0 of 412,806 graded"), Tone::Text2}}, {}, false, true},
                     {QStringLiteral("Cache, learned"), QStringLiteral("13.9%"), {}, {{QStringLiteral("9.8  "), Tone::Text2, false, false, TierKey::cache()}, {QStringLiteral("4.1"), Tone::Text2, false, false, TierKey::learned()}}}});
  column->addWidget(strip);
  auto* none = new EmptyState;
  none->setContent(EmptyKind::NoData, QStringLiteral("No requests yet"), QStringLiteral("The first one shows here within a second."));
  none->setSnippet(QStringLiteral("curl http://127.0.0.1:8787/v1/chat/completions -H 'Authorization: Bearer …' -d '{\"model\":\"auto\"}'"));
  none->setActions({{QStringLiteral("send"), QStringLiteral("Send a test request"), true}});
  column->addWidget(none, 1);
  return page;
}

}  // namespace

int main(int argc, char** argv) {
  test::Console console;
  const QString folder = argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral("shots");
  QDir().mkpath(folder);
  if (argc > 2 && qstrcmp(argv[2], "rtl") == 0) QApplication::setLayoutDirection(Qt::RightToLeft);
  const QTemporaryDir scratch;
  for (const auto& [choice, suffix] : {std::pair{ThemeChoice::Light, "light"}, std::pair{ThemeChoice::Dark, "dark"}}) {
    Settings settings(scratch.filePath(QStringLiteral("console.ini")));
    settings.set(settings::kTheme, QString::fromLatin1(suffix));
    console.appearance.choose(choice);
    ChartCursor cursor;
    const std::pair<QString, QWidget*> all[] = {{QStringLiteral("charts"), charts(cursor)}, {QStringLiteral("sliders"), sliders()}, {QStringLiteral("ways"), ways()},
                                                {QStringLiteral("table"), table()},         {QStringLiteral("controls"), controls()}, {QStringLiteral("banners"), banners()},
                                                {QStringLiteral("parts"), gallery::parts()}, {QStringLiteral("confirm"), gallery::confirm()},
                                                {QStringLiteral("window"), gallery::window(settings, console.appearance, {1440, 872})},
                                                {QStringLiteral("window-narrow"), gallery::window(settings, console.appearance, {920, 480})}};
    for (const auto& [name, widget] : all) {
      widget->show();
      for (int i = 0; i < 6; ++i) QApplication::processEvents();
      const double ratio = widget->devicePixelRatioF();
      widget->grab().save(QStringLiteral("%1/%2-%3-%4x.png").arg(folder, name, QString::fromLatin1(suffix)).arg(ratio));
      delete widget;
    }
  }
  return 0;
}
