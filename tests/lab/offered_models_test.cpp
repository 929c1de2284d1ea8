// SPDX-License-Identifier: Apache-2.0
#include "lab/offered_models.h"

#include <gmock/gmock.h>

#include "dialect/openai_models.h"

namespace signalbox::lab {
namespace {

TEST(OfferedModelsTest, readsWhatARouterLists) {
  domain::Price price;
  price.input = 2.5e-6;
  price.output = 10e-6;
  price.source = "configuration";
  const auto offered = readOfferedModels(dialect::modelsBody({{"auto", "signalbox", 0, {"local", "frontier"}, std::nullopt},
                                                              {"tier:local", "signalbox", 0, {"local"}, std::nullopt},
                                                              {"tier:frontier", "signalbox", 0, {"frontier"}, price},
                                                              {"own/llama", "own", 0, {"local"}, std::nullopt},
                                                              {"sold/org/large", "sold", 0, {"frontier"}, price},
                                                              {"sold/spare", "sold", 0, {}, price}}));
  EXPECT_THAT(offered.tiers, testing::ElementsAre("local", "frontier"));
  EXPECT_THAT(offered.models, testing::ElementsAre("llama", "org/large", "spare"));
  EXPECT_EQ(offered.tier_of.at("org/large"), "frontier");
  EXPECT_FALSE(offered.tier_of.contains("spare"));
  EXPECT_DOUBLE_EQ(offered.prices.at("org/large").output, 10e-6);
  EXPECT_EQ(offered.prices.at("org/large").source, "the target: configuration");
  EXPECT_FALSE(offered.prices.contains("llama"));
}

TEST(OfferedModelsTest, takesNoPriceInAnUnknownUnit) {
  const auto offered = readOfferedModels(R"({"data": [{"id": "u/m", "signalbox": {"tiers": ["t"], "price": {"input": 1, "output": 2}}}]})");
  EXPECT_TRUE(offered.prices.empty());
  EXPECT_EQ(offered.tier_of.at("m"), "t");
}

}  // namespace
}  // namespace signalbox::lab
