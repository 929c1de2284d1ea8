// SPDX-License-Identifier: Apache-2.0
#include "server/handler.h"

#include "server/test_server.h"

namespace signalbox::server {
namespace {

using StreamTest = ServerTest;
using Clock = std::chrono::steady_clock;

http::Headers eventStream() {
  http::Headers headers;
  headers.add("content-type", "text/event-stream");
  return headers;
}

// Streams `count` pieces and notes how it ended. Its cancellation does not throw, so that it can be noted.
Behaviour streamOf(ScriptedHandler& handler, std::size_t count, std::string piece) {
  return [&handler, count, piece](http::Request&, Responder& responder) -> Task<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    const http::Headers headers = eventStream();
    co_await responder.start(200, headers);
    for (std::size_t i = 0; i < count; ++i) {
      const auto written = co_await responder.write(piece);
      if (!written) {
        handler.note(written.error().code == ErrorCode::ClientGone ? "client gone" : "other error");
        co_return;
      }
      handler.note("wrote");
    }
    const auto finished = co_await responder.finish();
    handler.note(finished ? "finished" : "not finished");
  };
}

// Waits until it is cancelled.
Behaviour waiting(ScriptedHandler& handler, bool stream) {
  return [&handler, stream](http::Request&, Responder& responder) -> Task<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    if (stream) {
      const http::Headers headers = eventStream();
      co_await responder.start(200, headers);
      co_await responder.write("data: 1\n\n");
    }
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(std::chrono::seconds(30));
    handler.note("waiting");
    co_await timer.async_wait(asio::as_tuple(kAwaitable));
    handler.note(responder.clientGone() ? "client gone" : "cancelled");
    if (responder.clientGone()) co_return;
    co_await responder.write("data: {\"error\":{}}\n\n");
    responder.abort();
  };
}

