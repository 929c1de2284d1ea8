// SPDX-License-Identifier: Apache-2.0
// One attempt at one deployment, read in the upstream's dialect: a whole answer, or a stream that can be held, judged and then
// relayed. Lives on one worker's thread, inside the task that made it; destroying it cancels the call.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "dialect/translation.h"
#include "domain/attempt.h"
#include "domain/tier.h"
#include "http/sse.h"
#include "upstream/client.h"
#include "upstream/place.h"

namespace signalbox::upstream {

struct ExchangeLimits {
  SteadyTime first_token = SteadyTime::max();  // of a stream
  SteadyTime whole = SteadyTime::max();        // of everything
  Duration idle = std::chrono::seconds(60);    // between two events of a stream
};

class Exchange {
 public:
  // What is sent, and how what comes back is read.
  struct Plan {
    std::unique_ptr<dialect::Translation> translation;
    dialect::Translation::Outgoing sent;
    bool stream = false;
    dialect::Additions additions{};  // what of it the client did not ask for
  };
  Exchange(Client& client, const domain::Deployment& deployment, Plan plan, ExchangeLimits limits, domain::AttemptRole role);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Whom to tell how it went.
  void guard(Permit permit) { permit_ = std::move(permit); }
  // The place that it takes at its upstream until it has ended.
  void keep(Place place) {
    place_ = std::move(place);
    place_.begin();
  }
  // Until there is something to commit to: the whole answer, or a stream's first content or end. An upstream that answers with
  // an error status, junk, or a stream without any event, fails here.
  Task<Result<void>> open();
  // A stream's next events, or its end. After complete() there are no more. Fails with UpstreamTruncated when the stream ends
  // before its terminal event, UpstreamTimeout when it stalls.
  Task<Result<void>> next();
  // Reads a stream on without relaying it, until `enough` of what it says so far, for `wait` after its first words, or after the first
  // thought where no word has come by then, or to its end. What was read stays for takeRelayBytes().
  using Enough = std::function<bool(const dialect::AnswerState&)>;
  Task<Result<void>> readOn(Enough enough, Duration wait);
  // For a stream that is read to its end.
  [[nodiscard]] static bool nothingIsEnough(const dialect::AnswerState&) { return false; }

  [[nodiscard]] bool stream() const { return plan_.stream; }
  [[nodiscard]] const dialect::Additions& additions() const { return plan_.additions; }
  [[nodiscard]] bool complete() const { return complete_; }
  // Whether the upstream can know of the request: while it is still being connected to, it cannot.
  [[nodiscard]] bool reachedUpstream() const { return transfer_.reachedUpstream(); }
  [[nodiscard]] int status() const { return transfer_.status(); }
  [[nodiscard]] const http::Headers& headers() const { return transfer_.headers(); }
  // For the client: what only the router asked for is taken out. A stream's terminal event is kept apart.
  [[nodiscard]] std::string takeRelayBytes() { return std::exchange(relay_, {}); }
  [[nodiscard]] const std::string& terminalEvent() const { return terminal_; }
  // What ends the client's stream badly; see Translation::failure().
  [[nodiscard]] std::string failureEvent(const Error& error) { return plan_.translation->failure(error); }
  // Members of the client's request that the upstream's dialect has no word for; those of its answer: answer().dropped.
  [[nodiscard]] const std::vector<std::string>& dropped() const { return plan_.sent.dropped; }

  // What the answer says; of a stream, as far as it has come.
  [[nodiscard]] const dialect::AnswerState& answer() const { return state_; }
  // It has been judged by what has come: of what is still to come, no probabilities are gathered.
  void forgetEvidence() {
    state_.judged = true;
    state_.evidence = {};
  }
  [[nodiscard]] const domain::Deployment& deployment() const { return deployment_; }
  [[nodiscard]] domain::AttemptRole role() const { return role_; }
  [[nodiscard]] SteadyTime startedAt() const { return started_at_; }
  [[nodiscard]] std::optional<double> ttftMs() const;

 private:
  Task<Result<void>> readRefusal(SteadyTime limit);
  [[nodiscard]] Result<void> readOpening();
  [[nodiscard]] Result<void> readMore(Result<void> waited);
  [[nodiscard]] Result<void> feed(std::string_view bytes);
  [[nodiscard]] Result<void> readEvents(std::string_view bytes);
  [[nodiscard]] Result<void> block(const http::SseEvent& event, bool has_data);
  [[nodiscard]] Result<void> endStream(const http::SseEvent* event);
  // An event that could not be read, without the key in it.
  [[nodiscard]] Result<dialect::Translation::Relayed> readAgain(http::SseEvent event);
  [[nodiscard]] Error errorAnswer(std::string_view body) const;
  [[nodiscard]] std::string withoutKey(std::string_view said) const;
  void settle(const Result<void>& result);

  Client& client_;
  domain::Deployment deployment_;
  Plan plan_;  // its body outlives the transfer
  ExchangeLimits limits_;
  domain::AttemptRole role_;
  SteadyTime started_at_;
  std::optional<SteadyTime> first_token_at_;
  SteadyTime fed_at_{};      // when the bytes that are being read came
  std::optional<SteadyTime> first_words_at_;  // of the answer itself: thoughts are none
  SteadyTime idle_until_{};  // of a stream: moved by events that bring something; comments, drips and empty events do not
  Place place_;
  Transfer transfer_;
  http::SseReader reader_;
  dialect::AnswerState state_;
  std::string relay_;
  std::string terminal_;
  bool complete_ = false;
  bool settled_ = false;
  Permit permit_;
};

}  // namespace signalbox::upstream
