// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "dialect/client_dialect.h"

namespace signalbox::dialect {
namespace {

std::string answer(std::string_view content, std::string_view logprobs, std::string_view usage = "null") {
  return R"({"id":"c1","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":)" +
      std::string(content) + R"(},"logprobs":)" + std::string(logprobs) + R"(,"finish_reason":"stop"}],"usage":)" +
      std::string(usage) + "}";
}

ChatAnswer read(const std::string& body) {
  auto got = readChatAnswer(body);
  EXPECT_TRUE(got) << (got ? "" : got.error().message);
  return got.value_or(ChatAnswer{});
}

std::string written(const std::string& body, const Additions& add) { return writeChatAnswer(body, read(body), add); }

TEST(ChatAnswerTest, readsTextUsageAndEvidence) {
  const auto got = read(answer(
      "\"BILL\"",
      R"({"content":[{"token":"BILL","logprob":-0.1,"bytes":[66],"top_logprobs":[{"token":"BILL","logprob":-0.1,"bytes":null},
         {"token":"ACCT","logprob":-2.5,"bytes":null}]}]})",
      R"({"prompt_tokens":57,"completion_tokens":17,"total_tokens":74,"prompt_tokens_details":{"cached_tokens":2},
          "completion_tokens_details":{"reasoning_tokens":1}})"));
  EXPECT_EQ(got.text, "BILL");
  EXPECT_EQ(got.model, "m-1");
  EXPECT_EQ(got.finish_reason, "stop");
  ASSERT_EQ(got.evidence.size(), 1u);
  EXPECT_DOUBLE_EQ(got.evidence[0].logprob, -0.1);
  EXPECT_EQ(got.evidence[0].top.size(), 2u);
  ASSERT_TRUE(got.usage);
  EXPECT_EQ(got.usage->input, 57);
  EXPECT_EQ(got.usage->output, 17);
  EXPECT_EQ(got.usage->cached_input, 2);
  EXPECT_EQ(got.usage->reasoning, 1);
  EXPECT_EQ(got.usage->source, domain::UsageSource::Provider);
}

TEST(ChatAnswerTest, leavesEndOfTurnTokensOutOfTheEvidence) {
  for (const std::string end : {R"({"token":"","logprob":-3.0,"bytes":[]})", R"({"token":"<|im_end|>","logprob":-3.0})",
                                R"({"token":"</s>","logprob":-3.0})", R"({"token":"<|eot_id|>","logprob":-3.0})"}) {
    const auto got = read(answer("\"yes\"", R"({"content":[{"token":"yes","logprob":-0.5},)" + end + "]}"));
    ASSERT_EQ(got.evidence.size(), 1u) << end;
    EXPECT_EQ(got.evidence[0].token, "yes");
  }
}

TEST(ChatAnswerTest, keepsAMarkerThatIsPartOfTheText) {
  const auto got =
      read(answer(R"("<s>x</s>")", R"({"content":[{"token":"<s>x","logprob":-0.5},{"token":"</s>","logprob":-0.1}]})"));
  EXPECT_EQ(got.evidence.size(), 2u);
}

TEST(ChatAnswerTest, hasNoEvidenceWhenOneProbabilityIsMissing) {
  EXPECT_TRUE(
      read(answer("\"ab\"", R"({"content":[{"token":"a","logprob":-0.5},{"token":"b","logprob":null}]})")).evidence.empty());
  EXPECT_TRUE(read(answer("\"ab\"", "null")).evidence.empty());
  EXPECT_TRUE(read(answer("\"ab\"", R"({"content":null})")).evidence.empty());
}

TEST(ChatAnswerTest, takesPartsOfCharactersFromTheirBytes) {
  const auto got = read(answer("\"é\"",
                               "{\"content\":[{\"token\":\"\xef\xbf\xbd\",\"logprob\":-1,\"bytes\":[195]},{\"token\":"
                               "\"\xef\xbf\xbd\",\"logprob\":-1,\"bytes\":[169]}]}"));
  ASSERT_EQ(got.evidence.size(), 2u);
  EXPECT_EQ(got.evidence[0].token + got.evidence[1].token, "é");
}

TEST(ChatAnswerTest, usageIsUnknownRatherThanZero) {
  EXPECT_FALSE(read(answer("\"a\"", "null")).usage);
  EXPECT_FALSE(read(answer("\"a\"", "null", R"({"total_tokens":5})")).usage);
  EXPECT_FALSE(read(answer("\"a\"", "null", R"({"prompt_tokens":5,"completion_tokens":-1})")).usage);
}

