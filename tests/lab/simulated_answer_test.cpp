// SPDX-License-Identifier: Apache-2.0
#include "lab/simulated_answer.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "lab/chat_writer.h"

namespace signalbox::lab {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::shared_ptr<const Outcomes> quiz() {
  return *parseOutcomes(
      R"({"id":"1","task":"abc","prompt":"first?","answer":"A","models":{"m":{"correct":1,"token_prob":0.8},"n":{"correct":0}}}
{"id":"2","task":"abc","prompt":"second?","answer":"B","models":{"m":{"correct":0,"token_prob":0}}}
{"id":"3","task":"abc","prompt":"third?","answer":"C","models":{"m":{"correct":1,"token_prob":1}}}
{"id":"4","task":"open","prompt":"why?","models":{"m":{"correct":1},"n":{"correct":0}}}
{"id":"5","task":"open","prompt":"how?","models":{"m":{"correct":1,"token_prob":0.5,"reply":"Äh, so…","input_tokens":9,"output_tokens":3}}})",
      "quiz", false);
}

SimulatedAnswer answerOf(const Outcomes& outcomes, std::size_t row, const char* model) {
  return recordedAnswer(outcomes, outcomes.rows()[row], *outcomes.rows()[row].record(model), model, 1);
}

TEST(SimulatedAnswerTest, givesTheAnswerWhereTheModelWasRight) {
  const auto outcomes = quiz();
  const auto answer = answerOf(*outcomes, 0, "m");
  EXPECT_EQ(answer.text, "A");
  EXPECT_THAT(answer.tokens, ElementsAre("A"));
  EXPECT_THAT(answer.others, UnorderedElementsAre("B", "C"));
  EXPECT_EQ(answer.input_tokens, 2) << "⌈6 bytes / 4⌉";
  EXPECT_EQ(answer.output_tokens, 1);
}

TEST(SimulatedAnswerTest, givesAnotherAnswerOfTheTaskWhereItWasWrong) {
  const auto outcomes = quiz();
  const auto wrong = answerOf(*outcomes, 0, "n");
  EXPECT_THAT(wrong.text, testing::AnyOf("B", "C"));
  EXPECT_EQ(answerOf(*outcomes, 0, "n").text, wrong.text) << "the same each time";
  EXPECT_NE(answerOf(*outcomes, 1, "m").text, "B");
}

TEST(SimulatedAnswerTest, saysRightOrWrongWhereTheFileHasNoAnswers) {
  const auto outcomes = quiz();
  EXPECT_EQ(answerOf(*outcomes, 3, "m").text, "right");
  EXPECT_EQ(answerOf(*outcomes, 3, "n").text, "wrong");
}

TEST(SimulatedAnswerTest, prefersTheRecordedReplyAndCounts) {
  const auto outcomes = quiz();
  const auto answer = answerOf(*outcomes, 4, "m");
  EXPECT_EQ(answer.text, "Äh, so…");
  EXPECT_EQ(answer.tokens.size(), 3u);
  EXPECT_EQ(answer.tokens[0] + answer.tokens[1] + answer.tokens[2], answer.text);
  EXPECT_EQ(answer.input_tokens, 9);
  EXPECT_EQ(answer.output_tokens, 3);
}

TEST(SimulatedAnswerTest, clampsProbabilitiesAndKnowsNoneWhereTheFileHasNone) {
  const auto outcomes = quiz();
  EXPECT_DOUBLE_EQ(*answerOf(*outcomes, 1, "m").token_prob, 1e-6);
  EXPECT_DOUBLE_EQ(*answerOf(*outcomes, 2, "m").token_prob, 1.0);
  EXPECT_FALSE(answerOf(*outcomes, 0, "n").token_prob);
}

TEST(SimulatedAnswerTest, cutsTextBetweenCharacters) {
  EXPECT_TRUE(cutTokens("", 3).empty());
  EXPECT_THAT(cutTokens("abc", 1), ElementsAre("abc"));
  EXPECT_THAT(cutTokens("äö", 9), ElementsAre("ä", "ö"));
  for (int count = 1; count < 40; ++count) {
    std::string joined;
    for (const auto& token : cutTokens("Grüße aus 東京, ça va?", count)) joined += token;
    EXPECT_EQ(joined, "Grüße aus 東京, ça va?");
  }
}

TEST(SimulatedAnswerTest, carriesTheProbabilityInTheLogprobsAndSharesTheRestAmongTheOtherLabels) {
  const auto outcomes = quiz();
  ChatShape shape{"id", 1, "m", true, 5, true, "", std::nullopt, UsageLie::None};
  const auto body = *parseJson(chatCompletion(answerOf(*outcomes, 0, "m"), shape));
  const auto& token = body["choices"][0]["logprobs"]["content"][0];
  EXPECT_NEAR(std::exp(token["logprob"].get<double>()), 0.8, 1e-12);
  ASSERT_EQ(token["top_logprobs"].size(), 3u);
  EXPECT_EQ(token["top_logprobs"][0]["token"], "A");
  EXPECT_NEAR(std::exp(token["top_logprobs"][1]["logprob"].get<double>()), 0.1, 1e-12);
  EXPECT_NEAR(std::exp(token["top_logprobs"][2]["logprob"].get<double>()), 0.1, 1e-12);
  EXPECT_EQ(body["usage"]["total_tokens"], 3);
}

