// SPDX-License-Identifier: GPL-3.0-only
#include "console/shots.h"

#include <QAbstractItemModel>
#include <QAction>
#include <QDir>
#include <QPushButton>
#include <QTableView>

#include "console/rest.h"
#include "dialogs/confirm_dialog.h"
#include "models/decision_table_model.h"
#include "pages/tune/tune_page.h"
#include "theme/cells.h"
#include "widgets/page.h"
#include "widgets/time_series_view.h"

namespace signalbox::app {

using namespace ui;

namespace {
constexpr int kSettleMs = 1'800;
constexpr int kStepMs = 100;
constexpr std::int64_t kDayS = 86'400;  // what the demo has made up
constexpr double kDraftStep = 0.034;

// An escalated request shows most of the way; else the first row will do.
void chooseRow(QTableView& table) {
  QAbstractItemModel& model = *table.model();
  waitFor([&] { return model.rowCount() > 0; });
  int chosen = 0;
  for (int row = 0; row < model.rowCount(); ++row) {
    const auto way = model.index(row, DecisionTableModel::Way).data(kCellRole).value<WayCell>();
    if (way.start.kind == TierKind::Ladder && way.final.kind == TierKind::Ladder && way.start.index != way.final.index) {
      chosen = row;
      break;
    }
  }
  table.setCurrentIndex(model.index(chosen, 0));
}

void prepare(MainWindow& window, const QString& page) {
  Page* shown = window.page(page);
  if (!shown) return;
  for (const TimeSeriesView* chart : shown->findChildren<TimeSeriesView*>()) {
    waitFor([&] { return chart->state() != ChartState::Loading; });
  }
  if (auto* table = shown->findChild<QTableView*>(QStringLiteral("decisionTable"))) chooseRow(*table);
  if (auto* send = shown->findChild<QPushButton*>(QStringLiteral("sendTest"))) send->click();
  if (auto* table = shown->findChild<QTableView*>(QStringLiteral("auditTable"))) table->setCurrentIndex(table->model()->index(0, 0));
  if (auto* tune = qobject_cast<TunePage*>(shown)) {
    waitFor([&] { return !tune->draft().isEmpty(); });
    const auto thresholds = tune->draft().thresholds();
    if (!thresholds.empty()) tune->draft().setNumber(thresholds.front().pointer, thresholds.front().proposed + kDraftStep);
  }
}

// The draft of the tuning page made live, so that there is something to confirm. Only where all of it is made up.
bool makeDraftLive(const ShotStage& stage) {
  auto* tune = qobject_cast<TunePage*>(stage.window.page(QStringLiteral("tune")));
  if (!tune || !tune->draft().isDirty() || !stage.client.isSimulated() || !stage.client.may(domain::Role::Tuner)) return false;
  control::PolicyApply change;
  change.policy.json = tune->draft().proposed();
  change.base = tune->draft().base();
  change.reason = "fewer weak answers";
  bool answered = false;
  domain::Revision live = 0;
  stage.client.applyPolicy(ticketFor(tune), change, [&](const auto& applied) { answered = true, live = applied ? applied->revision : 0; });
  waitFor([&] { return answered; });
  if (live != 0) tune->draft().setLive(live, change.policy.json);
  return live != 0;
}

void confirmLive(const ShotStage& stage) {
  if (!stage.client.policy()) return;
  bool answered = false;
  stage.client.confirmPolicy(ticketFor(&stage.client), stage.client.policy()->live, [&](const auto&) { answered = true; });
  waitFor([&] { return answered; });
}

bool picture(const ShotStage& stage, QWidget& shown, const QString& folder, const QString& title) {
  bool written = true;
  for (const auto& [choice, name] : {std::pair(ThemeChoice::Light, "light"), std::pair(ThemeChoice::Dark, "dark")}) {
    stage.appearance.choose(choice);
    rest(kStepMs * 4);
    const QString file = QStringLiteral("%1/%2-%3-%4.png").arg(folder, title, QString::fromLatin1(name)).arg(qRound(shown.devicePixelRatioF()));
    written = shown.grab().save(file) && written;
  }
  return written;
}

// The question that comes before a change; it is answered with Cancel.
bool pictureOfQuestion(const ShotStage& stage, const QString& folder) {
  Page* tune = stage.window.page(QStringLiteral("tune"));
  for (QAction* action : tune->pageActions())
    if (action->shortcut() == QKeySequence(QStringLiteral("Ctrl+Return"))) action->trigger();
  auto* question = tune->findChild<ConfirmDialog*>();
  if (!question) return true;  // whoever may not change the policy is asked nothing
  rest(kSettleMs / 4);
  const bool written = picture(stage, *question, folder, QStringLiteral("tune-question"));
  question->reject();
  return written;
}
}  // namespace

bool takeShots(const ShotStage& stage, const QString& folder) {
  if (!QDir().mkpath(folder)) return false;
  waitFor([&] { return stage.client.hello().has_value(); });
  stage.selection.setRange(TimeRange::last(kDayS));
  // The change comes first, so that its marker is on the charts.
  QStringList order = stage.pages;
  if (order.removeOne(QStringLiteral("tune"))) order.prepend(QStringLiteral("tune"));
  bool written = true;
  for (const QString& page : order) {
    stage.window.showPage(page);
    rest(kSettleMs);
    prepare(stage.window, page);
    rest(kSettleMs);
    written = picture(stage, stage.window, folder, page) && written;
    if (page == QLatin1String("tune")) written = pictureOfQuestion(stage, folder) && written;
    if (page != QLatin1String("tune") || !makeDraftLive(stage)) continue;
    rest(kSettleMs);
    written = picture(stage, stage.window, folder, QStringLiteral("tune-live")) && written;
    confirmLive(stage);
  }
  return written;
}

}  // namespace signalbox::app
