// SPDX-License-Identifier: Apache-2.0
#include "dialect/feedback.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "dialect/openai_models.h"

namespace signalbox::dialect {
namespace {

const std::string kId = "018f3c5e-7b2a-7c4d-8e9f-0123456789ab";

std::string grade(std::string_view members) { return R"({"decision_id":")" + kId + "\"" + std::string(members) + "}"; }

TEST(FeedbackTest, readsAGrade) {
  const auto label = readFeedback(grade(R"(,"score":0.25,"source":"judge","note":"close")"), 42);
  ASSERT_TRUE(label);
  EXPECT_EQ(label->decision_id.string(), kId);
  EXPECT_EQ(label->score, 0.25);
  EXPECT_EQ(label->source, domain::LabelSource::Judge);
  EXPECT_EQ(label->note, "close");
  EXPECT_EQ(label->ts, 42);
}

TEST(FeedbackTest, correctIsOneOrZeroAndAPersonsWord) {
  EXPECT_EQ(readFeedback(grade(R"(,"correct":true)"), 0)->score, 1.0);
  EXPECT_EQ(readFeedback(grade(R"(,"correct":false)"), 0)->score, 0.0);
  EXPECT_EQ(readFeedback(grade(R"(,"correct":false,"label":"BILL")"), 0)->note, "BILL");
  EXPECT_EQ(readFeedback(grade(R"(,"correct":true)"), 0)->source, domain::LabelSource::Person);
}

TEST(FeedbackTest, nullIsUnsure) { EXPECT_FALSE(readFeedback(grade(R"(,"score":null)"), 0)->score); }

TEST(FeedbackTest, aTextThatCannotBeAnIdIsThatOfNoDecision) {
  for (const char* id : {"nope", "", "0190-not-a-uuid"}) {
    const auto label = readFeedback(R"({"decision_id":")" + std::string(id) + R"(","score":1})", 0);
    ASSERT_FALSE(label);
    EXPECT_EQ(label.error().code, ErrorCode::UnknownDecision);
    EXPECT_EQ(label.error().param, "decision_id");
  }
}

TEST(FeedbackTest, aSourceOfTheClientsOwnRanksLowestAndIsKept) {
  const auto app = readFeedback(grade(R"(,"correct":false,"label":"BILL","source":"app")"), 0);
  ASSERT_TRUE(app);
  EXPECT_EQ(app->source, domain::LabelSource::File);
  EXPECT_EQ(app->note, "source: app; BILL");
  EXPECT_EQ(readFeedback(grade(R"(,"score":1,"source":"app")"), 0)->note, "source: app");
  EXPECT_EQ(readFeedback(grade(R"(,"score":1,"source":"judge")"), 0)->note, "");
  EXPECT_EQ(readFeedback(grade(R"(,"score":1,"source":null)"), 0)->source, domain::LabelSource::Person);
}

TEST(FeedbackTest, refusesWhatIsNoGrade) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"score":1})", "decision_id"},
      {R"({"decision_id":7,"score":1})", "decision_id"},
      {grade(""), "score"},
      {grade(R"(,"score":1.5)"), "score"},
      {grade(R"(,"score":"good")"), "score"},
      {grade(R"(,"correct":0.5)"), "correct"},
      {grade(R"(,"score":1,"correct":true)"), "score"},
      {grade(R"(,"score":1,"source":7)"), "source"},
      {grade(R"(,"score":1,"note":7)"), "note"},
      {"[1]", ""},
  };
  for (const auto& [body, param] : cases) {
    const auto label = readFeedback(body, 0);
    ASSERT_FALSE(label) << body;
    EXPECT_EQ(label.error().code, ErrorCode::InvalidRequest) << body;
    EXPECT_EQ(label.error().param, param) << body;
  }
}

TEST(ModelsTest, listsWhatIsOffered) {
  const auto json = Json::parse(modelsBody({{"auto", "signalbox", 0}, {"openai/gpt-4o", "openai", 7}}));
  EXPECT_EQ(json.at("object"), "list");
  ASSERT_EQ(json.at("data").size(), 2u);
  EXPECT_EQ(json.at("data")[1].at("id"), "openai/gpt-4o");
  EXPECT_EQ(json.at("data")[0].at("object"), "model");
  EXPECT_EQ(Json::parse(modelsBody({})).at("data").size(), 0u);
}

}  // namespace
}  // namespace signalbox::dialect
