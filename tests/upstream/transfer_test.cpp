// SPDX-License-Identifier: Apache-2.0
#include "upstream/transfer.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "upstream/scripted_upstream.h"

namespace signalbox::upstream {
namespace {

using Script = ScriptedUpstream::Script;

std::string answer(const std::string& body, const std::string& fields = {}) {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string kLastWord = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\nthe last word\r\n";

class TransferTest : public testing::Test {
 protected:
  // Runs a coroutine to its end on the worker's loop.
  template <class Body>
  void run(Body body) {
    io_.restart();
    boost::asio::co_spawn(io_, [&]() -> Task<void> {
      co_await body();
      io_.stop();
    }, [](const std::exception_ptr& problem) {
      if (problem) std::rethrow_exception(problem);
    });
    io_.run_for(std::chrono::seconds(20));
  }
  // One request's answer, or what went wrong.
  Task<Result<std::string>> call(ConnectionPool& pool, std::string_view body = "{}") {
    Transfer transfer(pool, "", {}, body);
    auto done = co_await transfer.wait(Transfer::Until::Done, steadyNow() + std::chrono::seconds(10));
    if (!done) co_return std::unexpected(done.error());
    co_return transfer.takeBytes();
  }

  // A call that ends with the last thing that is to be said, not with the answer.
  Task<void> hearTheLastWord(ConnectionPool& pool) {
    Transfer transfer(pool, "", {}, "{}");
    const auto heard = co_await transfer.wait(Transfer::Until::Data, steadyNow() + std::chrono::seconds(10));
    EXPECT_TRUE(heard.has_value());
    EXPECT_EQ(transfer.takeBytes(), "the last word");
    transfer.letEnd();
  }

  boost::asio::io_context io_;
  Wiring wiring_{io_.get_executor()};
};

TEST_F(TransferTest, usesAConnectionAgain) {
  ScriptedUpstream upstream({{.bytes = answer("one"), .then = {answer("two"), answer("three")}}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
  run([&]() -> Task<void> {
    for (const std::string expected : {"one", "two", "three"}) {
      const auto got = co_await call(pool);
      EXPECT_EQ(got, expected);
    }
  });
  EXPECT_EQ(upstream.served(), 3);
  EXPECT_EQ(upstream.connections(), 1);
}

// The upstream had the request and may have worked on it, however soon and however it closed: a reset takes no notice of what it
// acknowledges.
TEST_F(TransferTest, aKeptConnectionThatIsClosedOverTheRequestIsAFailureAndNotAskedAgain) {
  for (const bool resets : {false, true}) {
    for (const int silence_ms : {0, 5, 50}) {
      ScriptedUpstream upstream({{.bytes = answer("one"), .then = {""}, .silence = std::chrono::milliseconds(silence_ms), .resets = resets}, {.bytes = answer("two")}});
      ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
      run([&]() -> Task<void> {
        const auto first = co_await call(pool);
        EXPECT_EQ(first, "one");
        const auto second = co_await call(pool);
        EXPECT_EQ(second ? ErrorCode::Internal : second.error().code, ErrorCode::UpstreamConnect);
      });
      EXPECT_EQ(upstream.connections(), 1) << resets << ' ' << silence_ms;
    }
  }
}

TEST_F(TransferTest, takesTheFarewellOfAnIdleConnectionForNoAnswer) {
  const std::string farewell = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  ScriptedUpstream upstream({{.bytes = answer("one"), .late = farewell}, {.bytes = answer("two")}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
  run([&]() -> Task<void> {
    const auto first = co_await call(pool);
    EXPECT_EQ(first, "one");
    upstream.sendLate();  // the loop has not looked at its sockets since
    const auto second = co_await call(pool);
    EXPECT_EQ(second, "two");
  });
  EXPECT_EQ(upstream.connections(), 2);
}

TEST_F(TransferTest, takesNothingForAnAnswerThatCameBeforeTheRequestWent) {
  ScriptedUpstream upstream({{.bytes = answer("one"), .late = answer("nobody asked for this")}, {.bytes = answer("two")}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
  run([&]() -> Task<void> {
    const auto first = co_await call(pool);
    EXPECT_EQ(first, "one");
    upstream.sendLate();
    co_await boost::asio::post(io_, kAwaitable);  // the loop has seen the bytes and tells of them next
    const auto second = co_await call(pool);
    EXPECT_EQ(second, "two");
  });
  EXPECT_EQ(upstream.connections(), 2);
}

// With more than one transfer a request leaves at the end of the turn, in which bytes may come that the loop tells of after it.
TEST_F(TransferTest, looksBeforeItWritesLaterToo) {
  ScriptedUpstream upstream({{.bytes = answer("one"), .late = answer("nobody asked for this")}, {.bytes = answer("two")}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
  run([&]() -> Task<void> {
    wiring_.began();
    const auto first = co_await call(pool);
    EXPECT_EQ(first, "one");
    upstream.sendLate();
    const auto second = co_await call(pool);
    EXPECT_EQ(second, "two");
    wiring_.ended();
  });
  EXPECT_EQ(upstream.connections(), 2);
}

TEST_F(TransferTest, aNewConnectionThatGivesNothingIsAFailureAndNotAskedAgain) {
  ScriptedUpstream upstream({{.bytes = ""}, {.bytes = answer("never")}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
  run([&]() -> Task<void> {
    const auto got = co_await call(pool);
    EXPECT_EQ(got ? ErrorCode::Internal : got.error().code, ErrorCode::UpstreamConnect);
  });
  EXPECT_EQ(upstream.connections(), 1);
}

TEST_F(TransferTest, doesNotUseAConnectionAgainAfterBytesThatNobodyAskedFor) {
  ScriptedUpstream upstream({{.bytes = answer("one") + "HTTP/1.1 200 OK\r\n", .keep_open = true}, {.bytes = answer("two")}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
  run([&]() -> Task<void> {
    const auto first = co_await call(pool);
    EXPECT_EQ(first, "one");
    const auto second = co_await call(pool);
    EXPECT_EQ(second, "two");
  });
}

TEST_F(TransferTest, doesNotUseAConnectionAgainThatTheUpstreamWantsClosed) {
  // It would go on answering there.
  ScriptedUpstream upstream({{.bytes = answer("one", "Connection: close\r\n"), .then = {answer("on the same")}}, {.bytes = answer("two")}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
  run([&]() -> Task<void> {
    const auto first = co_await call(pool);
    EXPECT_EQ(first, "one");
    const auto second = co_await call(pool);
    EXPECT_EQ(second, "two");
  });
  EXPECT_EQ(upstream.connections(), 2);
}

TEST_F(TransferTest, usesAConnectionAgainWhoseAnswerEndedAPacketAfterItsLastWord) {
  ScriptedUpstream upstream({{.bytes = kLastWord, .then = {answer("two")}, .late = "0\r\n\r\n"}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
  run([&]() -> Task<void> {
    co_await hearTheLastWord(pool);
    EXPECT_EQ(pool.kept(), 0u);
    upstream.sendLate();
    while (pool.kept() == 0) co_await boost::asio::post(io_, kAwaitable);
    const auto second = co_await call(pool);
    EXPECT_EQ(second, "two");
  });
  EXPECT_EQ(upstream.served(), 2);
  EXPECT_EQ(upstream.connections(), 1);
}

TEST_F(TransferTest, closesAConnectionWhoseAnswerDoesNotEndSoon) {
  const std::string much = "2000\r\n" + std::string(0x2000, 'x') + "\r\n0\r\n\r\n";
  for (const std::string& late : {much, std::string("0\r\n\r\nHTTP/1.1 200 OK\r\n"), std::string("z\r\n")}) {
    ScriptedUpstream upstream({{.bytes = kLastWord, .then = {answer("on the same")}, .late = late}, {.bytes = answer("two")}});
    ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
    run([&]() -> Task<void> {
      co_await hearTheLastWord(pool);
      upstream.sendLate();
      const auto second = co_await call(pool);  // it is served when the first connection has been closed
      EXPECT_EQ(second, "two") << late.substr(0, 30);
    });
  }
  ScriptedUpstream silent({{.bytes = kLastWord, .keep_open = true}, {.bytes = answer("two")}});
  ConnectionPool pool(wiring_, {silent.url(), {}}, {});
  run([&]() -> Task<void> {
    co_await hearTheLastWord(pool);
    const auto second = co_await call(pool);
    EXPECT_EQ(second, "two");
  });
}

TEST_F(TransferTest, sendsALargeBodyWhole) {
  ScriptedUpstream upstream({{.bytes = answer("read it")}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {{"Content-Type", "application/json"}});
  const std::string body(8u << 20, 'x');
  run([&]() -> Task<void> {
    const auto got = co_await call(pool, body);
    EXPECT_EQ(got, "read it");
  });
  EXPECT_EQ(upstream.bodyBytes(), body.size());
}

TEST_F(TransferTest, tellsABrokenAnswerFromAnEndedOne) {
  struct Case { std::string bytes; std::optional<ErrorCode> error; };
  const std::vector<Case> cases{
      {"HTTP/1.1 200 OK\r\n\r\nuntil the end", {}},
      {"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nshort", ErrorCode::UpstreamTruncated},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", ErrorCode::UpstreamTruncated},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\n\r\n", {}},
      {"HTTP/1.1 200 OK\r\nContent-Le", ErrorCode::UpstreamTruncated},
      {"SSH-2.0-OpenSSH_9.2\r\n", ErrorCode::UpstreamMalformed},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", ErrorCode::UpstreamMalformed}};
  for (const auto& one : cases) {
    ScriptedUpstream upstream({{.bytes = one.bytes}});
    ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
    run([&]() -> Task<void> {
      const auto got = co_await call(pool);
      EXPECT_EQ(got ? std::nullopt : std::optional(got.error().code), one.error) << one.bytes;
    });
  }
}

TEST_F(TransferTest, nothingIsTakenInWhileNobodyReadsIt) {
  const std::string much(3u << 20, 'y');
  ScriptedUpstream upstream({{.bytes = answer(much)}});
  ConnectionPool pool(wiring_, {upstream.url(), {}}, {});
  run([&]() -> Task<void> {
    Transfer transfer(pool, "", {}, "{}");
    std::size_t got = 0;
    while (!transfer.done()) {
      const auto more = co_await transfer.wait(Transfer::Until::Data, steadyNow() + std::chrono::seconds(10));
      EXPECT_TRUE(more.has_value());
      if (!more) break;
      const std::size_t piece = transfer.takeBytes().size();
      EXPECT_LE(piece, (256u << 10) + (64u << 10));
      got += piece;
    }
    EXPECT_EQ(got, much.size());
  });
}

// A name that needs a look-up: libcurl answers "localhost" itself.
TEST_F(TransferTest, findsAnUpstreamByName) {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_INET;
  const bool here = ::getaddrinfo(name, nullptr, &hints, &found) == 0 && found != nullptr &&
                    reinterpret_cast<sockaddr_in*>(found->ai_addr)->sin_addr.s_addr == htonl(INADDR_LOOPBACK);
  if (found) ::freeaddrinfo(found);
  if (!here) GTEST_SKIP() << "SKIPPED: the name of this machine, " << name << ", is not 127.0.0.1";
  ScriptedUpstream upstream({{.bytes = answer("found")}});
  std::string url = upstream.url();
  url.replace(url.find("127.0.0.1"), 9, name);
  ConnectionPool pool(wiring_, {url, {}}, {});
  run([&]() -> Task<void> {
    const auto got = co_await call(pool);
    EXPECT_EQ(got, "found");
  });
}

}  // namespace
}  // namespace signalbox::upstream
