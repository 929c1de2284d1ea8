// SPDX-License-Identifier: Apache-2.0
// Asks upstreams that want it for one token whenever nobody else has asked them for a while, so that the first client need not wait
// for a model to be loaded. Each probe is an attempt without decision in the journal, and a cost of its own. Has a thread of its
// own; made and stopped from one thread.
#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "domain/request.h"
#include "engine/pricing.h"
#include "journal/journal.h"
#include "upstream/client.h"

namespace signalbox::engine {

class KeepWarm {
 public:
  KeepWarm(std::shared_ptr<const config::Config> config, std::shared_ptr<upstream::HealthTable> health, Pricing& pricing,
           journal::Journal& journal);
  ~KeepWarm();
  KeepWarm(const KeepWarm&) = delete;
  KeepWarm& operator=(const KeepWarm&) = delete;
  // Whether any upstream wants it.
  [[nodiscard]] static bool wanted(const config::Config& config);

 private:
  Task<void> keep(domain::Deployment deployment, const domain::Request& question, Duration every);
  Task<void> probe(domain::Deployment deployment, const domain::Request& question);
  [[nodiscard]] const domain::Request& questionFor(const domain::ModelOffer& model) const;
  void settle(const domain::Deployment& deployment, domain::Attempt attempt, const std::optional<domain::Usage>& usage);

  std::shared_ptr<const config::Config> config_;
  std::shared_ptr<upstream::HealthTable> health_;
  Pricing& pricing_;
  journal::Journal& journal_;
  domain::Request chat_, completion_, embedding_;  // what models are asked, each in what it knows
  asio::io_context io_{1};
  std::shared_ptr<upstream::Client> client_;
  std::vector<std::unique_ptr<asio::cancellation_signal>> signals_;
  std::size_t running_ = 0;
  std::thread thread_;
};

}  // namespace signalbox::engine
