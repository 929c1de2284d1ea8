// SPDX-License-Identifier: Apache-2.0
// The endpoints that clients and monitors call. One for all workers; each worker's upstream connections are made on its own
// thread at its first request.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "engine/replies.h"
#include "engine/route.h"

namespace signalbox::engine {

class DataPlane final : public server::Handler {
 public:
  struct Facts {                                        // asked when somebody asks
    std::function<std::string()> state;                 // starting ready degraded draining
    std::function<std::string()> metrics;
  };
  DataPlane(RouteServices services, std::shared_ptr<const config::Config> config, std::shared_ptr<upstream::HealthTable> health,
            Facts facts, std::size_t workers);

  Task<void> handle(server::Worker& worker, http::Request request, server::Responder& responder) override;
  void refused(int status, std::string_view why) override;
  void end(server::Worker& worker) override;

 private:
  Task<void> serveModel(server::Worker& worker, domain::Dialect dialect, http::Request request, server::Responder& responder);
  Task<http::Response> answer(server::Worker& worker, http::Request request);
  [[nodiscard]] std::shared_ptr<upstream::Client> clientOf(server::Worker& worker);
  Task<http::Response> takeFeedback(server::Worker& worker, const http::Request& request);
  [[nodiscard]] http::Response models(const http::Request& request) const;
  [[nodiscard]] http::Response ready() const;
  [[nodiscard]] http::Response metrics(const http::Request& request) const;

  RouteServices services_;
  std::shared_ptr<const config::Config> config_;
  std::shared_ptr<upstream::HealthTable> health_;
  Facts facts_;
  // By worker; each touched by its own thread only. Requests hold theirs, so that one which outlives its worker's loop, and is
  // destroyed with it, still has it.
  std::vector<std::shared_ptr<upstream::Client>> clients_;
  std::vector<std::shared_ptr<Replies>> replies_;
};

}  // namespace signalbox::engine
