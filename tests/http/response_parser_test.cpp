// SPDX-License-Identifier: Apache-2.0
#include "http/response_parser.h"

#include <gtest/gtest.h>

namespace signalbox::http {
namespace {

using Status = ResponseParser::Status;

struct Read {
  Status status = Status::More;
  int code = 0;
  std::string body;
  bool keep_alive = false;
  std::string rest;  // bytes that were not asked for
  friend bool operator==(const Read&, const Read&) = default;
};

// Reads `bytes` in pieces of `step`, then the end of the connection.
Read read(std::string_view bytes, std::size_t step, ResponseLimits limits = {}) {
  ResponseParser parser(limits);
  Read out;
  std::size_t used = 0;
  while (out.status == Status::More && used < bytes.size()) {
    const auto got = parser.feed(bytes.substr(used, step), out.body);
    out.status = got.status;
    used += got.used;
  }
  if (out.status == Status::More) out.status = parser.end();
  out.code = parser.status();
  out.keep_alive = parser.keepAlive();
  out.rest = bytes.substr(used);
  if (out.status != Status::Done) out = {out.status, 0, {}, false, {}};  // how far a refusal came is nobody's business
  return out;
}

struct Case {
  std::string bytes;
  Read expected;
};

const std::vector<Case>& cases() {
  const std::string kHead = "HTTP/1.1 200 OK\r\n";
  static const std::vector<Case> kCases{
      {kHead + "Content-Length: 5\r\n\r\nhello", {Status::Done, 200, "hello", true, ""}},
      {kHead + "content-length:5\r\nConnection: Close\r\n\r\nhello", {Status::Done, 200, "hello", false, ""}},
      {kHead + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", {Status::Done, 200, "hello", true, ""}},
      {"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", {Status::Done, 200, "hi", true, ""}},
      {"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", {Status::Done, 200, "hi", true, ""}},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", {Status::Done, 200, "hi", false, ""}},
      {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", {Status::Done, 200, "hi", true, ""}},
      {"HTTP/1.1 204 No Content\r\n\r\n", {Status::Done, 204, "", true, ""}},
      {"HTTP/1.1 100 Continue\r\n\r\n" + kHead + "Content-Length: 2\r\n\r\nhi", {Status::Done, 200, "hi", true, ""}},
      {"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + kHead + "Content-Length: 2\r\n\r\nhi", {Status::Done, 200, "hi", true, ""}},
      {kHead + "\r\nuntil the end", {Status::Done, 200, "until the end", false, ""}},
      {kHead + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;name=\"a\"\r\n!\r\n0\r\n\r\n", {Status::Done, 200, "hello!", true, ""}},
      {kHead + "Transfer-Encoding: Chunked\r\n\r\n5  \r\nhello\r\n0\r\nX-After: 1\r\n\r\n", {Status::Done, 200, "hello", true, ""}},
      {kHead + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n", {Status::Done, 200, "hello", false, ""}},
      {kHead + "Content-Length: 2\r\n\r\nhi more", {Status::Done, 200, "hi", true, " more"}},
      {kHead + "Content-Length: 5\r\n\r\nhel", {Status::Malformed, 0, "", false, ""}},
      {kHead + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", {Status::Malformed, 0, "", false, ""}},
      {kHead + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {Status::Malformed, 0, "", false, ""}},
      {kHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", {Status::Malformed, 0, "", false, ""}},
      {kHead + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n", {Status::Malformed, 0, "", false, ""}},
      {kHead + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", {Status::Malformed, 0, "", false, ""}},
      {kHead + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", {Status::Malformed, 0, "", false, ""}},
      {kHead + "Content-Length: -5\r\n\r\n", {Status::Malformed, 0, "", false, ""}},
      {kHead + "Content-Length: 5x\r\n\r\nhello", {Status::Malformed, 0, "", false, ""}},
      {kHead + "No colon\r\n\r\n", {Status::Malformed, 0, "", false, ""}},
      {kHead + "A: b\r\n folded: c\r\n\r\n", {Status::Malformed, 0, "", false, ""}},
      {"HTTP/2 200\r\n\r\n", {Status::Malformed, 0, "", false, ""}},
      {"HTTP/1.1 999 X\r\n\r\n", {Status::Malformed, 0, "", false, ""}},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n", {Status::Malformed, 0, "", false, ""}},
      {"junk\r\n\r\n", {Status::Malformed, 0, "", false, ""}},
      {"", {Status::Malformed, 0, "", false, ""}},
  };
  return kCases;
}

TEST(ResponseParserTest, readsEveryFramingAndRefusesWhatIsNone) {
  for (const auto& one : cases()) EXPECT_EQ(read(one.bytes, one.bytes.size() + 1), one.expected) << one.bytes;
}

TEST(ResponseParserTest, theOutcomeDoesNotDependOnWhereTheBytesAreCut) {
  for (const auto& one : cases()) {
    for (const std::size_t step : {1u, 2u, 3u, 7u}) EXPECT_EQ(read(one.bytes, step), one.expected) << step << "\n" << one.bytes;
  }
}

TEST(ResponseParserTest, everyCutOfACompleteAnswerIsIncomplete) {
  for (const std::string bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      EXPECT_EQ(read(bytes.substr(0, cut), bytes.size()).status, Status::Malformed) << cut;
    }
  }
}

TEST(ResponseParserTest, boundsHeadLineFieldsAndBody) {
  const ResponseLimits limits{.max_head = 1024, .max_line = 256, .max_fields = 5, .max_body = 100};
  const auto status = [&](const std::string& bytes) { return read(bytes, bytes.size(), limits).status; };
  const std::string start = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(status(start + "A: " + std::string(300, 'x') + "\r\n\r\n"), Status::Malformed);
  EXPECT_EQ(status(start + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nF: 1\r\n\r\n"), Status::Malformed);
  std::string wide = start;
  for (const char c : {'A', 'B', 'C', 'D', 'E'}) wide += std::string(1, c) + ": " + std::string(230, 'x') + "\r\n";
  EXPECT_EQ(status(wide + "\r\n"), Status::Malformed);
  EXPECT_EQ(status(start + "Content-Length: 101\r\n\r\n"), Status::TooLarge);
  EXPECT_EQ(status(start + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n"), Status::TooLarge);
  EXPECT_EQ(status(start + "\r\n" + std::string(101, 'x')), Status::TooLarge);
  EXPECT_EQ(status(start + "Content-Length: 100\r\n\r\n" + std::string(100, 'x')), Status::Done);
  std::string interim;
  for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(status(interim + start + "Content-Length: 0\r\n\r\n"), Status::Malformed);
}

TEST(ResponseParserTest, readsOneAfterAnother) {
  ResponseParser parser;
  for (const std::string body : {"one", "three"}) {
    const std::string bytes = "HTTP/1.1 200 OK\r\nX-Body: " + body + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    std::string got;
    EXPECT_EQ(parser.feed(bytes, got).status, Status::Done);
    EXPECT_EQ(got, body);
    EXPECT_EQ(parser.headers().get("x-body"), body);
    parser.reset();
    EXPECT_FALSE(parser.begun());
  }
}

}  // namespace
}  // namespace signalbox::http
