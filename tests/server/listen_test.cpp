// SPDX-License-Identifier: Apache-2.0
#include "server/listener.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "server/test_server.h"

namespace signalbox::server {
namespace {

using ListenTest = ServerTest;

TEST_F(ListenTest, saysThatThePortIsInUse) {
  serve();
  ServerOptions again;
  again.listen.port = port();
  again.workers = 2;
  const auto second = Server::bind(again, handler, nullptr);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Io);
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(port())), std::string::npos);
  EXPECT_NE(second.error().message.find("choose another port"), std::string::npos);
}

TEST_F(ListenTest, refusesToListenBeyondLoopback) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    ServerOptions options;
    options.listen.address = address;
    const auto server = Server::bind(options, handler, nullptr);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().code, ErrorCode::InvalidConfig);
    EXPECT_NE(server.error().message.find("needs tls"), std::string::npos);
  }
  ServerOptions named;
  named.listen.address = "example.org";
  EXPECT_EQ(Server::bind(named, handler, nullptr).error().code, ErrorCode::InvalidConfig);
}

TEST_F(ListenTest, spreadsConnectionsOverItsWorkers) {
  ServerOptions options;
  options.workers = 2;
  serve(options);
  for (int i = 0; i < 64; ++i) {
    RawClient client(port());
    client.send(client.get("/x"));
    ASSERT_EQ(statusOf(client.answer()), 200);
  }
  EXPECT_EQ(handler.byWorker().size(), 2u) << "64 connections all on one of two workers";
}

TEST_F(ListenTest, tellsTheHandlerOfEachWorkersBeginAndEnd) {
  struct Counting : ScriptedHandler {
    void begin(Worker& worker) override { note("begin " + std::to_string(worker.index())); }
    void end(Worker& worker) override { note("end " + std::to_string(worker.index())); }
  } counting;
  ServerOptions options;
  options.workers = 2;
  auto server = Server::bind(options, counting, nullptr);
  ASSERT_TRUE(server);
  (*server)->start();
  EXPECT_TRUE(counting.await("begin 0") && counting.await("begin 1"));
  (*server)->drain(Duration{});
  EXPECT_EQ(counting.count("end 0") + counting.count("end 1"), 2u);
}

TEST_F(ListenTest, endsWithoutHavingStarted) {
  auto server = Server::bind({}, handler, nullptr);
  ASSERT_TRUE(server);
  const std::uint16_t was = (*server)->port();
  server->reset();
  ServerOptions again;
  again.listen.port = was;
  EXPECT_TRUE(Server::bind(again, handler, nullptr));
}

TEST_F(ListenTest, acceptsNoMoreThanItMayAndGoesOnWhenThereIsRoom) {
  ServerOptions options;
  options.limits.max_connections = 2;
  serve(options);
  auto first = std::make_unique<RawClient>(port());
  RawClient second(port());
  first->send(first->get("/1"));
  second.send(second.get("/2"));
  EXPECT_EQ(statusOf(first->answer()), 200);
  EXPECT_EQ(statusOf(second.answer()), 200);
  RawClient third(port());
  third.send(third.get("/3"));
  EXPECT_EQ(third.receive(std::chrono::milliseconds(200)), "");
  first.reset();
  EXPECT_EQ(statusOf(third.answer()), 200);
}

