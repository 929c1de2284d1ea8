// SPDX-License-Identifier: GPL-3.0-only
#include "console/shots.h"

#include <QAbstractItemModel>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QPushButton>
#include <QTableView>
#include <QTimer>

#include "pages/tune/tune_page.h"

namespace signalbox::app {

using namespace ui;

namespace {
constexpr int kSettleMs = 1'800;
constexpr int kStepMs = 100;
constexpr int kLongestWaitMs = 20'000;

void rest(int ms) {
  QEventLoop loop;
  QTimer::singleShot(ms, &loop, &QEventLoop::quit);
  loop.exec();
}

template <class Condition>
void waitFor(Condition condition) {
  QElapsedTimer clock;
  clock.start();
  while (!condition() && clock.elapsed() < kLongestWaitMs) rest(kStepMs);
}

// An escalated request shows most of the way; else the first row will do.
void chooseRow(QTableView& table) {
  QAbstractItemModel& model = *table.model();
  waitFor([&] { return model.rowCount() > 0; });
  int chosen = 0;
  for (int row = 0; row < model.rowCount(); ++row) {
    const QString way = model.index(row, 4).data().toString(), why = model.index(row, 6).data().toString();
    if (way == QLatin1String("mid") && why.contains(QLatin1Char('<'))) {
      chosen = row;
      break;
    }
  }
  table.setCurrentIndex(model.index(chosen, 0));
}

void prepare(MainWindow& window, const QString& page) {
  Page* shown = window.page(page);
  if (!shown) return;
  if (auto* table = shown->findChild<QTableView*>(QStringLiteral("decisionTable"))) chooseRow(*table);
  if (auto* send = shown->findChild<QPushButton*>(QStringLiteral("sendTest"))) send->click();
  if (auto* tune = qobject_cast<TunePage*>(shown)) {
    waitFor([&] { return !tune->draft().isEmpty(); });
    const auto thresholds = tune->draft().thresholds();
    if (!thresholds.empty()) tune->draft().setNumber(thresholds.front().pointer, thresholds.front().proposed + 0.034);
  }
}
}  // namespace

bool takeShots(const ShotStage& stage, const QString& folder) {
  if (!QDir().mkpath(folder)) return false;
  waitFor([&] { return stage.client.hello().has_value(); });
  bool written = true;
  for (const QString& page : stage.pages) {
    stage.window.showPage(page);
    rest(kSettleMs);
    prepare(stage.window, page);
    rest(kSettleMs);
    for (const auto& [choice, name] : {std::pair(ThemeChoice::Light, "light"), std::pair(ThemeChoice::Dark, "dark")}) {
      stage.appearance.choose(choice);
      rest(kStepMs * 4);
      const QString file = QStringLiteral("%1/%2-%3-%4.png").arg(folder, page, QString::fromLatin1(name)).arg(qRound(stage.window.devicePixelRatioF()));
      written = stage.window.grab().save(file) && written;
    }
  }
  return written;
}

}  // namespace signalbox::app
