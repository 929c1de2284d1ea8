// SPDX-License-Identifier: Apache-2.0
// The endpoints that clients and monitors call. One for all workers; each worker's upstream connections are made on its own
// thread at its first request.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "engine/generation.h"
#include "engine/replies.h"
#include "engine/route.h"

namespace signalbox::engine {

class DataPlane final : public server::Handler {
 public:
  struct Facts {                                        // asked when somebody asks
    std::function<std::string()> state;                 // starting ready degraded draining
    std::function<std::string()> metrics;
  };
  // References outlive the data plane.
  DataPlane(RouteServices services, const Generations& generations, Facts facts, std::size_t workers);

  Task<void> handle(server::Worker& worker, http::Request request, server::Responder& responder) override;
  [[nodiscard]] bool takes(std::string_view method, std::string_view path) const override;
  [[nodiscard]] std::optional<Sender> sender(const http::Request& head) const override;
  void refused(int status, std::string_view why) override;
  void end(server::Worker& worker) override;

 private:
  Task<http::Response> answer(server::Worker& worker, http::Request request);
  Task<http::Response> takeFeedback(server::Worker& worker, const http::Request& request);
  [[nodiscard]] http::Response models(const http::Request& request) const;
  [[nodiscard]] http::Response ready() const;
  [[nodiscard]] http::Response metrics(const http::Request& request) const;

  // One worker's way to the upstreams of one generation.
  struct Lane {
    Lane(server::Worker& worker, std::shared_ptr<const Generation> current);
    std::shared_ptr<const Generation> generation;
    std::shared_ptr<upstream::Client> client;
  };
  [[nodiscard]] std::shared_ptr<Lane> lane(server::Worker& worker);
  struct Hold;
  [[nodiscard]] Hold hold(server::Worker& worker);  // for as long as a request is served

  RouteServices services_;
  const Generations& generations_;
  Facts facts_;
  // By worker; each touched by its own thread only. Requests hold theirs to their end: also one that outlives its generation, or
  // its worker's loop and is destroyed with that.
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::vector<std::vector<std::weak_ptr<upstream::Client>>> clients_;  // also of generations that only requests still hold
  std::vector<std::shared_ptr<Replies>> replies_;
};

}  // namespace signalbox::engine