TEST_F(ListenTest, keepsDescriptorsBack) {
  serve();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int probe = ::dup(0);
  ASSERT_GE(probe, 0);
  ::close(probe);
  rlimit low = before;
  low.rlim_cur = static_cast<rlim_t>(probe) + 64 + 4;  // room for two pairs of client and server ends
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  std::vector<std::unique_ptr<RawClient>> clients;
  std::size_t answered = 0;
  for (int i = 0; i < 10; ++i) {
    auto& client = clients.emplace_back(std::make_unique<RawClient>(port()));
    client->send(client->get("/x"));
    if (!client->receive(std::chrono::milliseconds(100)).empty()) ++answered;
  }
  EXPECT_GE(answered, 1u);
  EXPECT_LT(answered, 5u);
  const auto last = std::move(clients.back());
  clients.clear();
  EXPECT_EQ(statusOf(last->answer()), 200) << "it goes on when descriptors are free again";
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_F(ListenTest, endsIdleAndSlowClients) {
  ServerOptions options;
  options.limits.keep_alive = std::chrono::milliseconds(100);
  options.limits.head_time = std::chrono::milliseconds(100);
  options.limits.body_grace = std::chrono::milliseconds(100);
  serve(options);
  RawClient idle(port());
  EXPECT_EQ(idle.untilEnd(), "");
  EXPECT_TRUE(idle.ended());
  RawClient head(port());
  head.send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(statusOf(head.untilEnd()), 408);
  RawClient body(port());
  const std::string post = body.post("/b", "1234567890");
  body.send(post.substr(0, post.size() - 5));
  EXPECT_EQ(statusOf(body.untilEnd()), 408);
  EXPECT_EQ(handler.count("refused 408"), 2u);
}

TEST_F(ListenTest, whatCameFastBuysNoSilence) {
  ServerOptions options;
  options.limits.body_grace = patient(std::chrono::milliseconds(300));
  options.limits.body_rate = 1;
  serve(options);
  RawClient body(port());
  const std::string post = body.post("/b", std::string(10'000, 'x'));
  body.send(post.substr(0, post.size() - 1));
  EXPECT_EQ(statusOf(body.untilEnd()), 408) << "at a byte a second it would have had three hours";
}

// Tells senders apart by a field; who has none is nobody.
struct KnowingHandler : ScriptedHandler {
  std::optional<Sender> sender(const http::Request& head) const override {
    const auto who = head.headers.get("x-who");
    return Sender{.known = !who.empty(), .name = std::string(who)};
  }
};

std::string large(const RawClient& client, std::string_view who, std::size_t bytes) {
  const std::string name = who.empty() ? std::string() : "X-Who: " + std::string(who) + "\r\n";
  return "POST /large HTTP/1.1\r\n" + client.host() + name + "Content-Type: application/json\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

class SenderTest : public ListenTest {
 protected:
  void serveKnowing() {
    knowing.on("/large", [](http::Request& request, Responder& responder) -> Task<void> {
      http::Response response;
      response.status = request.unread.empty() ? 200 : 429;
      response.body = std::to_string(request.body.size()) + " bytes";
      co_await responder.send(std::move(response));
    });
    ServerOptions options;
    options.limits.max_bodies_in_flight = 400'000;
    serve(options, knowing);
  }
  KnowingHandler knowing;
};

TEST_F(SenderTest, theBodyOfNobodyIsNotWaitedFor) {
  serveKnowing();
  RawClient stranger(port());
  stranger.send(large(stranger, "", 1'000'000) + std::string(100'000, 'x'));
  EXPECT_THAT(stranger.untilEnd(), ::testing::HasSubstr("0 bytes"));
  RawClient asks(port());
  std::string head = large(asks, "", 1'000);
  head.insert(head.size() - 2, "Expect: 100-continue\r\n");
  asks.send(head);
  const std::string answer = asks.untilEnd();
  EXPECT_EQ(statusOf(answer), 200) << "nor is it asked for";
  EXPECT_EQ(knowing.count("begin POST /large"), 2u);
}

TEST_F(SenderTest, noSenderHoldsMoreThanHalfOfTheRoom) {
  serveKnowing();
  RawClient greedy(port()), more(port()), other(port());
  greedy.send(large(greedy, "greedy", 190'001) + std::string(190'000, 'x'));
  EXPECT_TRUE(eventually([&] {
    RawClient probe(port());
    probe.send(large(probe, "greedy", 100'000) + std::string(100'000, 'x'));
    return statusOf(probe.untilEnd()) == 429;
  }));
  other.send(large(other, "other", 150'000) + std::string(150'000, 'x'));
  EXPECT_THAT(other.answer(), ::testing::HasSubstr("150000 bytes"));
  greedy.send("x");
  EXPECT_THAT(greedy.answer(), ::testing::HasSubstr("190001 bytes"));
  more.send(large(more, "greedy", 190'000) + std::string(190'000, 'x'));
  EXPECT_THAT(more.answer(), ::testing::HasSubstr("190000 bytes")) << "what has been answered holds nothing";
}

TEST_F(ListenTest, boundsTheBodiesOfAllRequestsTogether) {
  ServerOptions options;
  options.limits.max_body = 1000;
  options.limits.max_bodies_in_flight = 1500;
  serve(options);
  RawClient one(port());
  one.send("POST / HTTP/1.1\r\n" + one.host() + "Content-Type: application/json\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(statusOf(one.untilEnd()), 413);
  RawClient holding(port());
  const std::string post = holding.post("/hold", std::string(1000, 'x'));
  holding.send(post.substr(0, post.size() - 1));
  RawClient probe(port());
  EXPECT_TRUE(eventually([&] {
    RawClient other(port());
    other.send(other.post("/other", std::string(1000, 'y')));
    const std::string answer = other.answer();
    if (statusOf(answer) != 429) return false;
    return answer.find("retry-after: 1\r\n") != std::string::npos;
  }));
  holding.send("x");
  EXPECT_EQ(statusOf(holding.answer()), 200);
  probe.send(probe.post("/after", std::string(1000, 'z')));
  EXPECT_EQ(statusOf(probe.answer()), 200);
}

}  // namespace
}  // namespace signalbox::server
