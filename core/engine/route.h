// SPDX-License-Identifier: Apache-2.0
// One request from its bytes to its record. Lives on one worker's thread, from the server's call to the last byte written.
#pragma once
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admit/keys.h"
#include "admit/memory_pressure.h"
#include "base/snapshot.h"
#include "classify/features.h"
#include "domain/decision.h"
#include "engine/additions_memory.h"
#include "engine/counters.h"
#include "engine/generation.h"
#include "engine/label_memory.h"
#include "engine/model_names.h"
#include "engine/policy_store.h"
#include "gate/gate.h"
#include "engine/trace_exporter.h"
#include "journal/journal.h"
#include "server/handler.h"
#include "upstream/tier_call.h"

namespace signalbox::engine {

// What a route needs of the router beside the generation that it belongs to. References outlive every request.
struct RouteServices {
  const Snapshot<admit::KeyRing>& keys;
  const PolicyStore& policies;
  journal::Journal& journal;
  Counters& counters;
  AdditionsMemory& additions_memory;
  LabelMemory& label_memory;
  const admit::MemoryPressure& memory;
  const std::atomic<bool>& paused;  // pass-through: routed requests go to the last tier, ungated
  TraceExporter* traces = nullptr;  // nullptr: none are sent
};

class Route final : private upstream::Host {
 public:
  // `generation`: as in force when the request came; outlives the route.
  Route(RouteServices services, const Generation& generation, upstream::Client& client, domain::Dialect dialect, http::Request request, server::Responder& responder,
        bool overloaded);
  ~Route() override;
  Route(const Route&) = delete;
  Route& operator=(const Route&) = delete;
  Task<void> run();

 private:
  // The steps, in the order of the story; see route.cpp.
  [[nodiscard]] Result<void> admit();
  [[nodiscard]] Result<void> match();
  void placeEmbeddings();
  void decide();
  Task<Result<void>> climb();
  Task<Result<void>> relay();
  Task<void> refuse(Error error);
  void record();

  // Limits of the client's key (route_limits.cpp).
  [[nodiscard]] double mayCost(std::int64_t input, std::int64_t output) const;
  [[nodiscard]] Result<void> holdLimits();
  [[nodiscard]] Result<void> affordable(const domain::Tier& tier) const;
  void settleLimits();
  // Cost and limits, before the end of an answer leaves: whoever has it finds his limits as they are with it.
  void settle();
  void addLimitHeaders(http::Headers& headers) const;

  // Attempts (route_attempts.cpp).
  struct Answer {
    std::unique_ptr<upstream::Exchange> exchange;
    gate::Judgement judgement;
    domain::TierIndex tier{};
    std::optional<std::size_t> attempt;  // index into the record, once it is written there
    bool of_prefix = false;              // judged by its beginning, while the rest was still to come
    bool again = false;                  // asked again, for less of what the router adds
  };
  Task<Result<Answer>> ask(domain::TierIndex tier);
  // A deployment that failed over how it was asked, and may do better when it is asked otherwise.
  struct Refusal {
    domain::Deployment deployment;
    dialect::Additions additions;
    Error error;
  };
  Task<Result<std::unique_ptr<upstream::Exchange>>> askForLess(upstream::TierCall call, Refusal refusal);
  Task<Result<std::unique_ptr<upstream::Exchange>>> askAlone(upstream::TierCall call, domain::Deployment deployment);
  [[nodiscard]] bool chatsMayDo(const Error& error) const;
  void judge(Answer& answer);
  void lookBack(Answer& answer);
  [[nodiscard]] Error tiersFailed(std::vector<Error> errors);
  // Whether a stream is judged before the client sees any of it, and if so by its beginning alone.
  enum class Hold { None, Prefix, Whole };
  [[nodiscard]] domain::StreamGate streamGate(domain::TierIndex tier) const;
  [[nodiscard]] Hold holds(domain::TierIndex tier) const;
  [[nodiscard]] dialect::Completions completionsOf(const domain::Deployment& deployment) const;
  [[nodiscard]] const domain::ModelOffer* offerOf(const domain::Deployment& deployment) const;
  [[nodiscard]] const policy::Gate* gateOf(domain::TierIndex tier) const;
  [[nodiscard]] const domain::Tier& tierAt(domain::TierIndex tier) const;
  void serve(Answer answer);
  void writeAttempt(Answer& answer, const Error* error);
  void countOpen(SteadyTime from, SteadyTime to);
  void charge(domain::Attempt& attempt, const upstream::Exchange& exchange);
  [[nodiscard]] domain::Attempt describe(const upstream::Exchange& exchange) const;
  [[nodiscard]] bool hasHigher(domain::TierIndex tier) const;
  // Short by nature: a label, or a few tokens.
  [[nodiscard]] bool shortAnswer() const;
  [[nodiscard]] upstream::TierLatencies::Kind latencyKind() const;
  void explain(const std::string& words);

  // upstream::Host
  dialect::Additions additions(const domain::Deployment& deployment) override;
  void attemptFailed(const upstream::Exchange& exchange, const domain::Attempt& attempt, const Error& error) override;
  void note(const std::string& words) override { explain(words); }

  // Answers (route_relay.cpp).
  Task<Result<void>> relayWhole();
  Task<Result<void>> relayStream();
  Task<Result<void>> writeStreamEnd();
  [[nodiscard]] http::Headers responseHeaders(bool stream);
  void addDecisionHeaders(http::Headers& headers, bool stream) const;
  void settleCost();
  void takeTimes();
  void hashPrompt();  // it is told of a request, but not needed to serve it
  void explainLeftOut();
  [[nodiscard]] std::string wholeDecision();  // as JSON
  [[nodiscard]] std::string explainingComment();
  // A cancelled call looks as if its client had gone; where it is still there, the router is stopping.
  [[nodiscard]] Error told(const Error& error) const;
  void noteFailure(const Error& error);

  RouteServices services_;
  const config::Config& config_;
  Pricing& pricing_;
  upstream::Client& client_;
  http::Request http_;
  server::Responder& responder_;

  const bool overloaded_;                    // the worker is behind with everything: nothing more is begun
  SteadyTime started_;
  Duration attempts_open_{};                 // time with an attempt open: not the router's own
  SteadyTime counted_to_{};                  // of that
  std::optional<SteadyTime> first_relayed_;
  std::shared_ptr<const admit::KeyRing> keys_;  // as it was when the request came; holds key_
  const admit::Client* key_ = nullptr;
  admit::Holding holding_;                   // of the key's limits
  std::shared_ptr<const policy::CompiledPolicy> policy_;
  domain::Request request_;
  const policy::Workload* workload_ = nullptr;
  std::optional<domain::Tier> pinned_;       // asked for by name: no override, gate or validator
  bool fixed_place_ = false;                 // pinned, but not by name
  classify::Features features_;
  domain::TierIndex start_{};
  domain::TierIndex current_{};
  std::optional<Answer> served_;
  std::optional<Refusal> refused_;  // in the last call: over the request, with additions in it
  std::optional<Refusal> lacking_;  // in the last call: it has no completions
  std::optional<dialect::Additions> additions_tried_;  // instead of those that would be made
  bool asking_ = false;   // a tier is being asked, and what that costs is not known yet
  bool as_chat_ = false;  // a completion is being asked for as a chat, because there was none
  domain::Decision decision_;
  const int exceptions_ = std::uncaught_exceptions();
  bool read_ = false;  // request_ is what was asked
  bool recorded_ = false;
};

}  // namespace signalbox::engine
