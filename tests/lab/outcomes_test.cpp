// SPDX-License-Identifier: Apache-2.0
#include "lab/outcomes.h"

#include <gmock/gmock.h>

namespace signalbox::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kGood = R"({"id":"a","task":"t","prompt":"is it?","answer":"True","models":{"m":{"correct":1,"token_prob":0.9}}})";

TEST(OutcomesTest, readsWhatAModelDidWithAPrompt) {
  const auto row = parseOutcomeRow(
      R"({"id":"a","set":"s","task":"t","prompt":"is it?","answer":"True",
          "models":{"m":{"correct":0.25,"token_prob":0.9,"reply":"no","input_tokens":7,"output_tokens":2,"cost_usd":0.1}}})");
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->messages.front().text, "is it?");
  const Record* record = row->record("m");
  ASSERT_NE(record, nullptr);
  EXPECT_DOUBLE_EQ(record->correct, 0.25);
  EXPECT_FALSE(record->right());
  EXPECT_EQ(record->reply, "no");
  EXPECT_EQ(record->output_tokens, 2);
  EXPECT_EQ(row->record("another"), nullptr);
}

TEST(OutcomesTest, leavesUnknownWhatTheFileDoesNotSay) {
  const auto row = parseOutcomeRow(R"({"id":"a","prompt":"p","models":{"m":{"correct":true}}})");
  EXPECT_FALSE(row) << "a score is a number";
  const auto bare = parseOutcomeRow(R"({"id":"a","prompt":"p","models":{"m":{"correct":1,"token_prob":null}}})");
  ASSERT_TRUE(bare);
  EXPECT_FALSE(bare->record("m")->token_prob);
  EXPECT_FALSE(bare->record("m")->input_tokens);
  EXPECT_FALSE(bare->answer);
}

TEST(OutcomesTest, namesTheFieldThatIsWrong) {
  const auto message = [](const char* line) { return parseOutcomeRow(line).error().message; };
  EXPECT_THAT(message(R"({"prompt":"p","models":{}})"), HasSubstr("`id`"));
  EXPECT_THAT(message(R"({"id":"a","models":{}})"), HasSubstr("`prompt`"));
  EXPECT_THAT(message(R"({"id":"a","prompt":"p"})"), HasSubstr("`models`"));
  EXPECT_THAT(message(R"({"id":"a","prompt":"p","models":{"m":{}}})"), HasSubstr("`models.m.correct`"));
  EXPECT_THAT(message(R"({"id":"a","prompt":"p","models":{"m":{"correct":2}}})"), HasSubstr("from 0 to 1"));
  EXPECT_THAT(message(R"({"id":"a","prompt":"p","models":{"m":{"correct":1,"token_prob":1.5}}})"), HasSubstr("models.m.token_prob"));
  EXPECT_THAT(message(R"({"id":"a","prompt":"p","models":{"m":{"correct":1,"input_tokens":-1}}})"), HasSubstr("models.m.input_tokens"));
  EXPECT_THAT(message(R"({"id":"a","messages":[{"role":"user"}],"models":{}})"), HasSubstr("`messages`"));
}

TEST(OutcomesTest, failsAsAWholeOnABadLineAndSaysWhichOne) {
  const std::string text = std::string(kGood) + "\n\n{\"id\":\"b\"\n" + kGood + "\nnonsense\n";
  const auto outcomes = parseOutcomes(text, "rows.jsonl", false);
  ASSERT_FALSE(outcomes);
  EXPECT_EQ(outcomes.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(outcomes.error().message, HasSubstr("rows.jsonl:3: "));
  EXPECT_THAT(outcomes.error().message, HasSubstr("rows.jsonl:5: "));
  EXPECT_THAT(outcomes.error().message, HasSubstr("2 bad lines"));
}

TEST(OutcomesTest, goesOnWithoutBadLinesWhenTold) {
  const std::string text = std::string("\xEF\xBB\xBF") + kGood + "\r\nnonsense\n";
  const auto outcomes = parseOutcomes(text, "rows.jsonl", true);
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_EQ((*outcomes)->rows().size(), 1u);
  ASSERT_EQ((*outcomes)->skipped().size(), 1u);
  EXPECT_EQ((*outcomes)->skipped().front().line, 2u);
}

TEST(OutcomesTest, refusesAFileWithoutRows) {
  EXPECT_FALSE(parseOutcomes("\n\n", "rows.jsonl", true));
  EXPECT_EQ(readOutcomes("/nowhere/rows.jsonl", false).error().code, ErrorCode::Io);
}

TEST(OutcomesTest, findsTheFirstOfEqualPromptsByTheLastUserMessage) {
  const auto outcomes = *parseOutcomes(
      R"({"id":"1","prompt":"p","models":{}}
{"id":"2","prompt":"p","models":{}}
{"id":"3","messages":[{"role":"user","content":"p"},{"role":"assistant","content":"q"},{"role":"user","content":"r"}],"models":{}})",
      "f", false);
  EXPECT_EQ(outcomes->find({{"user", "p"}}), 0u);
  EXPECT_EQ(outcomes->find({{"system", "be kind"}, {"user", "p"}}), 0u);
  EXPECT_EQ(outcomes->find({{"user", "p"}, {"assistant", "q"}, {"user", "r"}}), 2u);
  EXPECT_EQ(outcomes->find({{"user", "r"}}), std::nullopt);
  EXPECT_EQ(outcomes->find({{"user", "unheard of"}}), std::nullopt);
}

TEST(OutcomesTest, takesFewAnswersOfATaskForItsLabels) {
  std::string text;
  for (int i = 0; i < 21; ++i) text += R"({"id":"x","task":"many","prompt":"p","answer":")" + std::to_string(i) + R"(","models":{}})" "\n";
  for (const char* answer : {"True", "False", "True"}) {
    text += std::string(R"({"id":"x","task":"few","prompt":"p","models":{},"answer":")") + answer + "\"}\n";
  }
  const auto outcomes = *parseOutcomes(text, "f", false);
  EXPECT_THAT(outcomes->labels("few"), ElementsAre("True", "False"));
  EXPECT_TRUE(outcomes->labels("many").empty());
  EXPECT_EQ(outcomes->answers("many").size(), 21u);
  EXPECT_TRUE(outcomes->labels("no such task").empty());
}

}  // namespace
}  // namespace signalbox::lab
