// SPDX-License-Identifier: Apache-2.0
// A stream whose chunks are known by the one before is read and relayed exactly as one whose chunks are all read as JSON.
#include "dialect/chunk_pattern.h"

#include <gtest/gtest.h>

#include <random>

#include "dialect/openai_stream.h"
#include "dialect/recorded_streams.h"

namespace signalbox::dialect {
namespace {

std::string chunk(std::string_view words, std::string_view rest = R"(,"usage":null)", std::string_view choice = "") {
  return R"({"id":"c","model":"m","choices":[{"index":0,"delta":{"content":)" + std::string(words) + R"(},"logprobs":null)" + std::string(choice) +
      R"(,"finish_reason":null}])" + std::string(rest) + "}";
}

// A pattern that has read a chunk, and whether it takes another for one like it.
struct Learned {
  explicit Learned(const std::string& first) { std::ignore = relayChunk(chatStream(), first, {.usage = true}, state, pattern); }
  bool fits(const std::string& data) { return pattern.fits(data); }
  AnswerState state;
  ChunkPattern pattern;
};

TEST(ChunkPatternTest, knowsAChunkWithAnotherWord) {
  Learned learned(chunk(R"("One")"));
  const std::string data = chunk(R"(" \"two\" \u00e9\ud83d\ude00 é")");
  ASSERT_TRUE(learned.fits(data));
  std::string text;
  learned.pattern.words(text);
  EXPECT_EQ(text, " \"two\" é😀 é");
  EXPECT_TRUE(learned.pattern.changes());
  EXPECT_EQ(learned.pattern.relayed(), chunk(R"(" \"two\" \u00e9\ud83d\ude00 é")", ""));
  EXPECT_TRUE(learned.fits(chunk(R"("")")));
}

TEST(ChunkPatternTest, knowsNoneThatDiffersInMore) {
  Learned learned(chunk(R"("One")"));
  for (const std::string& data : {chunk(R"("a)"), chunk("\"a\x01\""), chunk("\"a\xff\""), chunk(R"("\x")"), chunk(R"("\ud800")"), chunk("null"), chunk("7"),
                                  chunk(R"("a","refusal":"b")"), chunk(R"("a")", ""), chunk(R"("a")", R"(,"usage":{})"), chunk(R"("a")") + " ",
                                  chunk(R"("a")").substr(0, 60), chunk(R"("a")").substr(1), std::string(), std::string("[DONE]")})
    EXPECT_FALSE(learned.fits(data)) << data;
}

std::string probabilities(std::string_view token, std::string_view logprob, std::string_view bytes) {
  return R"(,"logprobs":{"content":[{"token":)" + std::string(token) + R"(,"logprob":)" + std::string(logprob) + R"(,"bytes":)" + std::string(bytes) +
      R"(,"top_logprobs":[{"token":)" + std::string(token) + R"(,"logprob":-9,"bytes":null}]}]})";
}
std::string likely(std::string_view words, std::string_view token, std::string_view logprob, std::string_view bytes) {
  return R"({"choices":[{"index":0,"delta":{"content":)" + std::string(words) + "}" + probabilities(token, logprob, bytes) + R"(,"finish_reason":null}],"usage":null})";
}

TEST(ChunkPatternTest, probabilitiesThatNobodyJudgesByMayDiffer) {
  const std::string first = likely(R"("a")", R"("a")", "-0.1", "[97]"), second = likely(R"(" b")", R"(" b")", "-12.5e-3", "[32, 98]");
  const auto learn = [&](ChunkPattern& pattern, const Additions& add) {
    AnswerState state;
    ASSERT_TRUE(relayChunk(chatStream(), first, add, state, pattern));
  };
  ChunkPattern judged, stripped, cut, wanted;
  learn(judged, {.logprobs = true});
  EXPECT_FALSE(judged.fits(second));
  learn(stripped, {.logprobs = true, .usage = true, .judged = false});
  ASSERT_TRUE(stripped.fits(second));
  EXPECT_EQ(stripped.relayed(), R"({"choices":[{"index":0,"delta":{"content":" b"},"logprobs":null,"finish_reason":null}]})");
  learn(cut, {.top_logprobs = true, .keep = 0, .judged = false});
  EXPECT_FALSE(cut.fits(second)) << "which alternatives go may depend on them";
  learn(wanted, {.judged = false});
  ASSERT_TRUE(wanted.fits(second));
  EXPECT_FALSE(wanted.changes());
  for (const auto& data : {likely(R"("b")", "null", "-1", "[98]"), likely(R"("b")", R"("b")", "null", "[98]"), likely(R"("b")", R"("b")", "-", "[98]"),
                           likely(R"("b")", R"("b")", "01", "[98]"), likely(R"("b")", R"("b")", "1.", "[98]"), likely(R"("b")", R"("b")", "-1", "null"),
                           likely(R"("b")", R"("b")", "-1", "[98,]"), likely(R"("b")", R"("b")", "-1", "[9 8]"), likely(R"("b")", R"("b")", "-1", "[,98]"),
                           likely(R"("b")", R"("b")", "-1", "[98"), likely(R"("b")", R"("b")", "-1", "[-x]"), likely(R"("b")", R"("b")", "-1", "[[98]]")})
    EXPECT_FALSE(wanted.fits(data)) << data;
}

TEST(ChunkPatternTest, editsAreMadeRightBesideWhatDiffers) {
  const std::string first = R"({"a":"x","b":1,"c":[2],"d":0})", second = R"({"a":"yy","b":-22,"c":[3,4],"d":0})";
  const auto doc = JsonDoc::parse(first);
  const auto root = doc->root();
  const std::vector<JsonDoc::Node> differing{root["a"], root["c"], root["b"]};
  const auto made = [&](std::vector<TextEdits::Edit> edits) -> std::string {
    TextEdits all;
    for (const auto& [begin, end, with] : edits) all.replace(begin, end, with);
    ChunkPattern pattern;
    pattern.learn(first, differing, all);
    return pattern.fits(second) ? pattern.relayed() : "nothing learned";
  };
  const auto a = root["a"], b = root["b"], c = root["c"];
  EXPECT_EQ(made({}), second);
  EXPECT_EQ(made({{0, 0, "<"}, {a.begin(), a.begin(), "("}, {a.end(), a.end(), ")"}, {first.size(), first.size(), ">"}}), R"(<{"a":("yy"),"b":-22,"c":[3,4],"d":0}>)");
  EXPECT_EQ(made({{c.end(), c.end() + 6, ""}, {a.end(), b.begin(), "|"}}), R"({"a":"yy"|-22,"c":[3,4]})");
  EXPECT_EQ(made({{a.end(), c.end(), "!"}}), R"({"a":"yy"!,"d":0})");
  EXPECT_EQ(made({{b.begin() - 1, b.end() + 1, "?"}}), R"({"a":"yy","b"?"c":[3,4],"d":0})");
  EXPECT_EQ(made({{b.begin(), b.end(), "7"}}), "nothing learned");
  EXPECT_EQ(made({{a.begin() + 1, a.end(), ""}}), "nothing learned");
  EXPECT_EQ(made({{c.begin() + 1, c.end() - 1, ""}}), "nothing learned");
}

TEST(ChunkPatternTest, keepsNothingOfALargeChunk) {
  const std::string first = chunk('"' + std::string(70'000, 'a') + '"');
  EXPECT_FALSE(Learned(first).fits(first));
}

TEST(ChunkPatternTest, whoHasJudgedNeedsNoMoreProbabilities) {
  AnswerState state;
  ChunkPattern pattern;
  ASSERT_TRUE(relayChunk(chatStream(), likely(R"("a")", R"("a")", "-0.1", "[97]"), {.logprobs = true}, state, pattern));
  EXPECT_EQ(state.evidence.size(), 1u);
  state.judged = true;
  for (const std::string word : {R"("b")", R"("c")"}) ASSERT_TRUE(relayChunk(chatStream(), likely(word, word, "-0.1", "[98]"), {.logprobs = true}, state, pattern));
  EXPECT_EQ(state.text, "abc");
  EXPECT_EQ(state.evidence.size(), 1u);
}

TEST(ChunkPatternTest, learnsNothingOfAChunkThatSaysMoreThanWords) {
  for (const std::string& first : {chunk(R"("")"), chunk("null"), chunk(R"("a","tool_calls":[{"index":0,"function":{"arguments":"{}"}}])"),
                                   chunk(R"("a","reasoning":"b")"), chunk(R"("a")", R"(,"usage":{"prompt_tokens":1,"completion_tokens":1})"),
                                   std::string(R"({"choices":[{"index":1,"delta":{"content":"a"}}]})"),
                                   std::string(R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})"),
                                   std::string(R"({"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-1}]}}]})"),
                                   std::string(R"({"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]})")})
    EXPECT_FALSE(Learned(first).fits(first)) << first;
}

