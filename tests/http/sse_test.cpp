// SPDX-License-Identifier: Apache-2.0
#include "http/sse.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"

namespace signalbox::http {
namespace {

struct Seen {
  std::vector<SseEvent> events;  // those with data; their raw is empty
  std::string relayed;           // all raws and the rest
  std::optional<std::uint64_t> retry_ms;
};

Seen read(const std::vector<std::string_view>& pieces) {
  Seen seen;
  SseReader reader;
  for (const std::string_view piece : pieces) {
    const auto fed = reader.feed(piece, [&](const SseEvent& event, bool has_data) {
      seen.relayed += event.raw;
      if (event.retry_ms) seen.retry_ms = event.retry_ms;
      if (has_data) seen.events.push_back({event.type, event.data, event.id, event.retry_ms, {}});
      return true;
    });
    EXPECT_TRUE(fed);
  }
  seen.relayed += reader.rest();
  return seen;
}

void expectSame(const Seen& one, const Seen& other, const std::string& where) {
  EXPECT_EQ(one.relayed, other.relayed) << where;
  ASSERT_EQ(one.events.size(), other.events.size()) << where;
  for (std::size_t i = 0; i < one.events.size(); ++i) {
    EXPECT_EQ(one.events[i].data, other.events[i].data) << where;
    EXPECT_EQ(one.events[i].type, other.events[i].type) << where;
    EXPECT_EQ(one.events[i].id, other.events[i].id) << where;
  }
}

void expectDivisible(std::string_view bytes, const std::string& where) {
  const Seen whole = read({bytes});
  EXPECT_EQ(whole.relayed, bytes) << where;
  for (std::size_t at = 0; at <= bytes.size(); ++at) expectSame(read({bytes.substr(0, at), bytes.substr(at)}), whole, where + " cut at " + std::to_string(at));
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
  expectSame(read(single), whole, where + " byte by byte");
}

std::filesystem::path dataFolder() {
  const char* folder = std::getenv("SIGNALBOX_DATA");
  return folder ? std::filesystem::path(folder) / "openai_api" : std::filesystem::path();
}

std::string fileText(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

TEST(SseTest, readsEveryLineEndAndComment) {
  const Seen seen = read({"\xEF\xBB\xBF" ": hi\r\n\r\ndata: a\rdata:b\n\r\nevent: x\nid: 7\ndata\n\nretry: 12\nretry: 1x\ndata:  two\n\n"});
  ASSERT_EQ(seen.events.size(), 3u);
  EXPECT_EQ(seen.events[0].data, "a\nb");
  EXPECT_EQ(seen.events[1].type, "x");
  EXPECT_EQ(seen.events[1].id, "7");
  EXPECT_EQ(seen.events[1].data, "");
  EXPECT_EQ(seen.events[2].data, " two");
  EXPECT_EQ(seen.retry_ms, 12u);
}

TEST(SseTest, readsTheSameHoweverTheBytesAreDivided) {
  expectDivisible("\xEF\xBB\xBF" "data: 1\r\n\r\n\r\n: c\r\rdata: 2\rdata: 3\r\r\ndata: 4\n\nid: x\r\ndata: \xEF\xBB\xBF\n\r\n\ndata: unfinished", "line ends");
  expectDivisible("\xEF\xBBxdata: 1\n\ndata: 2\n\n", "half a byte order mark");
}

TEST(SseTest, dispatchesAtTheCarriageReturnAndNotALineLater) {
  SseReader reader;
  int events = 0;
  const auto count = [&](const SseEvent&, bool has_data) { events += has_data; return true; };
  ASSERT_TRUE(reader.feed("data: 1\r\r", count));
  EXPECT_EQ(events, 1);
  ASSERT_TRUE(reader.feed("\ndata: 2\r\n\r", count));
  EXPECT_EQ(events, 2);
}

TEST(SseTest, stopsWhenItIsToldTo) {
  SseReader reader;
  int events = 0;
  const auto first_only = [&](const SseEvent&, bool) { ++events; return false; };
  ASSERT_TRUE(reader.feed("data: 1\n\ndata: 2\n\n", first_only));
  ASSERT_TRUE(reader.feed("data: 3\n\n", first_only));
  EXPECT_EQ(events, 1);
  EXPECT_EQ(reader.rest(), "data: 2\n\ndata: 3\n\n");
}

TEST(SseTest, refusesWhatIsTooLargeWholeAndInPieces) {
  const auto ignore = [](const SseEvent&, bool) { return true; };
  const std::string line = "data: " + std::string(100, 'x');
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    SseReader lines({50, 1000});
    SseReader events({200, 150});
    bool line_refused = false, event_refused = false;
    const std::string text = line + "\n" + line + "\n\n";
    for (std::size_t at = 0; at < text.size(); at += piece) {
      if (!line_refused) line_refused = !lines.feed(text.substr(at, piece), ignore);
      if (!event_refused) event_refused = !events.feed(text.substr(at, piece), ignore);
    }
    EXPECT_TRUE(line_refused) << piece;
    EXPECT_TRUE(event_refused) << piece;
  }
}

TEST(SseTest, writesWhatItReads) {
  const std::string event = sseEvent("a\nb\r\nc", "kind");
  EXPECT_EQ(event, "event: kind\ndata: a\ndata: b\ndata: c\n\n");
  const Seen seen = read({event});
  ASSERT_EQ(seen.events.size(), 1u);
  EXPECT_EQ(seen.events[0].data, "a\nb\nc");
  EXPECT_EQ(sseEvent("{}"), "data: {}\n\n");
  EXPECT_EQ(sseComment("a\nb"), ": a b\n\n");
}

TEST(SseTest, agreesWithThePublishedCases) {
  const auto folder = dataFolder();
  if (folder.empty()) GTEST_SKIP() << "SIGNALBOX_DATA is not set: the published cases were not read";
  const Json cases = Json::parse(fileText(folder / "sse_cases.json"));
  ASSERT_GE(cases.size(), 10u);
  for (const Json& test : cases) {
    const std::string name = test["name"];
    std::string body = test["body"];
    if (test.contains("expand")) {
      for (const auto& [mark, times] : test["expand"].items()) {
        std::string with;
        for (int n = times[1]; n > 0; --n) with += times[0].get<std::string>();
        for (std::size_t at = body.find(mark); at != std::string::npos; at = body.find(mark)) body.replace(at, mark.size(), with);
      }
    }
    body += test.value("append", "");
    // The published server repeats nothing: the stream is the body and what is appended to it.
    const Seen seen = read({body});
    ASSERT_EQ(seen.events.size(), test["events"].size()) << name;
    for (std::size_t i = 0; i < seen.events.size(); ++i) {
      const Json& expected = test["events"][i];
      EXPECT_EQ(seen.events[i].data, expected["data"].get<std::string>()) << name;
      const std::string type = seen.events[i].type.empty() ? "message" : seen.events[i].type;
      EXPECT_EQ(type, expected.value("event", type)) << name;
      EXPECT_EQ(seen.events[i].id, expected.value("id", seen.events[i].id)) << name;
    }
    if (test.contains("retry_ms")) {
      EXPECT_EQ(seen.retry_ms, test["retry_ms"].get<std::uint64_t>()) << name;
    }
    if (body.size() < 1000) expectDivisible(body, name);
  }
}

TEST(SseTest, relaysRecordedStreamsByteForByteWhereverTheyAreCut) {
  const auto folder = dataFolder();
  if (folder.empty()) GTEST_SKIP() << "SIGNALBOX_DATA is not set: the recorded streams were not read";
  int streams = 0;
  for (const char* sub : {"streams", "cassettes"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder / sub)) {
      const std::string bytes = fileText(entry.path());
      const Seen whole = read({bytes});
      EXPECT_GE(whole.events.size(), 2u) << entry.path().filename();

      EXPECT_EQ(whole.relayed, bytes);
      for (std::size_t at = 0; at <= bytes.size(); ++at) {
        const std::string_view text = bytes;
        expectSame(read({text.substr(0, at), text.substr(at)}), whole, entry.path().filename().string() + " cut at " + std::to_string(at));
      }
      ++streams;
    }
  }
  EXPECT_GE(streams, 10);
}

}  // namespace
}  // namespace signalbox::http
