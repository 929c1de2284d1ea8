// SPDX-License-Identifier: Apache-2.0
// The product in one process with nothing behind it: three simulated tiers, a router and made-up customers, on loopback, without
// a key. Its store begins with a day of made-up history and is thrown away at the end. Every screen says that it is simulated.
// Started and stopped from one thread; the rest may be called from any.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/router.h"

namespace signalbox::lab {

struct DemoOptions {
  std::string version = "0.1.0";
  double rate = 1.5;                            // requests a second, on the day's average
  Duration history = std::chrono::hours(24);    // made up before the start; 0 = none
  std::size_t prompts = 4000;                   // different messages
  std::uint64_t seed = 1;
  // Asked again and again while the past is made up, with the decisions so far and about how many there will be; false ends it.
  std::function<bool(std::int64_t done, std::int64_t of)> go_on = {};
  config::Address listen{"127.0.0.1", 0};
  config::Address control{"127.0.0.1", 0};
};

// Of the live traffic.
struct DemoCounts {
  std::int64_t requests = 0;
  std::int64_t failed = 0;
  std::int64_t escalated = 0;
  std::int64_t graded = 0;
  double correct = 0;
  double cost_usd = 0;
  std::map<std::string, std::int64_t> tiers;
};

class Demo {
 public:
  // The error says what failed, Cancelled that go_on() ended it; nothing is left behind then.
  [[nodiscard]] static Result<std::unique_ptr<Demo>> start(DemoOptions options);
  virtual ~Demo() = default;  // stops, if still running
  [[nodiscard]] virtual engine::Router& router() = 0;
  [[nodiscard]] virtual DemoCounts counts() const = 0;
  [[nodiscard]] virtual std::int64_t historyRows() const = 0;
  // Files with the tokens of this run, for other programs of the same user.
  [[nodiscard]] virtual std::string clientTokenFile() const = 0;
  [[nodiscard]] virtual std::string controlTokenFile() const = 0;
  virtual void stop() = 0;
};

}  // namespace signalbox::lab
