// SPDX-License-Identifier: GPL-3.0-only
#include "console/measure.h"

#include <QCoreApplication>
#include <QEvent>
#include <QKeyEvent>
#include <algorithm>
#include <cstdio>
#include <optional>
#include <vector>

#include "console/rest.h"
#include "pages/tune/tune_page.h"
#include "widgets/diff_view.h"
#include "widgets/threshold_track.h"

namespace signalbox::app {

using namespace ui;

namespace {
constexpr int kKeys = 300;
constexpr int kSettleMs = 2'000;
constexpr int kBetweenMs = 20;  // a key that is held repeats about so often

// When a widget was last painted.
class PaintWatch : public QObject {
 public:
  explicit PaintWatch(QWidget* widget) : QObject(widget) { widget->installEventFilter(this); }
  std::optional<qint64> painted;  // nanoseconds of `clock`
  QElapsedTimer clock;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() != QEvent::Paint || watching_) return false;
    watching_ = true;
    QCoreApplication::sendEvent(watched, event);  // done when this returns
    watching_ = false;
    painted = clock.isValid() ? clock.nsecsElapsed() : 0;
    return true;
  }

 private:
  bool watching_ = false;
};
}  // namespace

void measureSlider(MainWindow& window, ConsoleClient& client) {
  waitFor([&] { return client.hello().has_value(); });
  window.showPage(QStringLiteral("tune"));
  auto* tune = qobject_cast<TunePage*>(window.page(QStringLiteral("tune")));
  if (!tune) return;
  waitFor([&] { return !tune->draft().isEmpty(); });
  rest(kSettleMs);
  auto* slider = tune->findChild<ThresholdTrack*>();
  auto* diff = tune->findChild<DiffView*>();
  if (!slider || !diff) return;
  PaintWatch of_slider(slider), of_diff(diff->viewport());
  const double was = tune->draft().thresholds().front().proposed;
  std::vector<double> took;
  for (int i = 0; i < kKeys; ++i) {
    of_slider.painted.reset(), of_diff.painted.reset();
    of_slider.clock.start(), of_diff.clock.start();
    QKeyEvent press(QEvent::KeyPress, i % 60 < 30 ? Qt::Key_Right : Qt::Key_Left, Qt::NoModifier);
    QCoreApplication::sendEvent(slider, &press);
    waitFor([&] {
      QCoreApplication::processEvents();
      return of_slider.painted && of_diff.painted;
    });
    if (of_slider.painted && of_diff.painted) took.push_back(static_cast<double>(std::max(*of_slider.painted, *of_diff.painted)) / 1e6);
    rest(kBetweenMs);
  }
  tune->draft().setNumber(tune->draft().thresholds().front().pointer, was);
  if (took.empty()) return void(std::fprintf(stderr, "slider: nothing was painted\n"));
  std::sort(took.begin(), took.end());
  std::fprintf(stderr, "slider to painted slider and difference: p50 %.2f ms, p99 %.2f ms (n %zu)\n", took[took.size() / 2],
               took[took.size() * 99 / 100], took.size());
}

}  // namespace signalbox::app
