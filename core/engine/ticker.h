// SPDX-License-Identifier: Apache-2.0
// One thread that calls functions at regular intervals, for feeds of status and metrics. Functions must be quick. Thread-safe;
// after stop(), or after its Subscription has gone, a function is not called any more.
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/subscription.h"

namespace signalbox::engine {

class Ticker {
 public:
  Ticker();
  ~Ticker();
  // First call after one interval.
  [[nodiscard]] Subscription every(Duration interval, std::function<void()> call);
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace signalbox::engine
