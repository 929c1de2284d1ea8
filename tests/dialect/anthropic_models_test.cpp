// SPDX-License-Identifier: Apache-2.0
#include "dialect/anthropic_models.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace signalbox::dialect {
namespace {

TEST(AnthropicModelsTest, aPageHoldsThemAllAndSaysWhereItBeginsAndEnds) {
  const auto body = Json::parse(anthropicModelsBody({{.id = "auto", .owner = "signalbox"}, {.id = "up/\"m\"", .owner = "up"}}));
  ASSERT_EQ(body.at("data").size(), 2u);
  EXPECT_EQ(body["data"][1], Json::parse(anthropicModelBody({.id = "up/\"m\"", .owner = "up"})));
  EXPECT_EQ(body["data"][1]["id"], "up/\"m\"");
  EXPECT_EQ(body["data"][1]["type"], "model");
  EXPECT_EQ(body["data"][1]["created_at"], "1970-01-01T00:00:00Z") << "the day is not known";
  EXPECT_EQ(body["has_more"], false);
  EXPECT_EQ(body["first_id"], "auto");
  EXPECT_EQ(body["last_id"], "up/\"m\"");
}

TEST(AnthropicModelsTest, aPageOfNoneHasNoEnds) {
  const auto body = Json::parse(anthropicModelsBody({}));
  EXPECT_TRUE(body.at("data").empty());
  EXPECT_TRUE(body.at("first_id").is_null());
  EXPECT_TRUE(body.at("last_id").is_null());
}

}  // namespace
}  // namespace signalbox::dialect