TEST_F(StreamTest, sendsChunksAndTheLastOne) {
  handler.on("/s", streamOf(handler, 50, "data: x\n\n"));
  serve();
  RawClient client(port());
  for (int round = 0; round < 2; ++round) {
    client.send(client.get("/s"));
    const std::string answer = client.answer();
    EXPECT_NE(answer.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
    bool complete = false;
    EXPECT_EQ(unchunk(bodyOf(answer), &complete).size(), 50 * 9u);
    EXPECT_TRUE(complete);
  }
}

TEST_F(StreamTest, sendsLargePiecesWhole) {
  const std::string piece = std::string(300'000, 'a') + "b";
  handler.on("/s", streamOf(handler, 20, piece));
  serve();
  RawClient client(port());
  client.send(client.get("/s", "Connection: close\r\n"));
  bool complete = false;
  const std::string body = unchunk(bodyOf(client.untilEnd()), &complete);
  EXPECT_TRUE(complete);
  std::string expected;
  for (int i = 0; i < 20; ++i) expected += piece;
  EXPECT_TRUE(body == expected);
}

TEST_F(StreamTest, sendsCommentsWhileAnEventStreamIsSilent) {
  handler.on("/s", [](http::Request&, Responder& responder) -> Task<void> {
    const http::Headers headers = eventStream();
    co_await responder.start(200, headers);
    for (const char* event : {"data: 1\n\n", "data: 2\n\n"}) {
      co_await responder.write(event);
      asio::steady_timer silence(co_await asio::this_coro::executor, std::chrono::milliseconds(500));
      co_await silence.async_wait(kAwaitable);
    }
    co_await responder.finish();
  });
  ServerOptions options;
  options.limits.heartbeat = std::chrono::milliseconds(150);
  serve(options);
  RawClient client(port());
  client.send(client.get("/s"));
  bool complete = false;
  const std::string body = unchunk(bodyOf(client.answer()), &complete);
  EXPECT_TRUE(complete);
  EXPECT_TRUE(body.starts_with("data: 1\n\n: \n\n")) << body;
  const auto second = body.find("data: 2\n\n: \n\n");
  EXPECT_NE(second, std::string::npos) << body;
  EXPECT_TRUE(body.ends_with(": \n\n")) << body;
}

TEST_F(StreamTest, endsAStreamToHttp10ByClosing) {
  handler.on("/s", streamOf(handler, 2, "data: x\n\n"));
  serve();
  RawClient client(port());
  client.send("GET /s HTTP/1.0\r\n" + client.host() + "Connection: keep-alive\r\n\r\n");
  EXPECT_EQ(bodyOf(client.untilEnd()), "data: x\n\ndata: x\n\n");
  EXPECT_TRUE(client.ended());
}

TEST_F(StreamTest, holdsTheWriterWhileTheClientReadsSlowly) {
  const std::string piece(10'000, 'p');
  handler.on("/s", streamOf(handler, 5'000, piece));
  ServerOptions options;
  options.workers = 1;
  serve(options);
  RawClient client(port(), 32 << 10), other(port());
  client.send(client.get("/s", "Connection: close\r\n"));
  ASSERT_TRUE(handler.await("wrote"));
  // The one worker answers somebody else ten times and the writer has added nothing meanwhile: it is held.
  std::size_t wrote = 0;
  for (int idle = 0; idle < 10;) {
    other.send(other.get("/x"));
    ASSERT_EQ(statusOf(other.answer()), 200);
    const std::size_t before = std::exchange(wrote, handler.count("wrote"));
    ASSERT_LT(wrote, 5'000u);
    idle = before == wrote ? idle + 1 : 0;
  }
  bool complete = false;
  EXPECT_EQ(unchunk(bodyOf(client.untilEnd()), &complete).size(), 5'000 * piece.size());
  EXPECT_TRUE(complete);
  EXPECT_TRUE(handler.await("finished"));
}

TEST_F(StreamTest, givesUpOnAClientThatTakesNothing) {
  handler.on("/s", streamOf(handler, 100'000, std::string(10'000, 'p')));
  ServerOptions options;
  options.limits.write_stall = std::chrono::milliseconds(200);
  serve(options);
  RawClient client(port(), 32 << 10);
  client.send(client.get("/s"));
  EXPECT_TRUE(handler.await("client gone"));
}

TEST_F(StreamTest, cancelsTheHandlerWhenTheClientGoesAway) {
  handler.on("/before", waiting(handler, false));
  handler.on("/during", waiting(handler, true));
  serve();
  for (const char* path : {"/before", "/during"}) {
    const std::size_t before = handler.count("client gone");
    const std::size_t waits = handler.count("waiting");
    RawClient client(port());
    client.send(client.get(path));
    ASSERT_TRUE(eventually([&] { return handler.count("waiting") > waits; }));
    const auto closed = Clock::now();
    client.close();
    ASSERT_TRUE(eventually([&] { return handler.count("client gone") > before; }));
    EXPECT_LT(Clock::now() - closed, patient(std::chrono::milliseconds(100))) << path;
  }
  EXPECT_TRUE(eventually([&] { return running->connections() == 0; }));
}

// Such a handler returns as if nothing had been, with its task cancelled: that must end it alone and not the worker.
TEST_F(StreamTest, servesOnAfterAHandlerThatLearnedOfTheLossFromItsWrite) {
  handler.on("/s", [](const http::Request&, Responder& responder) -> Task<void> {
    co_await responder.start(200, {});
    const std::string piece(64 << 10, 'p');
    while (true) {
      const auto written = co_await responder.write(piece);
      if (!written) co_return;
    }
  });
  ServerOptions options;
  options.workers = 1;
  serve(options);
  for (int i = 0; i < 3; ++i) {
    RawClient client(port());
    client.send(client.get("/s"));
    EXPECT_FALSE(client.receive().empty());
  }
  RawClient client(port());
  client.send(client.get("/x"));
  EXPECT_EQ(statusOf(client.answer()), 200);
}

TEST_F(StreamTest, noticesTheLossEvenBehindALargeReadAhead) {
  handler.on("/before", waiting(handler, false));
  serve();
  RawClient client(port());
  client.send(client.get("/before"));
  ASSERT_TRUE(handler.await("waiting"));
  client.send(std::string(90'000, '\n'));
  const auto closed = Clock::now();
  client.close();
  ASSERT_TRUE(handler.await("client gone"));
  EXPECT_LT(Clock::now() - closed, patient(std::chrono::milliseconds(500)));  // five times the figure
}

TEST_F(StreamTest, abortLeavesNoLastChunkAndSendsWhatWasWritten) {
  handler.on("/a", [](http::Request&, Responder& responder) -> Task<void> {
    const http::Headers headers = eventStream();
    co_await responder.start(200, headers);
    co_await responder.write("data: {\"error\":{}}\n\n");
    responder.abort();
  });
  serve();
  RawClient client(port());
  client.send(client.get("/a"));
  const std::string answer = client.untilEnd();
  bool complete = true;
  EXPECT_EQ(unchunk(bodyOf(answer), &complete), "data: {\"error\":{}}\n\n");
  EXPECT_FALSE(complete);
  RawClient old(port());
  old.send("GET /a HTTP/1.0\r\n" + old.host() + "\r\n");
  old.untilEnd();
  EXPECT_TRUE(old.wasReset()) << "only a reset tells HTTP/1.0 that a stream was cut";
}

TEST_F(StreamTest, doesNotCompleteAStreamWhoseHandlerEndsEarly) {
  handler.on("/e", [](http::Request&, Responder& responder) -> Task<void> {
    const http::Headers headers = eventStream();
    co_await responder.start(200, headers);
    co_await responder.write("data: 1\n\n");
  });
  serve();
  RawClient client(port());
  client.send(client.get("/e"));
  bool complete = true;
  EXPECT_EQ(unchunk(bodyOf(client.untilEnd()), &complete), "data: 1\n\n");
  EXPECT_FALSE(complete);
}

TEST_F(StreamTest, neverLetsAHeaderBeginALineOfItsOwn) {
  handler.on("/h", [](http::Request&, Responder& responder) -> Task<void> {
    http::Response response;
    response.headers.add("x-a", "1\r\nx-injected: 2");
    response.headers.add("Transfer-Encoding", "gzip");
    response.headers.add("Content-Length", "99");
    response.body = "b";
    co_await responder.send(std::move(response));
  });
  serve();
  RawClient client(port());
  client.send(client.get("/h"));
  const std::string answer = client.answer();
  EXPECT_EQ(answer.find("\nx-injected"), std::string::npos);
  EXPECT_EQ(answer.find("gzip"), std::string::npos);
  EXPECT_NE(answer.find("Content-Length: 1\r\n"), std::string::npos);
}

TEST_F(StreamTest, whileADrainWaitsAnIdleConnectionIsAnsweredOnceMore) {
  Gate gate;
  handler.on("/open", [&](http::Request&, Responder& out) -> Task<void> {
    co_await gate.passed();
    http::Response response;
    response.body = "at last";
    co_await out.send(std::move(response));
  });
  ServerOptions options;
  options.workers = 2;
  serve(options);
  RawClient open(port()), probe(port()), unused(port());
  open.send(open.get("/open"));
  ASSERT_TRUE(handler.await("begin GET /open"));
  probe.send(probe.get("/before"));
  ASSERT_EQ(statusOf(probe.answer()), 200);
  std::thread draining([&] { running->drain(std::chrono::seconds(30)); });
  ASSERT_TRUE(eventually([&] { return !RawClient(port()).connected(); })) << "nobody new is let in";
  probe.send(probe.get("/probe"));
  const std::string answer = probe.answer();
  EXPECT_EQ(statusOf(answer), 200);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
  EXPECT_EQ(probe.receive(), "") << "it has been told and closed";
  gate.open();
  EXPECT_EQ(statusOf(open.answer()), 200);
  draining.join();
  EXPECT_EQ(unused.receive(), "");
}

TEST_F(StreamTest, drainLetsStreamsEndAndThenCancelsThem) {
  handler.on("/wait", waiting(handler, true));
  Gate gate;
  handler.on("/short", [&gate](http::Request&, Responder& responder) -> Task<void> {
    const http::Headers headers = eventStream();
    co_await responder.start(200, headers);
    co_await gate.passed();
    co_await responder.write("data: end\n\n");
    co_await responder.finish();
  });
  serve();
  RawClient idle(port()), ending(port()), stuck(port());
  idle.send(idle.get("/x"));
  (void)idle.answer();
  ending.send(ending.get("/short"));
  stuck.send(stuck.get("/wait"));
  ASSERT_TRUE(handler.await("waiting"));
  ASSERT_TRUE(handler.await("begin GET /short"));
  std::thread draining([&] { running->drain(patient(std::chrono::milliseconds(400))); });
  EXPECT_TRUE(eventually([&] { return !RawClient(port()).connected(); })) << "the drain has begun";
  gate.open();
  bool complete = false;
  EXPECT_EQ(unchunk(bodyOf(ending.untilEnd()), &complete), "data: end\n\n");
  EXPECT_TRUE(complete);
  EXPECT_NE(stuck.untilEnd().find("{\"error\":{}}"), std::string::npos) << "a cancelled handler may still say so";
  draining.join();
  EXPECT_EQ(idle.untilEnd(), "");
  EXPECT_TRUE(idle.ended());
  EXPECT_EQ(handler.count("cancelled"), 1u);
  EXPECT_FALSE(RawClient(port()).connected());
}

TEST_F(StreamTest, aSecondDrainHastensTheFirst) {
  handler.on("/wait", waiting(handler, false));
  serve();
  RawClient client(port());
  client.send(client.get("/wait"));
  ASSERT_TRUE(handler.await("waiting"));
  const auto began = Clock::now();
  std::thread first([&] { running->drain(std::chrono::seconds(30)); });
  ASSERT_TRUE(eventually([&] { return !RawClient(port()).connected(); }));
  running->drain(Duration{});
  first.join();
  EXPECT_LT(Clock::now() - began, patient(std::chrono::seconds(5)));
}

}  // namespace
}  // namespace signalbox::server