TEST(ChunkPatternTest, paddingMayDifferAndIsKept) {
  const auto padded = [](std::string_view words, std::string_view padding, std::string_view usage) {
    return R"({"obfuscation":")" + std::string(padding) + R"(",)" + std::string(usage) + chunk(words, "").substr(1);
  };
  Learned learned(padded(R"("One")", "xyz", R"("usage":null,)"));
  const std::string data = padded(R"("three")", "q", R"("usage":null,)");
  ASSERT_TRUE(learned.fits(data));
  std::string text;
  learned.pattern.words(text);
  EXPECT_EQ(text, "three");
  EXPECT_EQ(learned.pattern.relayed(), padded(R"("three")", "q", ""));
}

// What an application can see of a state.
std::string told(const AnswerState& s) {
  std::string evidence;
  for (const auto& token : s.evidence) {
    evidence += token.token + " " + std::to_string(token.logprob) + "[";
    for (const auto& other : token.top) evidence += other.token + " " + std::to_string(other.logprob) + ",";
    evidence += "]";
  }
  return s.text + "|" + s.finish_reason + "|" + s.model + "|" + std::to_string(s.has_tool_calls) + std::to_string(s.refused) + std::to_string(s.done) +
      std::to_string(s.saw_choice) + std::to_string(s.broken_evidence) + "|" + evidence + "|" + std::to_string(s.other_bytes) + "|" +
      (s.usage ? std::to_string(s.usage->output) : "none");
}

