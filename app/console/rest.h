// SPDX-License-Identifier: GPL-3.0-only
// Waiting while the window goes on living, for pictures and measurements. GUI thread.
#pragma once
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>

namespace signalbox::app {

inline void rest(int ms) {
  QEventLoop loop;
  QTimer::singleShot(ms, &loop, &QEventLoop::quit);
  loop.exec();
}

// Until `condition` holds, or for 20 s.
template <class Condition>
void waitFor(Condition condition) {
  constexpr int kStepMs = 100, kLongestWaitMs = 20'000;
  QElapsedTimer clock;
  clock.start();
  while (!condition() && clock.elapsed() < kLongestWaitMs) rest(kStepMs);
}

}  // namespace signalbox::app
