// SPDX-License-Identifier: Apache-2.0
#include "http/framing.h"

#include <gtest/gtest.h>
#include <source_dir.h>

#include <filesystem>
#include <fstream>

#include "base/strings.h"

namespace signalbox::http {
namespace {

constexpr std::string_view kSecond = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

struct Case {
  std::string where, verdict, why, bytes;
};

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'r': out += '\r'; break;
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case '0': out += '\0'; break;
      case 'x': out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)); i += 2; break;
      default: out += text[i];
    }
  }
  return out;
}

// Replaces the braces from the inside out; the escapes come last, so that they may stand inside.
std::string expand(std::string text) {
  while (true) {
    const std::size_t close = text.find('}');
    if (close == std::string::npos) return unescape(text);
    const std::size_t open = text.rfind('{', close);
    const std::string inside = text.substr(open + 1, close - open - 1);
    std::string with;
    const std::string post(R"(POST / HTTP/1.1\r\nHost: a\r\n)");
    if (inside == "G") with = "GET / HTTP/1.1\\r\\nHost: a\\r\\n";
    else if (inside == "P") with = post;
    else if (inside == "C") with.append(post).append(R"(Transfer-Encoding: chunked\r\n)");
    else if (inside == "E") with = "\\r\\n\\r\\n";
    else {
      const std::size_t star = inside.rfind('*');
      for (int n = std::stoi(inside.substr(star + 1)); n > 0; --n) with += inside.substr(0, star);
    }
    text.replace(open, close - open + 1, with);
  }
}

std::vector<Case> corpus() {
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(SIGNALBOX_SOURCE_DIR "/tests/http/smuggling")) {
    if (entry.path().extension() != ".txt") continue;
    std::ifstream file(entry.path());
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
      if (line.empty() || line.front() == '#') continue;
      const std::size_t first = line.find(" | ");
      const std::size_t second = line.find(" | ", first + 3);
      cases.push_back({entry.path().filename().string() + ":" + std::to_string(number), std::string(trim(line.substr(0, first))),
                       std::string(trim(line.substr(first + 3, second - first - 3))), expand(line.substr(second + 3))});
    }
  }
  return cases;
}

struct Reading {
  std::vector<std::string> requests;
  std::string end;  // "more" or the status of the refusal
  bool operator==(const Reading&) const = default;
};

class Reader {
 public:
  void give(std::string_view bytes) {
    while (reading_.end.empty()) {
      const auto step = parser_.feed(bytes);
      bytes.remove_prefix(step.used);
      switch (step.status) {
        case RequestParser::Status::More: return;
        case RequestParser::Status::Head: break;
        case RequestParser::Status::Refused: reading_.end = std::to_string(parser_.refusal().status); return;
        case RequestParser::Status::Done: {
          const Request request = parser_.take();
          std::string text = request.method + " " + request.target;
          for (const auto& [name, value] : request.headers) text.append("|").append(name).append("=").append(value);
          reading_.requests.push_back(text + "|" + request.body);
          break;
        }
      }
    }
  }
  [[nodiscard]] Reading result() {
    if (reading_.end.empty()) reading_.end = parser_.begun() ? "more" : "";
    return reading_;
  }

 private:
  static FramingLimits limits() {
    FramingLimits out;
    out.max_body = 100'000;
    return out;
  }
  RequestParser parser_{limits()};
  Reading reading_;
};

Reading readWhole(std::string_view bytes) {
  Reader reader;
  reader.give(bytes);
  return reader.result();
}
Reading readCut(std::string_view bytes, std::size_t at) {
  Reader reader;
  reader.give(bytes.substr(0, at));
  reader.give(bytes.substr(at));
  return reader.result();
}
Reading readByByte(std::string_view bytes) {
  Reader reader;
  for (std::size_t i = 0; i < bytes.size(); ++i) reader.give(bytes.substr(i, 1));
  return reader.result();
}

TEST(FramingTest, readsTheCorpusAsItSays) {
  const auto cases = corpus();
  EXPECT_GE(cases.size(), 150u);
  for (const Case& test : cases) {
    const Reading reading = readWhole(test.bytes);
    if (test.verdict.starts_with("ok")) {
      const std::size_t count = test.verdict == "ok" ? 1 : std::stoul(test.verdict.substr(3));
      EXPECT_EQ(reading.requests.size(), count) << test.where << " " << test.why;
      EXPECT_EQ(reading.end, "") << test.where << " " << test.why;
    } else {
      EXPECT_EQ(reading.end, test.verdict) << test.where << " " << test.why;
    }
  }
}