// Reads a stream with a pattern and without, until a chunk is refused; it has been judged before the chunk `judged_at`. `known` counts
// the chunks that were not read as JSON.
void compare(const StreamKind& kind, const std::vector<std::string>& payloads, const Additions& add, std::size_t judged_at, int& known) {
  AnswerState with, without;
  ChunkPattern pattern;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const std::string& data = payloads[i];
    with.judged = without.judged = i >= judged_at;
    ChunkPattern same = pattern, none;
    known += with.finish_reason.empty() && same.fits(data);
    const auto one = relayChunk(kind, data, add, with, pattern);
    const auto other = relayChunk(kind, data, add, without, none);
    ASSERT_EQ(one.has_value(), other.has_value()) << data;
    if (!one) {
      EXPECT_EQ(one.error().message, other.error().message);
      return;
    }
    ASSERT_EQ(one->kind, other->kind) << data;
    ASSERT_EQ(one->text, other->text) << data;
    ASSERT_EQ(told(with), told(without)) << data;
  }
}

const std::vector<Additions> kAdditions{{}, {.usage = true}, {.logprobs = true, .usage = true}, {.logprobs = true, .judged = false},
                                        {.top_logprobs = true, .top = 5, .keep = 1, .judged = false}, {.top_logprobs = true, .usage = true, .top = 5}};

