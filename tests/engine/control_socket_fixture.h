// SPDX-License-Identifier: Apache-2.0
// The control plane from the socket inwards: a real store, service and session; only the peer is made up.
#pragma once
#include "base/strings.h"
#include "control/rpc.h"
#include "engine/console_fixture.h"
#include "engine/console_service.h"
#include "engine/control_socket.h"

namespace signalbox::engine {

// Keeps what the router sends; awaits it.
class FakePeer final : public server::SocketPeer {
 public:
  bool send(std::string text) override {
    const std::lock_guard lock(mutex_);
    if (full_) return false;
    sent_.push_back(Json::parse(text));
    heard_.notify_all();
    return true;
  }
  [[nodiscard]] std::size_t queuedBytes() const override {
    const std::lock_guard lock(mutex_);
    if (!full_) return behind_;
    ++held_back_;
    heard_.notify_all();
    return SIZE_MAX;
  }
  void close(int code, std::string) override {
    const std::lock_guard lock(mutex_);
    if (code_ == 0) code_ = code;
    heard_.notify_all();
  }
  void setFull(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
  }
  // Takes what it is sent, though so much waits already.
  void setBehind(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    behind_ = bytes;
  }
  int closeCode() {
    const std::lock_guard lock(mutex_);
    return code_;
  }
  // Waits until the sender has found this peer full `times` times.
  [[nodiscard]] bool awaitHeldBack(int times) {
    std::unique_lock lock(mutex_);
    return heard_.wait_for(lock, patient(std::chrono::seconds(20)), [&] { return held_back_ >= times; });
  }
  // The first message that `fits`, taken out.
  template <class Fits>
  Json await(Fits fits) {
    std::unique_lock lock(mutex_);
    auto found = sent_.end();
    const bool came = heard_.wait_for(lock, patient(std::chrono::seconds(20)), [&] {
      return (found = std::ranges::find_if(sent_, fits)) != sent_.end();
    });
    if (!came) {
      ADD_FAILURE() << "no such message; there are " << Json(sent_).dump();
      return {};
    }
    Json message = *found;
    sent_.erase(found);
    return message;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable heard_;
  mutable int held_back_ = 0;
  std::vector<Json> sent_;
  bool full_ = false;
  std::size_t behind_ = 0;
  int code_ = 0;
};

class QuietRouter final : public RouterFacts {
 public:
  [[nodiscard]] domain::RouterStatus status() const override {
    domain::RouterStatus status;
    status.state = "ready";
    return status;
  }
  [[nodiscard]] std::vector<domain::UpstreamStatus> upstreams() const override {
    return {{"vllm", "http://127.0.0.1:8000/v1", "ok", "closed", 0, 5, 0, std::nullopt, ""}};
  }
};

inline http::Request upgradeWith(std::string token, std::string origin = {}, std::string target = std::string(control::kControlPath)) {
  http::Request request;
  request.method = "GET";
  request.target = std::move(target);
  request.headers.add("Sec-WebSocket-Protocol", "signalbox.control.v1");
  if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
  if (!origin.empty()) request.headers.add("Origin", std::move(origin));
  return request;
}

class ControlSocketTest : public PolicyStoreTest {
 protected:
  ControlSocketTest() : feed_(hubOptions()) {
    journal_->observe(&feed_);
    EXPECT_TRUE(feed_.start(*journal_));
    policies_ = openStore(policyWith(0.5, 0.05));
    ConsoleOptions options;
    options.server = "signalbox test";
    options.router = "north";
    options.tiers = kTiers;
    service_ = ConsoleService::start(*journal_, *policies_, feed_, facts_, options).value();
    ControlSocketOptions door;
    door.tokens = {{"watcher", domain::Role::Viewer, Secret("viewer-token")},
                   {"ada", domain::Role::Tuner, Secret("tuner-token")},
                   {"root", domain::Role::Admin, Secret("admin-token")}};
    door.origins = {"https://console.example"};
    door.calls_per_second = 1000;  // the limits have a test of their own
    door.burst = 1000;
    socket_ = std::make_unique<ControlSocket>(service_, door);
  }
  ~ControlSocketTest() override {
    session_.reset();
    service_->stop();
    feed_.stop();
    policies_.reset();
    journal_.reset();
  }
  static control::HubOptions hubOptions() {
    control::HubOptions options;
    options.pace = std::chrono::milliseconds(1);
    return options;
  }
  int refusal(const http::Request& upgrade) {
    auto accepted = socket_->accept(upgrade, std::make_shared<FakePeer>());
    return accepted ? 101 : accepted.error().status;
  }
  void connect(const std::string& token) {
    session_.reset();
    peer_ = std::make_shared<FakePeer>();
    auto accepted = socket_->accept(upgradeWith(token), peer_);
    ASSERT_TRUE(accepted) << accepted.error().message;
    session_ = std::move(*accepted);
  }
  // The whole answer: {result} or {error}.
  Json call(const std::string& method, const Json& params = Json::object()) {
    const int id = ++last_id_;
    session_->onText(control::callText(id, method, params));
    return peer_->await([id](const Json& message) { return message.contains("id") && message["id"] == id; });
  }
  Json notified(const std::string& method) {
    return peer_->await([&](const Json& message) { return message.value("method", "") == method; })["params"];
  }
  domain::Decision record(const std::string& tier) {
    domain::Decision decision = journal::decisionAt(wallNow());
    decision.policy = 1;
    decision.final_tier = tier;
    decision.escalations = tier == "frontier" ? 1 : 0;
    decision.attempts.resize(1);
    decision.attempts[0].tier = "local";
    decision.attempts[0].model = "m";
    decision.attempts[0].upstream = "vllm";
    decision.attempts[0].confidence = tier == "frontier" ? 0.3 : 0.9;
    journal_->append(decision);
    journal_->flush();
    feed_.settle();
    return decision;
  }

  EventFeed feed_;
  QuietRouter facts_;
  std::unique_ptr<PolicyStore> policies_;
  std::shared_ptr<ConsoleService> service_;
  std::unique_ptr<ControlSocket> socket_;
  std::shared_ptr<FakePeer> peer_;
  std::unique_ptr<server::SocketSession> session_;
  int last_id_ = 0;
};

}  // namespace signalbox::engine
