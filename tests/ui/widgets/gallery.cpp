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

const TierKey kTiers[3] = {TierKey::ladder(0, 3), TierKey::ladder(1, 3), TierKey::ladder(2, 3)};

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
    const std::pair<QString, QWidget*> all[] = {{QStringLiteral("charts"), gallery::charts(cursor)}, {QStringLiteral("sliders"), sliders()}, {QStringLiteral("ways"), ways()},
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
