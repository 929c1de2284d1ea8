// SPDX-License-Identifier: Apache-2.0
// An OpenAI- or Anthropic-compatible upstream that answers the prompts of an outcomes file as one or more of its models did. A handler for
// server::Server, owned by the program; its calls come on the workers' threads. Two more paths are for tests that change the
// weather while it runs: POST /simulated/fault (a fault script) and GET /simulated/stats.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/snapshot.h"
#include "lab/chat_writer.h"
#include "lab/fault_script.h"
#include "lab/latency.h"
#include "lab/outcomes.h"
#include "server/handler.h"

namespace signalbox::lab {

struct SimulationOptions {
  domain::UpstreamApi api = domain::UpstreamApi::OpenAi;
  std::vector<std::string> models;  // offered here; at least one
  Latency latency;
  std::uint64_t seed = 1;
  bool generate = false;            // make an answer up where there is no record
  double token_spread = 0;          // sigma by which the tokens of an answer differ (makeUneven)
  FaultScript fault;
};

class SimulatedUpstream : public server::Handler {
 public:
  SimulatedUpstream(std::shared_ptr<const Outcomes> outcomes, SimulationOptions options);
  Task<void> handle(server::Worker& worker, http::Request request, server::Responder& responder) override;
  void refused(int status, std::string_view why) override;
  [[nodiscard]] std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }

 private:
  struct Call;  // one chat request, read
  Result<Call> read(http::Request request) const;
  Result<SimulatedAnswer> answer(const Call& call) const;
  Task<void> serveModel(http::Request request, server::Responder& responder);
  [[nodiscard]] std::string errorBody(int status, std::string_view message, std::string_view type, std::string_view code) const;
  [[nodiscard]] http::Response errorAnswer(int status, std::string_view message, std::string_view code) const;
  [[nodiscard]] http::Response faultResponse(const Fault& fault) const;
  [[nodiscard]] std::string whole(const SimulatedAnswer& answer, const ChatShape& shape) const;
  [[nodiscard]] ChatStream stream(const SimulatedAnswer& answer, const ChatShape& shape) const;
  [[nodiscard]] bool answersAt(std::string_view path) const;
  [[nodiscard]] domain::Dialect spoken(bool legacy) const;
  [[nodiscard]] bool anthropic() const { return options_.api == domain::UpstreamApi::Anthropic; }
  http::Response countTokens(http::Request request) const;
  Task<void> sendWhole(const Call& call, const SimulatedAnswer& answer, const Fault& fault, server::Responder& responder);
  Task<void> sendStream(const Call& call, const SimulatedAnswer& answer, const Fault& fault, server::Responder& responder);
  http::Response embed(http::Request request, const Fault& fault);
  [[nodiscard]] Fault nextFault(std::uint64_t number) const;
  http::Response plain(const http::Request& request);
  Duration firstToken(const Call& call) const;

  std::shared_ptr<const Outcomes> outcomes_;
  SimulationOptions options_;
  struct RunningFaults {
    FaultScript script;
    std::uint64_t since;  // the request with which it began
  };
  Snapshot<RunningFaults> faults_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> cancelled_{0};
};

}  // namespace signalbox::lab
