// SPDX-License-Identifier: Apache-2.0
#include "server/websocket_client.h"

#include <boost/asio/io_context.hpp>

#include "server/test_server.h"

namespace signalbox::server {
namespace {

// Echoes, and obeys a few words.
class EchoSockets : public SocketHandler {
 public:
  struct Session : SocketSession {
    Session(EchoSockets& owner, std::shared_ptr<SocketPeer> far) : handler(owner), peer(std::move(far)) { ++handler.open; }
    ~Session() override { --handler.open; }
    void onText(std::string_view text) override {
      if (text == "bye") peer->close(4000, "as you wish");
      else peer->send("echo " + std::string(text));
    }
    EchoSockets& handler;
    std::shared_ptr<SocketPeer> peer;
  };
  std::expected<std::unique_ptr<SocketSession>, Refusal> accept(const http::Request& upgrade, std::shared_ptr<SocketPeer> peer) override {
    if (upgrade.path() != "/control") return std::unexpected(Refusal{404, "No socket here."});
    if (upgrade.headers.get("authorization") != "Bearer t") return std::unexpected(Refusal{401, "Who are you?"});
    {
      const std::lock_guard lock(mutex);
      last = peer;
    }
    return std::make_unique<Session>(*this, std::move(peer));
  }
  [[nodiscard]] std::string_view subprotocol() const override { return "test.v1"; }
  std::shared_ptr<SocketPeer> peer() {
    const std::lock_guard lock(mutex);
    return last;
  }

  std::atomic<int> open{0};
  std::mutex mutex;
  std::shared_ptr<SocketPeer> last;
};

class WebSocketTest : public ServerTest {
 protected:
  void SetUp() override {
    context.emplace(1);
    client.emplace(context->get_executor());
  }
  void TearDown() override {
    client.reset();
    context->restart();
    context->run_for(std::chrono::milliseconds(50));
    running.reset();
  }
  WebSocketClient::Target target(std::string path = "/control", std::string token = "t") const {
    auto found = parseSocketUrl("ws://127.0.0.1:" + std::to_string(port()) + path);
    found->subprotocol = "test.v1";
    found->headers.add("Authorization", "Bearer " + token);
    return *found;
  }
  WebSocketClient::Callbacks callbacks() {
    return {[this] { opened = true; }, [this](std::string_view text) { texts.emplace_back(text); }, [this](const SocketClosed& end) { closed = end; }};
  }
  template <class F>
  bool runUntil(F&& done, std::chrono::milliseconds patience = patient(std::chrono::seconds(5))) {
    const auto until = std::chrono::steady_clock::now() + patience;
    context->restart();
    while (!done() && std::chrono::steady_clock::now() < until) context->run_one_for(std::chrono::milliseconds(20));
    return done();
  }

