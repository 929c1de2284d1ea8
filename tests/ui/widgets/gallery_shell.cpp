// SPDX-License-Identifier: Apache-2.0
// The window's frame, stages, histogram and dialogs for the gallery.
#include "ui/widgets/gallery_shell.h"

#include <QLabel>
#include <QTemporaryDir>
#include <QVBoxLayout>
#include <cmath>

#include "dialogs/about_dialog.h"
#include "dialogs/confirm_dialog.h"
#include "settings/settings.h"
#include "shell/context_bar.h"
#include "shell/main_window.h"
#include "shell/status_line.h"
#include "widgets/dock_content.h"
#include "widgets/glyph_widgets.h"
#include "widgets/histogram_view.h"
#include "widgets/page.h"
#include "widgets/sparkline.h"
#include "widgets/stages_view.h"
#include "widgets/tone_label.h"

namespace signalbox::ui::gallery {
namespace {

class PlainPage : public Page {
 public:
  PlainPage(const QString& title, QWidget* parent) : Page(parent), title_(title) {
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* column = new QVBoxLayout(this);
    column->addWidget(new ToneLabel(title, Tone::Text, Type::SectionTitle), 0, Qt::AlignCenter);
    for (const QString& name : {QStringLiteral("Against four baselines"), QStringLiteral("Events in range")}) {
      auto* dock = new DockContent(name, this);
      dock->setNote(QStringLiteral("7"));
      dock->setMinimumWidth(200);
      docks_ << dock;
    }
  }
  [[nodiscard]] QString title() const override { return title_; }
  [[nodiscard]] QList<DockContent*> docks() override { return docks_; }
  [[nodiscard]] QStringList statusParts() const override {
    return {QStringLiteral("Half-open range, UTC"), QStringLiteral("412,806 requests · complete in 84 ms")};
  }

