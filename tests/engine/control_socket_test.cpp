// SPDX-License-Identifier: Apache-2.0
// The control plane from the socket inwards: a real store, service and session; only the peer is made up.
#include "engine/control_socket.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "control/rpc.h"
#include "engine/console_fixture.h"
#include "engine/console_service.h"

namespace signalbox::engine {
namespace {

using control::kControlPath;

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
  [[nodiscard]] std::size_t queuedBytes() const override { const std::lock_guard lock(mutex_); return full_ ? SIZE_MAX : 0; }
  void close(int code, std::string) override {
    const std::lock_guard lock(mutex_);
    if (code_ == 0) code_ = code;
    heard_.notify_all();
  }
  void setFull(bool full) { const std::lock_guard lock(mutex_); full_ = full; }
  int closeCode() { const std::lock_guard lock(mutex_); return code_; }
  // The first message that `fits`, taken out.
  template <class Fits>
  Json await(Fits fits) {
    std::unique_lock lock(mutex_);
    auto found = sent_.end();
    const bool came = heard_.wait_for(lock, std::chrono::seconds(20), [&] {
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
  std::condition_variable heard_;
  std::vector<Json> sent_;
  bool full_ = false;
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

http::Request upgradeWith(std::string token, std::string origin = {}, std::string target = std::string(kControlPath)) {
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

TEST_F(ControlSocketTest, letsInWhoKnowsATokenAndNobodyElse) {
  EXPECT_EQ(refusal(upgradeWith("admin-token")), 101);
  EXPECT_EQ(refusal(upgradeWith("admin-token", "https://console.example")), 101);
  EXPECT_EQ(refusal(upgradeWith("admin-token", "https://evil.example")), 403);
  EXPECT_EQ(refusal(upgradeWith("wrong", "null")), 403) << "any origin that is not listed";
  EXPECT_EQ(refusal(upgradeWith("wrong")), 401);
  EXPECT_EQ(refusal(upgradeWith("")), 401);
  EXPECT_EQ(refusal(upgradeWith("admin-token", "", "/")), 404);
  EXPECT_EQ(refusal(upgradeWith("", "", "/control?token=admin-token")), 400) << "never in the URL";
  auto without = upgradeWith("admin-token");
  without.headers.remove("Sec-WebSocket-Protocol");
  EXPECT_EQ(refusal(without), 400);
}

TEST_F(ControlSocketTest, boundsTheConnectionsOfATokenAndClosesThoseOfARevokedOne) {
  std::vector<std::unique_ptr<server::SocketSession>> open;
  std::vector<std::shared_ptr<FakePeer>> peers;
  for (int i = 0; i < 16; ++i) {
    peers.push_back(std::make_shared<FakePeer>());
    open.push_back(std::move(socket_->accept(upgradeWith("tuner-token"), peers.back()).value()));
  }
  EXPECT_EQ(refusal(upgradeWith("tuner-token")), 429);
  EXPECT_EQ(refusal(upgradeWith("viewer-token")), 101) << "of one token, not of all";
  open.pop_back();
  EXPECT_EQ(socket_->connections(), 15u);
  EXPECT_EQ(refusal(upgradeWith("tuner-token")), 101);
  socket_->setTokens({{"root", domain::Role::Admin, Secret("admin-token")}});
  for (std::size_t i = 0; i < open.size(); ++i) EXPECT_EQ(peers[i]->closeCode(), 1008);
  EXPECT_EQ(refusal(upgradeWith("tuner-token")), 401);
}

TEST_F(ControlSocketTest, saysHelloWithRoleAndCapabilities) {
  connect("viewer-token");
  const Json hello = call("hello", {{"protocol", 1}, {"client", "test"}})["result"];
  EXPECT_EQ(hello["protocol"], 1);
  EXPECT_EQ(hello["router"], "north");
  EXPECT_EQ(hello["role"], "viewer");
  EXPECT_EQ(hello["policy"]["live"], 1);
  EXPECT_FALSE(hello["store_id"].get<std::string>().empty());
  EXPECT_THAT(hello["capabilities"], testing::Not(testing::Contains("policy.apply")));
  EXPECT_EQ(call("hello", {{"protocol", 2}})["error"]["code"], -32602);
  EXPECT_EQ(call("fleet.list")["result"][0]["router"], "north");
  EXPECT_EQ(call("upstreams.list")["result"][0]["name"], "vllm");
}

TEST_F(ControlSocketTest, answersWhatIsNoCallWithTheNumbersOfJsonRpc) {
  connect("viewer-token");
  const auto isError = [](int code) { return [code](const Json& m) { return m.contains("error") && m["error"]["code"] == code; }; };
  session_->onText("{nonsense");
  EXPECT_TRUE(peer_->await(isError(-32700))["id"].is_null());
  session_->onText("[]");
  peer_->await(isError(-32600));
  EXPECT_EQ(call("policy.applaud")["error"]["code"], -32601);
  session_->onText(std::string(65 * 1024, ' '));
  EXPECT_EQ(peer_->closeCode(), 1009);
}

TEST_F(ControlSocketTest, looksAtRightsBeforeParameters) {
  connect("viewer-token");
  for (const char* method : {"policy.apply", "policy.confirm", "policy.rollback", "labels.add"}) {
    const Json error = call(method, Json::array({"nonsense"}))["error"];
    EXPECT_EQ(error["code"], 4030) << method;
    EXPECT_EQ(error["data"]["role"], "tuner");
  }
  EXPECT_EQ(call("decisions.query", {{"limit", "many"}})["error"]["code"], -32602);
  EXPECT_EQ(call("decisions.get", {{"id", Uuid::v7().string()}})["error"]["code"], 4040);
}

TEST_F(ControlSocketTest, changesThePolicyByCompareAndSet) {
  connect("tuner-token");
  const Json watching = call("policy.subscribe")["result"];
  EXPECT_EQ(watching["live"], 1);
  const Json policy = policyWith(0.54, 0.05).json;
  const Json applied = call("policy.apply", {{"policy", policy}, {"base", 1}, {"reason", "less"}})["result"];
  EXPECT_EQ(applied["revision"], 2);
  EXPECT_TRUE(parseIso(applied["confirm_by"].get<std::string>()));
  const Json told = notified("policy.delta");
  EXPECT_EQ(told["live"], 2);
  EXPECT_EQ(told["subscription"], watching["subscription"]);
  EXPECT_FALSE(told["confirmed"].get<bool>());

  const Json conflict = call("policy.apply", {{"policy", policyWith(0.52, 0.05).json}, {"base", 1}})["error"];
  EXPECT_EQ(conflict["code"], 4090);
  EXPECT_EQ(conflict["data"]["live"], 2);
  EXPECT_EQ(conflict["data"]["who"], "ada");
  const Json guardrail = call("policy.apply", {{"policy", policyWith(0.9, 0.05).json}, {"base", 2}})["error"];
  EXPECT_EQ(guardrail["code"], 4220);
  EXPECT_EQ(guardrail["data"]["which"], "max-step");
  EXPECT_EQ(call("policy.apply", {{"policy", policyWith(0.55, 0.05).json}, {"base", 2}, {"confirm_within_s", 0}})["error"]["code"], 4030);
  EXPECT_EQ(call("policy.apply", {{"policy", {{"workloads", 3}}}, {"base", 2}})["error"]["code"], -32602);

  EXPECT_EQ(call("policy.confirm", {{"revision", 2}})["result"]["revision"], 2);
  EXPECT_TRUE(notified("policy.delta")["confirmed"].get<bool>());
  EXPECT_EQ(call("policy.rollback", {{"to", 1}, {"reason", "no"}})["result"]["revision"], 3);
  EXPECT_EQ(call("policy.rollback", {{"to", 77}})["error"]["code"], 4040);
  const Json history = call("policy.history", {{"limit", 10}})["result"];
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0]["revision"], 3);
  EXPECT_EQ(history[0]["restores"], 1);
  EXPECT_EQ(history[1]["state"], "rolled_back");
  const Json audit = call("audit.list", {{"limit", 10}})["result"];
  EXPECT_TRUE(audit["chain"]["verified"].get<bool>());
  EXPECT_EQ(audit["entries"][0]["action"], "policy.rollback");
}

TEST_F(ControlSocketTest, givesPoliciesAsDocumentAndAsText) {
  connect("viewer-token");
  const Json live = call("policy.get")["result"];
  EXPECT_EQ(live["revision"], 1);
  EXPECT_EQ(live["state"], "live");
  EXPECT_EQ(live["policy"], policyWith(0.5, 0.05).json);
  const Json yaml = call("policy.get", {{"format", "yaml"}})["result"];
  const Json checked = call("policy.check", {{"text", yaml["policy"]}})["result"];
  EXPECT_EQ(checked["policy"], live["policy"]);
  EXPECT_TRUE(checked["errors"].empty());
  const Json wrong = call("policy.check", {{"text", "workloads:\n  - name: a\n    gate: { local: { signal: mean-token, escalate-below: 7 } }\n"}});
  EXPECT_EQ(wrong["result"]["errors"][0]["line"], 3) << wrong.dump();
  EXPECT_EQ(call("policy.get", {{"revision", 9}})["error"]["code"], 4040);
}

TEST_F(ControlSocketTest, tailsDecisionsAndResumesWhereItWasLeft) {
  connect("viewer-token");
  record("local");
  record("frontier");
  const Json first = call("decisions.subscribe", {{"backlog", 10}})["result"];
  EXPECT_EQ(first["items"].size(), 2u);
  EXPECT_EQ(first["seq"], 2);
  EXPECT_FALSE(first.contains("gap"));
  const auto third = record("local");
  const Json delta = notified("decisions.delta");
  EXPECT_EQ(delta["items"][0]["id"], third.id.string());
  EXPECT_EQ(delta["items"][0]["seq"], 3);
  EXPECT_EQ(delta["seq"], 3);
  connect("viewer-token");  // the connection broke after the first delta
  record("frontier");
  const Json resumed = call("decisions.subscribe", {{"last", 2}})["result"];
  EXPECT_EQ(resumed["items"].size(), 2u);
  EXPECT_FALSE(resumed.contains("gap"));
  const Json filtered = call("decisions.subscribe", {{"last", 0}, {"where", {{"final_tier", "frontier"}}}})["result"];
  EXPECT_EQ(filtered["items"].size(), 2u);
  EXPECT_EQ(filtered["seq"], 4) << "the last one looked at, matching or not";
  const Json ahead = call("decisions.subscribe", {{"last", 1000}})["result"];
  EXPECT_TRUE(ahead["gap"].get<bool>()) << "a gap is said, never hidden";
  const Json gone = call("rpc.unsubscribe", {{"subscription", resumed["subscription"]}});
  EXPECT_TRUE(gone.contains("result"));
  EXPECT_EQ(call("rpc.unsubscribe", {{"subscription", resumed["subscription"]}})["error"]["code"], 4040);
}

TEST_F(ControlSocketTest, tellsASlowReaderHowManyItLost) {
  connect("viewer-token");
  call("decisions.subscribe");
  peer_->setFull(true);
  for (int i = 0; i < 3; ++i) record("local");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the hub's pace, several times
  peer_->setFull(false);
  record("frontier");
  const Json delta = peer_->await([](const Json& m) { return m.value("method", "") == "decisions.delta"; })["params"];
  EXPECT_EQ(delta["items"].size() + delta["dropped"].get<std::size_t>(), 4u) << delta.dump();
  EXPECT_EQ(delta["seq"], 4);
}

TEST_F(ControlSocketTest, pagesThroughHistoryAndCountsIt) {
  connect("viewer-token");
  std::vector<std::string> newest_first;
  for (int i = 0; i < 5; ++i) newest_first.insert(newest_first.begin(), record(i % 2 ? "frontier" : "local").id.string());
  std::vector<std::string> seen;
  Json params{{"limit", 2}};
  for (int pages = 0; pages < 10; ++pages) {
    const Json page = call("decisions.query", params)["result"];
    EXPECT_EQ(page["count"], 5);
    for (const Json& item : page["items"]) seen.push_back(item["id"]);
    if (page["next"].is_null()) break;
    params["before"] = page["next"];
  }
  EXPECT_EQ(seen, newest_first);
  EXPECT_EQ(call("decisions.query", {{"where", {{"final_tier", "frontier"}}}})["result"]["count"], 2);
  EXPECT_EQ(call("decisions.query", {{"before", "xyz"}})["error"]["code"], -32602);
  EXPECT_FALSE(call("rpc.cancel", {{"id", 1}})["result"]["cancelled"].get<bool>()) << "it has been answered long ago";
}

TEST_F(ControlSocketTest, explainsADecisionAgainstItsOwnRevision) {
  const auto decision = record("frontier");
  connect("tuner-token");
  call("policy.apply", {{"policy", policyWith(0.54, 0.05).json}, {"base", 1}});
  const Json detail = call("decisions.get", {{"id", decision.id.string()}})["result"];
  EXPECT_EQ(detail["final_tier"], "frontier");
  EXPECT_EQ(detail["attempts"].size(), 1u);
  EXPECT_EQ(detail["gates"], Json::array({0.5, nullptr})) << "of revision 1, not of the live one";
  EXPECT_TRUE(detail["recomputed"].get<bool>());
  std::vector<std::string> codes;
  for (const Json& step : detail["steps"]) codes.push_back(step["code"]);
  EXPECT_EQ(codes, (std::vector<std::string>{"matched", "start", "attempt_ok", "gate_escalated", "relayed"}));
}

TEST_F(ControlSocketTest, takesGradesAndCountsThem) {
  connect("tuner-token");
  const auto good = record("local");
  const auto bad = record("local");
  record("frontier");
  EXPECT_TRUE(call("labels.add", {{"decision_id", good.id.string()}, {"score", 1}}).contains("result"));
  EXPECT_TRUE(call("labels.add", {{"decision_id", bad.id.string()}, {"score", 0}, {"note", "wrong city"}}).contains("result"));
  EXPECT_EQ(call("labels.add", {{"decision_id", Uuid::v7().string()}, {"score", 1}})["error"]["code"], 4040);
  EXPECT_EQ(auditLog().at(0).action, "label.add");
  feed_.settle();
  const Json range{{"since", "2020-01-01"}, {"until", "2100-01-01"}};
  const Json total = call("metrics.query", range)["result"]["total"];
  EXPECT_EQ(total["requests"], 3);
  EXPECT_EQ(total["graded"], 2);
  EXPECT_EQ(total["correct"], 1.0);
  EXPECT_EQ(total["tiers"]["local"]["requests"], 2);
  Json filtered = range;
  filtered["where"] = {{"final_tier", "local"}};
  EXPECT_EQ(call("metrics.query", filtered)["result"]["total"]["graded"], 2);
  EXPECT_TRUE(call("labels.add", {{"decision_id", bad.id.string()}, {"score", nullptr}}).contains("result"));
  EXPECT_EQ(call("decisions.get", {{"id", good.id.string()}})["result"]["score"], 1.0);
}

TEST_F(ControlSocketTest, feedsMetricsAndStatus) {
  connect("viewer-token");
  record("local");
  const Json first = call("metrics.subscribe", {{"every_ms", 100}})["result"];
  EXPECT_EQ(first["bucket"]["requests"], 1) << "the first covers the last minute";
  record("frontier");
  Json delta;
  do delta = notified("metrics.delta");
  while (delta["bucket"]["requests"] == 0);
  EXPECT_EQ(delta["bucket"]["requests"], 1);
  EXPECT_EQ(delta["bucket"]["tiers"]["frontier"]["requests"], 1);
  EXPECT_EQ(call("status.subscribe", {{"every_ms", 100}})["result"]["state"], "ready");
  EXPECT_EQ(notified("status.delta")["state"], "ready");
}

TEST_F(ControlSocketTest, throttlesAFloodAndThenCloses) {
  ControlSocketOptions door;
  door.tokens = {{"watcher", domain::Role::Viewer, Secret("viewer-token")}};
  ControlSocket strict(service_, door);
  auto peer = std::make_shared<FakePeer>();
  auto session = std::move(strict.accept(upgradeWith("viewer-token"), peer).value());
  int sent = 0;
  for (; sent < 200 && peer->closeCode() == 0; ++sent) session->onText(control::callText(sent, "fleet.list", {}));
  EXPECT_EQ(peer->closeCode(), 1008);
  EXPECT_GT(sent, 60) << "a burst of 40, then 20 refusals";
  EXPECT_LT(sent, 80);
  EXPECT_EQ(peer->await([](const Json& m) { return m.contains("error"); })["error"]["code"], 4290);
}

TEST_F(ControlSocketTest, saysThatItIsGoingWhenTheServiceStops) {
  connect("viewer-token");
  call("decisions.subscribe");
  service_->stop();
  EXPECT_EQ(call("hello")["error"]["code"], 5030);
  session_.reset();
}

}  // namespace
}  // namespace signalbox::engine