TEST(ChatAnswerTest, doesNotBelieveCountsThatCannotBeTrue) {
  EXPECT_FALSE(read(answer("\"a\"", "null", R"({"prompt_tokens":-5,"completion_tokens":1})")).usage);
  EXPECT_FALSE(read(answer("\"a\"", "null", R"({"prompt_tokens":5,"completion_tokens":4000000000000000000})")).usage);
  EXPECT_FALSE(read(answer("\"a\"", "null", R"({"prompt_tokens":5,"completion_tokens":1e300})")).usage);
  EXPECT_FALSE(read(answer("\"a\"", "null", R"({"prompt_tokens":5,"completion_tokens":3,"total_tokens":7})")).usage) << "less than its parts";
  EXPECT_EQ(read(answer("\"a\"", "null", R"({"prompt_tokens":5,"completion_tokens":3,"total_tokens":9})")).usage->output, 3);
}

TEST(ChatAnswerTest, addsReasoningThatWasCountedBesideTheCompletion) {
  const auto got = read(answer(
      "\"a\"", "null",
      R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":45,"completion_tokens_details":{"reasoning_tokens":30}})"));
  EXPECT_EQ(got.usage->output, 35);
}

TEST(ChatAnswerTest, countsReasoningButDoesNotTakeItForTheAnswer) {
  const auto got = read(R"({"choices":[{"message":{"content":"yes","reasoning_content":"Let me see"},"finish_reason":"stop"}]})");
  EXPECT_EQ(got.other_bytes, 10);
  EXPECT_EQ(got.text, "yes");
}

TEST(ChatAnswerTest, countsCallsAndOtherAnswersAsGenerated) {
  const auto got = read(R"({"choices":[{"message":{"content":"yes","tool_calls":[{"function":{"arguments":"{\"a\":1}"}}]}},
    {"message":{"content":"maybe","function_call":{"arguments":"{}"}}}]})");
  EXPECT_EQ(got.other_bytes, 7 + 5 + 2);
  EXPECT_EQ(got.text, "yes");
}

TEST(ChatAnswerTest, seesToolCallsAndRefusals) {
  const auto calls = read(R"({"choices":[{"message":{"content":null,"tool_calls":[{"id":"c","type":"function","function":
      {"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})");
  EXPECT_TRUE(calls.has_tool_calls);
  EXPECT_EQ(calls.text, "");
  const auto refusal = read(R"({"choices":[{"message":{"content":null,"refusal":"I can't."},"finish_reason":"stop"}]})");
  EXPECT_TRUE(refusal.refused);
  EXPECT_EQ(refusal.text, "I can't.");
}

TEST(ChatAnswerTest, callsAnythingElseMalformed) {
  for (const std::string body :
       {"", "<html>", "[]", "{}", R"({"choices":[]})", R"({"choices":[{"text":"a"}]})", R"({"choices":[7]})"}) {
    const auto got = readChatAnswer(body);
    ASSERT_FALSE(got) << body;
    EXPECT_EQ(got.error().code, ErrorCode::UpstreamMalformed) << body;
  }
  const auto error = readChatAnswer(R"({"error":{"message":"out of memory","type":"server_error","code":500}})");
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().code, ErrorCode::UpstreamError);
  EXPECT_THAT(error.error().message, testing::HasSubstr("out of memory"));
}

TEST(ChatAnswerTest, takesOutOnlyWhatWasOurs) {
  const std::string top = R"([{"token":"a","logprob":-0.1},{"token":"b","logprob":-2.5},{"token":"c","logprob":-3.5}])";
  const auto body = [&](std::string_view list) {
    return answer("\"a\"", R"({"content":[{"token":"a","logprob":-0.1,"top_logprobs":)" + std::string(list) + "}]}");
  };
  EXPECT_EQ(written(body(top), {}), body(top));
  EXPECT_EQ(written(body(top), {.logprobs = true}), answer("\"a\"", "null"));
  EXPECT_EQ(written(body(top), {.top_logprobs = true, .keep = 0}), body("[]"));
  EXPECT_EQ(written(body(top), {.top_logprobs = true, .keep = 2}),
            body(R"([{"token":"a","logprob":-0.1},{"token":"b","logprob":-2.5}])"));
  EXPECT_EQ(written(body(top), {.top_logprobs = true, .keep = 3}), body(top));
}

TEST(ChatAnswerTest, carriesTheDecisionWhenAskedTo) {
  const auto body = answer("\"a\"", "null");
  const auto json = Json::parse(withExplanation(body, R"({"id":"d1"})"));
  EXPECT_EQ(json.at("signalbox").at("id"), "d1");
  EXPECT_EQ(json.at("choices").size(), 1u);
  EXPECT_EQ(Json::parse(withExplanation(R"({"choices":[],"signalbox":1})", "2")).at("signalbox"), 2);
}

}  // namespace
}  // namespace signalbox::dialect