TEST(SimulatedAnswerTest, listsOnlyAsManyAlternativesAsAskedMostLikelyFirst) {
  const auto outcomes = quiz();
  ChatShape shape{"id", 1, "m", true, 1, true, "", std::nullopt, UsageLie::None};
  const auto unlikely = *parseJson(chatCompletion(answerOf(*outcomes, 1, "m"), shape));
  const auto& token = unlikely["choices"][0]["logprobs"]["content"][0];
  ASSERT_EQ(token["top_logprobs"].size(), 1u);
  EXPECT_NE(token["top_logprobs"][0]["token"], token["token"]);
  shape.top_logprobs = 0;
  const auto none = *parseJson(chatCompletion(answerOf(*outcomes, 1, "m"), shape));
  EXPECT_TRUE(none["choices"][0]["logprobs"]["content"][0]["top_logprobs"].empty());
}

TEST(SimulatedAnswerTest, givesNoLogprobsWhenNotAskedOrNotKnown) {
  const auto outcomes = quiz();
  ChatShape shape{"id", 1, "m", false, 0, true, "", std::nullopt, UsageLie::None};
  EXPECT_TRUE((*parseJson(chatCompletion(answerOf(*outcomes, 0, "m"), shape)))["choices"][0]["logprobs"].is_null());
  shape.logprobs = true;
  EXPECT_TRUE((*parseJson(chatCompletion(answerOf(*outcomes, 0, "n"), shape)))["choices"][0]["logprobs"].is_null());
}

TEST(SimulatedAnswerTest, streamsTheSameTextAndCountsWhenAsked) {
  const auto outcomes = quiz();
  const auto stream = chatStream(answerOf(*outcomes, 4, "m"), {"id", 1, "m", true, 2, true, "", std::nullopt, UsageLie::None});
  std::string text;
  for (const auto& event : stream.tokens) {
    ASSERT_TRUE(event.starts_with("data: ") && event.ends_with("\n\n"));
    const auto chunk = *parseJson(std::string_view(event).substr(6, event.size() - 8));
    text += chunk["choices"][0]["delta"]["content"].get<std::string>();
    EXPECT_NEAR(std::exp(chunk["choices"][0]["logprobs"]["content"][0]["logprob"].get<double>()), 0.5, 1e-12);
  }
  EXPECT_EQ(text, "Äh, so…");
  EXPECT_NE(stream.closing.find("\"completion_tokens\":3"), std::string::npos);
  EXPECT_EQ(chatStream(answerOf(*outcomes, 4, "m"), {"id", 1, "m", true, 2, false, "", std::nullopt}).closing.find("usage"), std::string::npos);
}

TEST(SimulatedAnswerTest, unequalTokensKeepTheMeanAndComeAgain) {
  const auto outcomes = quiz();
  auto answer = answerOf(*outcomes, 4, "m");
  ASSERT_GT(answer.tokens.size(), 2u);
  makeUneven(answer, 1.0, 7);
  double sum = 0;
  for (std::size_t i = 0; i < answer.tokens.size(); ++i) sum += std::log(answer.probability(i));
  EXPECT_NEAR(std::exp(sum / static_cast<double>(answer.tokens.size())), 0.5, 1e-9);
  EXPECT_GT(std::abs(answer.probability(0) - answer.probability(1)), 1e-6);
  auto again = answerOf(*outcomes, 4, "m");
  makeUneven(again, 1.0, 7);
  EXPECT_EQ(again.surprise, answer.surprise);
  makeUneven(again, 1.0, 8);
  EXPECT_NE(again.surprise, answer.surprise);
  auto label = answerOf(*outcomes, 0, "m");
  makeUneven(label, 1.0, 7);
  EXPECT_TRUE(label.surprise.empty());
}

TEST(SimulatedAnswerTest, endsAtMaxTokensAndSaysSo) {
  const auto outcomes = quiz();
  const auto body = *parseJson(chatCompletion(answerOf(*outcomes, 4, "m"), {"id", 1, "m", false, 0, true, "", 2}));
  EXPECT_EQ(body["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(body["usage"]["completion_tokens"], 2);
}

TEST(SimulatedAnswerTest, callsTheToolThatTheRequestForces) {
  const auto outcomes = quiz();
  const auto body = *parseJson(chatCompletion(answerOf(*outcomes, 0, "m"), {"id", 1, "m", false, 0, true, "classify", std::nullopt}));
  const auto& call = body["choices"][0]["message"]["tool_calls"][0];
  EXPECT_EQ(call["function"]["name"], "classify");
  EXPECT_EQ(*parseJson(call["function"]["arguments"].get<std::string>()), Json({{"answer", "A"}}));
  EXPECT_EQ(body["choices"][0]["finish_reason"], "tool_calls");
}

TEST(SimulatedAnswerTest, makesUpOneOfTheLabelsOfAKnownPrompt) {
  const auto outcomes = quiz();
  const auto answer = madeUpAnswer(*outcomes, &outcomes->rows()[0], {{"user", "first?"}}, "z", 1);
  EXPECT_THAT(answer.text, testing::AnyOf("A", "B", "C"));
  const auto unknown = madeUpAnswer(*outcomes, nullptr, {{"user", "what?"}}, "z", 1);
  EXPECT_FALSE(unknown.text.empty());
  EXPECT_EQ(madeUpAnswer(*outcomes, nullptr, {{"user", "what?"}}, "z", 1).text, unknown.text);
}

}  // namespace
}  // namespace signalbox::lab