 private:
  QString title_;
  QList<DockContent*> docks_;
};

}  // namespace

QWidget* window(Settings& settings, Appearance& appearance, QSize size) {
  auto* window = new MainWindow(settings, appearance);
  const std::tuple<const char*, const char*, int, int> pages[] = {{"overview", "Overview", 1, 0}, {"decisions", "Decisions", 2, 0}, {"tune", "Tune", 4, 1}, {"routers", "Routers", 7, 2},
                                                                  {"proxy", "Proxy", 8, 2},       {"alerts", "Alerts & audit", 9, 2}};
  for (const auto& [id, title, digit, group] : pages)
    window->addPage({QString::fromLatin1(id), QString::fromLatin1(title), QString::fromLatin1(id), digit, group,
                     [title = QString::fromLatin1(title)](QWidget* parent) -> Page* { return new PlainPage(title, parent); }});
  window->setPageBadge(QStringLiteral("alerts"), {RailBadge::Kind::Bad, QStringLiteral("1")});
  window->setPageBadge(QStringLiteral("tune"), {RailBadge::Kind::Draft, QStringLiteral("draft")});
  ContextBar& bar = window->contextBar();
  bar.setHistory(true, false);
  bar.setRouters({{QStringLiteral("a"), QStringLiteral("prod / eu-1")}}, QStringLiteral("a"));
  bar.setRange(QStringLiteral("Last 24 h"), QStringLiteral("Wed 18 Nov 14:30 – Thu 19 Nov 14:30"), false);
  bar.setZones({{QStringLiteral("UTC"), QStringLiteral("UTC")}}, QStringLiteral("UTC"));
  bar.setRole(QStringLiteral("tuner"));
  bar.setPlainWs(true);
  bar.setLink(StateMark::Ok, QStringLiteral("Live"), QStringLiteral("last event 0.8 s ago"));
  window->statusLine().setRouter({QStringLiteral("Store 9.41 M decisions"), QStringLiteral("Journal lag 6 ms"), QStringLiteral("Memory 184 / 300 MB"), QStringLiteral("r42")});
  Banner& draft = window->banner(QStringLiteral("draft"));
  draft.setContent(BannerKind::Draft, QStringLiteral("Draft on r42."), QStringLiteral("3 fields changed. Nothing has been sent to prod / eu-1."));
  draft.setActions({{QStringLiteral("tune"), QStringLiteral("Take to Tune…"), BannerAction::Kind::Proposal}});
  draft.show();
  window->setSubject(QStringLiteral("prod / eu-1"));
  window->resize(size);
  return window;
}

QWidget* parts() {
  auto* page = new QWidget;
  page->resize(860, 480);
  page->setAutoFillBackground(true);
  page->setBackgroundRole(QPalette::Base);
  auto* column = new QVBoxLayout(page);
  auto* stages = new StagesView;
  stages->setStages({{QStringLiteral("Draft"), QStringLiteral("13:41 · ana"), Stage::State::Done},
                     {QStringLiteral("Preview"), QStringLiteral("13:44 · server"), Stage::State::Done},
                     {QStringLiteral("Stage, shadow"), QStringLiteral("13:50 – 14:05"), Stage::State::Done, {}, {{0.33, QStringLiteral("shadow 412")}, {0.66, QStringLiteral("5%")}}},
                     {QStringLiteral("Canary 25%"), QStringLiteral("since 14:10"), Stage::State::Now, QStringLiteral("25"), {{0.66, QStringLiteral("100%")}}},
                     {QStringLiteral("Live"), QStringLiteral("r43"), Stage::State::ToCome}});
  column->addWidget(stages);
  auto* histogram = new HistogramView;
  std::vector<double> all, some;
  for (int i = 0; i < 144; ++i) all.push_back(1600 + 700 * std::cos(i / 25.0)), some.push_back(80 + (i == 120 ? 200 : 0));
  histogram->setBins(0, 24, all, some);
  histogram->setMarks({{16.2, QStringLiteral("r42")}});
  column->addWidget(histogram);
  auto* row = new QHBoxLayout;
  for (int i = 0; i < 5; ++i) row->addWidget(new TierGlyph(TierKey::ladder(i, 5)));
  for (const StateMark mark : {StateMark::Ok, StateMark::Warn, StateMark::Bad, StateMark::Stale, StateMark::Info, StateMark::Draft, StateMark::NotPermitted, StateMark::NoData}) {
    auto* glyph = new StateGlyph;
    glyph->setMark(mark);
    row->addWidget(glyph);
  }
  column->addLayout(row);
  auto* bar = new TierBar;
  bar->setShares({{TierKey::ladder(0, 3), 0.76}, {TierKey::ladder(1, 3), 0.18}, {TierKey::ladder(2, 3), 0.06}});
  column->addWidget(bar);
  auto* line = new Sparkline;
  std::vector<qint64> times;
  std::vector<double> values;
  for (int i = 0; i < 96; ++i) times.push_back(i), values.push_back(0.4 + 0.1 * std::sin(i * 1.7) + (i == 80 ? 0.4 : 0));
  line->setSamples(std::make_shared<SampleSet>(times, values), 0, 110);
  line->setStaleFrom(96);
  column->addWidget(line);
  column->addStretch(1);
  return page;
}

QWidget* confirm() {
  using K = DiffLine::Kind;
  ConfirmRequest request;
  request.effect = QStringLiteral("Roll back to r41");
  request.router = QStringLiteral("prod / eu-1"), request.change = QStringLiteral("r42 → r41"), request.consequence = QStringLiteral("384 requests a minute move");
  request.diff = {{K::Same, 13, QStringLiteral("  gate:")}, {K::Removed, 14, QStringLiteral("    mid: { escalate-below: 0.70 }")}, {K::Added, 14, QStringLiteral("    mid: { escalate-below: 0.75 }")}};
  request.verb = QStringLiteral("Roll back"), request.kind = ConfirmRequest::Kind::Danger, request.reasonAtLeast = 10;
  return new ConfirmDialog(request);
}

}  // namespace signalbox::ui::gallery
