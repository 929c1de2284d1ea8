// SPDX-License-Identifier: Apache-2.0
#include "server/server.h"

#include "server/test_server.h"

namespace signalbox::server {
namespace {

using RequestTest = ServerTest;

TEST_F(RequestTest, answersAGetAndKeepsTheConnection) {
  serve();
  RawClient client(port());
  for (int i = 0; i < 3; ++i) {
    client.send(client.get("/hello?n=" + std::to_string(i)));
    const std::string answer = client.answer();
    EXPECT_EQ(statusOf(answer), 200);
    EXPECT_EQ(bodyOf(answer), "GET /hello?n=" + std::to_string(i) + " ");
    EXPECT_NE(answer.find("\r\nDate: "), std::string::npos);
  }
  EXPECT_EQ(running->connections(), 1u);
}

TEST_F(RequestTest, answersPipelinedRequestsInOrder) {
  Gate gate;
  handler.on("/slow", [&gate](http::Request&, Responder& responder) -> Task<void> {
    co_await gate.passed();
    http::Response response;
    response.body = "slow";
    co_await responder.send(std::move(response));
  });
  serve();
  RawClient client(port());
  std::string all = client.get("/slow");
  for (int i = 0; i < 200; ++i) all += i % 2 ? client.get("/" + std::to_string(i)) : client.post("/" + std::to_string(i), "{}");
  client.send(all);
  ASSERT_TRUE(handler.await("begin GET /slow"));
  gate.open();
  EXPECT_EQ(bodyOf(client.answer()), "slow");
  for (int i = 0; i < 200; ++i) {
    const std::string target = "/" + std::to_string(i);
    EXPECT_EQ(bodyOf(client.answer()), i % 2 ? "GET " + target + " " : "POST " + target + " {}");
  }
}

TEST_F(RequestTest, takesABodyInAnyDivision) {
  serve();
  RawClient client(port());
  const std::string head = "POST /c HTTP/1.1\r\n" + client.host() + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& chunks : {std::string("0\r\n\r\n"), std::string("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n")}) {
    for (const char byte : head + chunks) ASSERT_TRUE(client.send(std::string_view(&byte, 1)));
    const std::string answer = client.answer();
    EXPECT_EQ(statusOf(answer), 200);
    EXPECT_EQ(bodyOf(answer), chunks.size() > 5 ? "POST /c abcde" : "POST /c ");
  }
  const std::string large(3 << 20, 'x');
  client.send(client.post("/large", large));
  EXPECT_EQ(bodyOf(client.answer()), "POST /large " + large);
}

TEST_F(RequestTest, saysContinueToAClientThatWaitsForIt) {
  serve();
  RawClient client(port());
  const std::string post = client.post("/e", "12345", "Expect: 100-continue\r\n");
  client.send(post.substr(0, post.size() - 5));
  EXPECT_EQ(client.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("12345");
  EXPECT_EQ(bodyOf(client.answer()), "POST /e 12345");
}

TEST_F(RequestTest, leavesTheBodyOutForHeadAndKeepsItsLength) {
  serve();
  RawClient client(port());
  client.send("HEAD /h HTTP/1.1\r\n" + client.host() + "\r\n" + client.get("/next"));
  const std::string head = client.answer(true);
  EXPECT_NE(head.find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_EQ(bodyOf(client.answer()), "GET /next ");
}

TEST_F(RequestTest, closesWhenTheClientOrItsVersionAsksForIt) {
  serve();
  RawClient closing(port());
  closing.send(closing.get("/a", "Connection: close\r\n"));
  EXPECT_NE(closing.untilEnd().find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(closing.ended());
  RawClient old(port());
  old.send("GET /b HTTP/1.0\r\n" + old.host() + "\r\n");
  EXPECT_EQ(bodyOf(old.untilEnd()), "GET /b ");
  EXPECT_TRUE(old.ended());
}

TEST_F(RequestTest, refusesForeignHostsOtherSitesAndPlainPosts) {
  serve();
  const auto ask = [&](const std::string& request) {
    RawClient client(port());
    client.send(request);
    const std::string answer = client.untilEnd();
    EXPECT_NE(answer.find("{\"error\":{\"message\":"), std::string::npos);
    EXPECT_NE(answer.find("x-signalbox-decision-id: "), std::string::npos);
    EXPECT_EQ(answer.find("ccess-"), std::string::npos) << "no CORS header is ever sent";
    return statusOf(answer);
  };
  const std::string host = "Host: localhost:" + std::to_string(port()) + "\r\n";
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421);
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), 421);
  EXPECT_EQ(ask("GET / HTTP/1.0\r\n\r\n"), 421);
  EXPECT_EQ(ask("GET / HTTP/1.1\r\n" + host + "Sec-Fetch-Site: cross-site\r\n\r\n"), 403);
  EXPECT_EQ(ask("POST / HTTP/1.1\r\n" + host + "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx"), 415);
  EXPECT_EQ(ask("POST / HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n"), 415);
  EXPECT_EQ(ask("GET / HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n"), 400);
  EXPECT_EQ(handler.count("refused 421"), 3u);
  EXPECT_EQ(handler.count("begin GET /"), 0u);
}

TEST_F(RequestTest, turnsAHandlerThatFailsOrForgetsIntoA500) {
  handler.on("/throw", [](http::Request&, Responder&) -> Task<void> {
    throw std::runtime_error("a test's failure");
    co_return;
  });
  handler.on("/forget", [](http::Request&, Responder&) -> Task<void> { co_return; });
  serve();
  for (const char* path : {"/throw", "/forget"}) {
    RawClient client(port());
    client.send(client.get(path));
    EXPECT_EQ(statusOf(client.untilEnd()), 500);
    EXPECT_TRUE(client.ended());
  }
}

}  // namespace
}  // namespace signalbox::server