TEST(ChunkPatternTest, recordedStreamsAreReadAsWithoutIt) {
  const auto streams = recordedStreams();
  if (streams.empty()) GTEST_SKIP() << "SIGNALBOX_DATA is not set";
  int known = 0;
  for (const auto& [name, payloads] : streams) {
    for (const auto& add : kAdditions) {
      for (const std::size_t judged_at : {std::size_t{0}, std::size_t{8}, SIZE_MAX}) compare(chatStream(), payloads, add, judged_at, known);
    }
  }
  EXPECT_GT(known, static_cast<int>(streams.size())) << "hardly a chunk was known by the one before";
}

class Damaged {
 public:
  explicit Damaged(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  const std::string& oneOf(const std::vector<std::string>& list) { return list[below(list.size())]; }

  std::string chat(std::string_view rest, std::string_view choice) { return chunk(oneOf(kWords), rest, choice); }
  std::string judgedChat() {
    const std::string& word = oneOf(kWords);
    return likely(word, word, oneOf(kNumbers), oneOf(kBytes));
  }
  std::string completion() {
    const std::string token = oneOf({"0", "1"});
    return R"({"choices":[{"index":0,"text":)" + oneOf(kWords) + R"(,"logprobs":{"tokens":[")" + token + R"("],"token_logprobs":[)" + oneOf(kNumbers) +
        R"(],"top_logprobs":[{"0":)" + oneOf(kNumbers) + R"(,"1":)" + oneOf(kNumbers) + R"(}],"text_offset":[7]},"finish_reason":null}],"usage":null})";
  }
  // One in three is another: a byte, a piece that is left out, a word too many.
  std::string damaged(std::string data) {
    if (below(6) == 0) data[below(data.size())] = static_cast<char>(below(256));
    if (below(12) == 0) data.erase(below(data.size()), 1 + below(6));
    if (below(12) == 0) data.insert(below(data.size()), oneOf(kWords));
    return data;
  }

 private:
  const std::vector<std::string> kWords{R"("a")", R"(" the")", R"("\n")", R"("\"")", R"("\\")", R"("é")", R"("\u00e9\ud83d\ude00")", R"("{\"x\":1}")", R"("")", "null"};
  const std::vector<std::string> kNumbers{"-0.1", "-12", "0", "-3.5e-2", "1E+2", "null", "-0"}, kBytes{"[97]", "[32,116,104,101]", "[ 240, 159 ]", "[]", "null"};
  std::mt19937_64 random_;
};

// Whatever a pattern takes for known is what reading it would have given.
TEST(ChunkPatternTest, damagedStreamsAreReadAsWithoutIt) {
  Damaged made(20);
  const std::vector<std::string> kRests{"", R"(,"usage":null)", R"(,"usage":null,"obfuscation":"ab")", R"(,"obfuscation":"abc","usage":null)", R"(,"usage":{"prompt_tokens":1,"completion_tokens":2})"};
  const std::vector<std::string> kChoices{"", R"(,"x":"y")", R"(,"index":1)", R"(,"logprobs":{"content":[]})"};
  int known[3] = {};
  for (int stream = 0; stream < 9000; ++stream) {
    const std::size_t what = made.below(3);
    std::vector<std::string> payloads;
    std::string rest = made.oneOf(kRests), choice = made.below(3) == 0 ? made.oneOf(kChoices) : "";
    for (std::size_t i = 0, n = 2 + made.below(8); i < n; ++i) {
      if (made.below(8) == 0) rest = made.oneOf(kRests);
      payloads.push_back(made.damaged(what == 0 ? made.chat(rest, choice) : what == 1 ? made.judgedChat() : made.completion()));
    }
    if (made.below(2) == 0) payloads.push_back(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
    compare(what == 2 ? completionsStream() : chatStream(), payloads, kAdditions[made.below(kAdditions.size())], made.below(10), known[what]);
    if (HasFatalFailure()) return;
  }
  for (const int count : known) EXPECT_GT(count, 400);
}

}  // namespace
}  // namespace signalbox::dialect