TEST(FramingTest, readsTheSameHoweverTheBytesAreDivided) {
  for (const Case& test : corpus()) {
    const Reading whole = readWhole(test.bytes);
    EXPECT_EQ(readByByte(test.bytes), whole) << test.where << " " << test.why;
    const std::size_t step = test.bytes.size() > 2000 ? 97 : 1;
    for (std::size_t at = 0; at < test.bytes.size(); at += step) EXPECT_EQ(readCut(test.bytes, at), whole) << test.where << " at " << at;
  }
}

TEST(FramingTest, neverSeesASecondRequestBehindARefusedOne) {
  for (const Case& test : corpus()) {
    if (test.verdict.starts_with("ok") || test.verdict == "more") continue;
    const Reading reading = readWhole(test.bytes + std::string(kSecond));
    EXPECT_EQ(reading.end, test.verdict) << test.where;
    for (const std::string& request : reading.requests) EXPECT_FALSE(request.starts_with("GET /smuggled")) << test.where << " " << test.why;
  }
}

TEST(FramingTest, seesExactlyOneRequestMoreBehindACompleteOne) {
  for (const Case& test : corpus()) {
    if (!test.verdict.starts_with("ok")) continue;
    const std::size_t alone = readWhole(test.bytes).requests.size();
    const Reading reading = readWhole(test.bytes + std::string(kSecond));
    ASSERT_EQ(reading.requests.size(), alone + 1) << test.where << " " << test.why;
    EXPECT_TRUE(reading.requests.back().starts_with("GET /smuggled|Host=a|")) << test.where;
  }
}

TEST(FramingTest, givesTheBodyWithoutItsChunks) {
  const Reading reading = readWhole("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;e\r\n!\r\n0\r\nT: 1\r\n\r\n");
  ASSERT_EQ(reading.requests.size(), 1u);
  EXPECT_EQ(reading.requests[0], "POST /x|Host=a|Transfer-Encoding=chunked|hello!");
}

TEST(FramingTest, cutsAbsoluteFormDownToItsPath) {
  EXPECT_EQ(readWhole("GET http://a:1/x?y HTTP/1.1\r\nHost: a:1\r\n\r\n").requests.at(0), "GET /x?y|Host=a:1|");
}

TEST(FramingTest, readsWhatIsSaidAboutTheConnection) {
  const auto keeps = [](std::string_view rest) {
    RequestParser parser;
    EXPECT_EQ(parser.feed("GET / HTTP/1." + std::string(rest) + "\r\n\r\n").status, RequestParser::Status::Head);
    return parser.keepAlive();
  };
  EXPECT_TRUE(keeps("1\r\nHost: a"));
  EXPECT_FALSE(keeps("1\r\nHost: a\r\nConnection: close"));
  EXPECT_FALSE(keeps("1\r\nHost: a\r\nConnection: keep-alive, Close"));
  EXPECT_FALSE(keeps("0\r\nHost: a"));
  EXPECT_TRUE(keeps("0\r\nHost: a\r\nConnection: Keep-Alive"));
}

TEST(HeadersTest, findsNamesInAnyLettersAndKeepsOrder) {
  Headers headers;
  headers.add("Content-Type", " application/json ");
  headers.add("X-A", "1");
  headers.add("x-a", "2");
  EXPECT_EQ(headers.get("content-type"), "application/json");
  EXPECT_EQ(headers.get("X-a"), "1");
  EXPECT_EQ(headers.count("x-a"), 2u);
  headers.set("X-A", headers.get("x-a"));
  EXPECT_EQ(headers.count("x-a"), 1u);
  EXPECT_EQ(headers.get("x-a"), "1");
  headers.remove("content-type");
  EXPECT_FALSE(headers.has("Content-Type"));
  std::string all;
  for (const auto& [name, value] : headers.all()) all.append(name).append(value);
  EXPECT_EQ(all, "X-A1");
}

}  // namespace
}  // namespace signalbox::http
