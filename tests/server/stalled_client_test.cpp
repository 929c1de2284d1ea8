// SPDX-License-Identifier: Apache-2.0
// Clients that stop reading, and a server that has to end all the same.
#include "server/handler.h"

#include "server/test_server.h"

namespace signalbox::server {
namespace {

using StalledClientTest = ServerTest;
using Clock = std::chrono::steady_clock;

// Answers with more than any socket buffers, and notes how it ended.
Behaviour largeAnswer(ScriptedHandler& handler, bool stream) {
  return [&handler, stream](http::Request&, Responder& responder) -> Task<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    handler.note("answering");
    Result<void> sent;
    if (stream) {
      const http::Headers headers;
      sent = co_await responder.start(200, headers);
      const std::string piece(100'000, 'p');
      while (sent) sent = co_await responder.write(piece);
      const auto last = co_await responder.write("data: {\"error\":{}}\n\n");
      handler.note(last ? "last words" : "no last words");
      responder.abort();
    } else {
      http::Response response;
      response.body.assign(20 << 20, 'b');
      sent = co_await responder.send(std::move(response));
    }
    handler.note(sent ? "sent" : responder.clientGone() ? "client gone" : "cut short");
  };
}

TEST_F(StalledClientTest, doesNotOutliveADrain) {
  handler.on("/whole", largeAnswer(handler, false));
  handler.on("/stream", largeAnswer(handler, true));
  serve();
  RawClient whole(port(), 8 << 10), stream(port(), 8 << 10);
  whole.send(whole.get("/whole"));
  stream.send(stream.get("/stream"));
  ASSERT_TRUE(eventually([&] { return handler.count("answering") == 2; }));
  const auto began = Clock::now();
  running->drain(Duration{});
  EXPECT_LT(Clock::now() - began, std::chrono::seconds(2)) << "below the grace that cancelled handlers have";
  EXPECT_EQ(handler.count("cut short"), 2u) << "both know that it was not the client who left";
}

}  // namespace
}  // namespace signalbox::server
