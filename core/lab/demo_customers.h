// SPDX-License-Identifier: Apache-2.0
// The demo's made-up customers: a thread that sends the sample traffic to the router at the day's pace, grades a part of the
// answers by the file and posts the grades. counts() may be called from any thread.
#pragma once
#include <memory>

#include "base/secret.h"
#include "lab/demo.h"
#include "lab/sample_traffic.h"
#include "server/http_client.h"

namespace signalbox::lab {

class DemoCustomers {
 public:
  DemoCustomers(const SampleTraffic& traffic, server::HttpTarget target, Secret key, double rate, std::uint64_t seed);
  ~DemoCustomers();  // stops
  [[nodiscard]] DemoCounts counts() const;
  void stop();

 private:
  struct Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace signalbox::lab
