// SPDX-License-Identifier: Apache-2.0
// The door and the connection: who gets in, what is no call, how much may wait, how it ends.
#include <gtest/gtest.h>

#include "engine/control_socket_fixture.h"

namespace signalbox::engine {
namespace {

std::string countsOf(const ControlSocket& socket) {
  MetricsText out;
  socket.counts().text(out);
  return out.take();
}

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
  EXPECT_THAT(countsOf(*socket_), testing::HasSubstr("signalbox_control_closed_total{reason=\"revoked\"} 15\n"));
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

TEST_F(ControlSocketTest, tellsASlowReaderHowManyItLost) {
  connect("viewer-token");
  call("decisions.subscribe");
  peer_->setFull(true);
  for (int i = 1; i <= 3; ++i) {
    record("local");
    ASSERT_TRUE(peer_->awaitHeldBack(i));
  }
  peer_->setFull(false);
  record("frontier");
  // What was withheld may come by itself, ahead of the fourth.
  std::size_t told = 0;
  for (std::int64_t seq = 0; seq < 4;) {
    const Json delta = peer_->await([](const Json& m) { return m.value("method", "") == "decisions.delta"; })["params"];
    ASSERT_TRUE(delta.is_object());
    ASSERT_GT(delta["seq"].get<std::int64_t>(), seq);
    seq = delta["seq"].get<std::int64_t>();
    told += delta["items"].size() + delta["dropped"].get<std::size_t>();
  }
  EXPECT_EQ(told, 4u);
}

TEST_F(ControlSocketTest, aSlowReaderThatHasReadLearnsTheNewestThoughNothingMoreHappens) {
  connect("viewer-token");
  call("decisions.subscribe");
  peer_->setBehind(64 << 20);
  for (int i = 0; i < 3; ++i) record("local");
  const auto last = record("frontier");
  peer_->setBehind(0);
  // The hub may have the last one still to send, behind what was withheld.
  Json delta;
  std::size_t told = 0;
  for (std::int64_t seq = 0; seq < 4; seq = delta["seq"].get<std::int64_t>()) {
    delta = peer_->await([](const Json& m) { return m.value("method", "") == "decisions.delta"; })["params"];
    ASSERT_TRUE(delta.is_object());
    ASSERT_GT(delta["seq"].get<std::int64_t>(), seq);
    told += delta["items"].size() + delta["dropped"].get<std::size_t>();
  }
  EXPECT_EQ(delta["items"].back()["id"], last.id.string());
  EXPECT_EQ(told, 4u) << delta.dump();
  record("local");
  const Json next = peer_->await([](const Json& m) { return m.value("method", "") == "decisions.delta"; })["params"];
  EXPECT_EQ(next["seq"], 5);
  EXPECT_EQ(next.value("dropped", 0), 0) << "it was told once: " << next.dump();
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
  for (int i = 0; i < 5; ++i) session->onText(control::callText(sent + i, "fleet.list", {}));
  const std::string told = countsOf(strict);
  EXPECT_THAT(told, testing::HasSubstr("signalbox_control_throttled_total 20\n"));
  EXPECT_THAT(told, testing::HasSubstr("signalbox_control_closed_total{reason=\"flood\"} 1\n")) << "a connection is cut off once";
}

TEST_F(ControlSocketTest, cutsOffWhoDoesNotReadItsAnswers) {
  connect("viewer-token");
  peer_->setFull(true);
  session_->onText(control::callText(1, "fleet.list", {}));
  const SteadyTime start = steadyNow();
  while (peer_->closeCode() == 0) ASSERT_LT(steadyNow() - start, patient(std::chrono::seconds(10)));
  EXPECT_EQ(peer_->closeCode(), 1008);
  EXPECT_THAT(countsOf(*socket_), testing::HasSubstr("signalbox_control_closed_total{reason=\"unread\"} 1\n"));
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
