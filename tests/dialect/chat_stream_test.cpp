// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace signalbox::dialect {
namespace {

std::string chunk(std::string_view delta, std::string_view finish = "null", std::string_view rest = "") {
  return R"({"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":)" + std::string(delta) +
      R"(,"logprobs":null,"finish_reason":)" + std::string(finish) + "}]" + std::string(rest) + "}";
}
const std::string kUsageOnly = R"({"id":"c","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}})";
constexpr Additions kUsage{.usage = true};

// The payload for the client; nullopt = nothing left of it.
std::optional<std::string> relayed(const std::string& data, const Additions& add) {
  AnswerState state;
  const auto out = relayChatChunk(data, add, state);
  EXPECT_TRUE(out) << data;
  if (!out || out->kind == RelayedChunk::Kind::Dropped) return std::nullopt;
  return out->kind == RelayedChunk::Kind::Changed ? out->text : data;
}

AnswerState readAll(const std::vector<std::string>& chunks) {
  AnswerState state;
  for (const auto& data : chunks) {
    const auto read = relayChatChunk(data, {}, state);
    EXPECT_TRUE(read) << data;
  }
  return state;
}

TEST(ChatStreamTest, gathersTextFinishAndUsage) {
  for (const std::string first :
       {R"({"role":"assistant","content":null})", R"({"role":"assistant"})", R"({"role":"assistant","content":""})"}) {
    const auto state = readAll({chunk(first), chunk(R"({"content":"Hel"})"), chunk(R"({"content":"lo"})"),
                                chunk("{}", "\"stop\""), kUsageOnly, "[DONE]"});
    EXPECT_EQ(state.text, "Hello");
    EXPECT_EQ(state.finish_reason, "stop");
    EXPECT_EQ(state.model, "m");
    EXPECT_EQ(state.usage->output, 2);
    EXPECT_TRUE(checkStreamEnd(state));
  }
}

TEST(ChatStreamTest, gathersProbabilitiesOnlyForWhoJudgesByThem) {
  const std::string said = R"({"id":"c","choices":[{"index":0,"delta":{"content":"A"},"logprobs":{"content":[{"token":"A","logprob":-0.5}]}}]})";
  for (const bool judged : {true, false}) {
    AnswerState state;
    Additions add;
    add.judged = judged;
    ASSERT_TRUE(relayChatChunk(said, add, state));
    EXPECT_EQ(state.text, "A");
    EXPECT_EQ(state.evidence.size(), judged ? 1u : 0u);
  }
}

TEST(ChatStreamTest, knowsAnEndThatIsNone) {
  const auto code = [](const AnswerState& state) { return checkStreamEnd(state).error().code; };
  EXPECT_EQ(code(readAll({})), ErrorCode::UpstreamTruncated);
  EXPECT_EQ(code(readAll({chunk(R"({"content":"a"})"), chunk("{}", "\"stop\"")})), ErrorCode::UpstreamTruncated);
  EXPECT_EQ(code(readAll({chunk(R"({"content":"a"})"), "[DONE]"})), ErrorCode::UpstreamMalformed);
  EXPECT_EQ(code(readAll({"[DONE]"})), ErrorCode::UpstreamMalformed);
}

TEST(ChatStreamTest, countsReasoningButDoesNotTakeItForTheAnswer) {
  const auto state = readAll({chunk(R"({"role":"assistant","content":"","reasoning_content":""})"), chunk(R"({"reasoning_content":"Let"})"),
                              chunk(R"({"reasoning":" me se"})"), chunk(R"({"reasoning":"\u00e9","reasoning_content":"\u00e9"})"),
                              chunk(R"({"content":"yes","reasoning":null})")});
  EXPECT_EQ(state.other_bytes, 11);
  EXPECT_EQ(state.text, "yes");
}

TEST(ChatStreamTest, eventsThatBringNothingAreNoSteps) {
  const auto stepsOf = [](std::string_view delta, std::string_view finish = "null") {
    AnswerState state;
    state.saw_choice = true;
    EXPECT_TRUE(relayChatChunk(chunk(delta, finish), {}, state));
    return state.steps;
  };
  for (const char* nothing : {"{}", R"({"role":"assistant","content":""})", R"({"content":null,"refusal":null,"tool_calls":[]})",
                              R"({"reasoning_content":"","annotations":[],"audio":{},"note":""})"}) {
    EXPECT_EQ(stepsOf(nothing), 0) << nothing;
  }
  for (const char* something : {R"({"content":"a"})", R"({"refusal":"no"})", R"({"reasoning":"hm"})", R"({"audio":{"data":"AAAA"}})",
                                R"({"tool_calls":[{"index":0,"function":{"name":"f","arguments":""}}]})", R"({"images":[{"type":"image_url"}]})"}) {
    EXPECT_GE(stepsOf(something), 1) << something;
  }
  EXPECT_EQ(stepsOf("{}", "\"stop\""), 1);
  EXPECT_EQ(readAll({chunk(R"({"role":"assistant","content":""})"), chunk("{}"), kUsageOnly, kUsageOnly}).steps, 2) << "the first choice, and the first count";
}