  EchoSockets sockets;
  std::optional<asio::io_context> context;
  std::optional<WebSocketClient> client;
  bool opened = false;
  std::vector<std::string> texts;
  std::optional<SocketClosed> closed;
};

TEST_F(WebSocketTest, carriesTextBothWaysAndClosesWithACode) {
  serve({}, &sockets);
  client->connect(target(), callbacks());
  ASSERT_TRUE(runUntil([&] { return opened; }));
  EXPECT_EQ(sockets.open, 1);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(client->send(std::to_string(i)));
  ASSERT_TRUE(runUntil([&] { return texts.size() == 100; }));
  EXPECT_EQ(texts.back(), "echo 99");
  client->send("bye");
  ASSERT_TRUE(runUntil([&] { return closed.has_value(); }));
  EXPECT_EQ(closed->code, 4000);
  EXPECT_EQ(closed->reason, "as you wish");
  EXPECT_TRUE(eventually([&] { return sockets.open == 0 && running->connections() == 0; }));
}

TEST_F(WebSocketTest, saysWhyAnUpgradeIsRefused) {
  serve({}, &sockets);
  client->connect(target("/control", "wrong"), callbacks());
  ASSERT_TRUE(runUntil([&] { return closed.has_value(); }));
  EXPECT_FALSE(opened);
  EXPECT_EQ(closed->http_status, 401);
}

TEST_F(WebSocketTest, saysThatNothingListens) {
  serve({}, &sockets);
  const auto there = target();
  running.reset();
  client->connect(there, callbacks());
  ASSERT_TRUE(runUntil([&] { return closed.has_value(); }));
  EXPECT_EQ(closed->code, 1006);
  EXPECT_NE(closed->reason.find("cannot be reached"), std::string::npos);
}

TEST_F(WebSocketTest, refusesAMessageBeyondTheLimit) {
  serve({}, &sockets);
  client->connect(target(), callbacks());
  ASSERT_TRUE(runUntil([&] { return opened; }));
  client->send(std::string(64 << 10, 'x'));
  ASSERT_TRUE(runUntil([&] { return texts.size() == 1; }));
  client->send(std::string((64 << 10) + 1, 'x'));
  ASSERT_TRUE(runUntil([&] { return closed.has_value(); }));
  EXPECT_EQ(closed->code, 1009) << closed->reason;
}

TEST_F(WebSocketTest, boundsWhatWaitsForASlowPeer) {
  ServerOptions options;
  options.socket_limits.max_queue = 1 << 20;
  serve(options, &sockets);
  client->connect(target(), callbacks());
  ASSERT_TRUE(runUntil([&] { return opened; }));
  const auto peer = sockets.peer();
  std::size_t taken = 0;  // the client does not read: its context does not run
  while (taken < 10'000 && peer->send(std::string(10'000, 'y'))) ++taken;
  EXPECT_LT(taken, 10'000u);
  EXPECT_LE(peer->queuedBytes(), (1u << 20) + 10'000);
  EXPECT_TRUE(runUntil([&] { return texts.size() == taken; }));
  EXPECT_TRUE(eventually([&] { return peer->queuedBytes() == 0; }));
}

TEST_F(WebSocketTest, pingsAndDropsASilentPeer) {
  ServerOptions options;
  options.socket_limits.ping = std::chrono::milliseconds(20);
  options.socket_limits.idle = std::chrono::milliseconds(150);
  serve(options, &sockets);
  client->connect(target(), callbacks());
  ASSERT_TRUE(runUntil([&] { return opened; }));
  runUntil([] { return false; }, std::chrono::milliseconds(300));
  EXPECT_FALSE(closed) << "pongs keep the socket alive";
  EXPECT_TRUE(eventually([&] { return sockets.open == 0; })) << "a client that does not run its context sends no pong";
}

TEST_F(WebSocketTest, closesSocketsWhenItDrains) {
  serve({}, &sockets);
  client->connect(target(), callbacks());
  ASSERT_TRUE(runUntil([&] { return opened; }));
  std::thread draining([&] { running->drain(std::chrono::seconds(5)); });
  EXPECT_TRUE(runUntil([&] { return closed.has_value(); }));
  draining.join();
  EXPECT_EQ(closed->code, 1001);
}

TEST_F(WebSocketTest, namesTheSubprotocolAndNothingElse) {
  serve({}, &sockets);
  RawClient raw(port());
  raw.send(raw.get("/control", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: test.v1\r\nAuthorization: Bearer t\r\n"));
  const std::string answer = raw.receive();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 "));
  EXPECT_NE(answer.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Sec-WebSocket-Protocol: test.v1\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("Beast"), std::string::npos);
}

TEST_F(WebSocketTest, readsUrls) {
  const auto plain = parseSocketUrl("ws://127.0.0.1:8788/control");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 8788);
  EXPECT_EQ(plain->path, "/control");
  EXPECT_EQ(parseSocketUrl("ws://[::1]:9")->host, "::1");
  const auto encrypted = parseSocketUrl("wss://router.test/control");
  ASSERT_TRUE(encrypted);
  EXPECT_TRUE(encrypted->tls && !plain->tls);
  EXPECT_EQ(encrypted->port, 443);
  for (const char* bad : {"http://x", "wss://", "ws://", "ws://x:0/", "ws://x:99999/", "ws://u:p@x:1/", "ws://[::1"})
    EXPECT_FALSE(parseSocketUrl(bad)) << bad;
}

}  // namespace
}  // namespace signalbox::server