TEST(ChatStreamTest, countsCallsAndOtherAnswersAsGenerated) {
  const auto state = readAll({chunk(R"({"content":"yes"})"), chunk(R"({"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}]})"),
                              chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}},{"index":1,"function":{"arguments":{"b":2}}}]})"),
                              chunk(R"({"function_call":{"name":"g","arguments":"{}"}})"),
                              R"({"choices":[{"index":1,"delta":{"content":"no","reasoning":"hm"}}]})"});
  EXPECT_EQ(state.other_bytes, 7 + 7 + 2 + 4);
  EXPECT_EQ(state.text, "yes");
}

TEST(ChatStreamTest, tellsJunkFromErrors) {
  AnswerState state;
  for (const std::string data : {"{", "hello", "[]", "7", R"({"id":"c"})"}) {
    const auto read = relayChatChunk(data, {}, state);
    ASSERT_FALSE(read) << data;
    EXPECT_EQ(read.error().code, ErrorCode::UpstreamMalformed) << data;
  }
  const auto error = relayChatChunk(R"({"error":{"message":"overloaded","code":503}})", {}, state);
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().code, ErrorCode::UpstreamError);
}

TEST(ChatStreamTest, judgesTheFirstChoiceOnly) {
  const auto state = readAll(
      {R"({"choices":[{"index":1,"delta":{"content":"no"},"finish_reason":"stop"},{"index":0,"delta":{"content":"yes"}}]})"});
  EXPECT_EQ(state.text, "yes");
  EXPECT_EQ(state.finish_reason, "");
}

TEST(ChatStreamTest, givesTheSameEvidenceAsAWholeAnswer) {
  const auto logprobs = [](std::string_view tokens) {
    return R"({"choices":[{"index":0,"delta":{"content":"x"},"logprobs":{"content":)" + std::string(tokens) +
        R"(},"finish_reason":null}]})";
  };
  const auto last = [](std::string_view tokens) {
    return R"({"choices":[{"index":0,"delta":{},"logprobs":{"content":)" + std::string(tokens) + R"(},"finish_reason":"stop"}]})";
  };
  const auto ended =
      readAll({logprobs(R"([{"token":"x","logprob":-0.5}])"), last(R"([{"token":"<|im_end|>","logprob":-4}])"), "[DONE]"});
  const auto plain = readAll({logprobs(R"([{"token":"x","logprob":-0.5}])"), last("[]"), "[DONE]"});
  ASSERT_EQ(ended.evidence.size(), 1u);
  EXPECT_EQ(plain.evidence.size(), 1u);
}

TEST(ChatStreamTest, hasNoEvidenceOnceAProbabilityIsMissing) {
  const auto state =
      readAll({R"({"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a"}]}}]})",
               R"({"choices":[{"index":0,"delta":{"content":"b"},"logprobs":{"content":[{"token":"b","logprob":-1}]}}]})"});
  EXPECT_TRUE(state.broken_evidence);
  EXPECT_TRUE(state.evidence.empty());
}

TEST(ChatStreamTest, takesOutTheUsageOnlyWeAskedFor) {
  EXPECT_EQ(relayed(kUsageOnly, kUsage), std::nullopt);
  EXPECT_EQ(relayed(kUsageOnly, {}), kUsageOnly);
  EXPECT_EQ(relayed(chunk(R"({"content":"a"})", "null", R"(,"usage":null)"), kUsage), chunk(R"({"content":"a"})"));
  const auto beside = chunk(R"({"content":"a"})", "\"stop\"", R"(,"usage":{"prompt_tokens":1,"completion_tokens":1})");
  EXPECT_EQ(relayed(beside, kUsage), beside);
  EXPECT_EQ(relayed("[DONE]", kUsage), "[DONE]");
}

TEST(ChatStreamTest, leavesTextAboutUsageAlone) {
  const auto quoted = chunk(R"({"content":"\"usage\":null"})");
  EXPECT_EQ(relayed(quoted, kUsage), quoted);
}

TEST(ChatStreamTest, takesOutTheLogprobsOnlyWeAskedFor) {
  const std::string with =
      R"({"choices":[{"index":0,"delta":{"content":"x"},"logprobs":{"content":[{"token":"x","logprob":-0.5,"top_logprobs":[]}]}}]})";
  EXPECT_EQ(relayed(with, {.logprobs = true}), R"({"choices":[{"index":0,"delta":{"content":"x"},"logprobs":null}]})");
  EXPECT_EQ(relayed(with, kUsage), with);
}

}  // namespace
}  // namespace signalbox::dialect
