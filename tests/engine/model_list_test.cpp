// SPDX-License-Identifier: Apache-2.0
#include "engine/model_list.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace signalbox::engine {
namespace {

domain::Price priceOf(double input, double output) {
  domain::Price price;
  price.input = input / 1e6;
  price.output = output / 1e6;
  price.source = "configuration";
  return price;
}

class ModelListTest : public testing::Test {
 protected:
  ModelListTest() {
    domain::Upstream own;
    own.name = "own";
    own.gpu_cost = domain::GpuCost{2, 1};
    own.models = {{"llama", true, std::nullopt, {}}};
    domain::Upstream sold;
    sold.name = "sold";
    sold.models = {{"mini", std::nullopt, priceOf(0.15, 0.6), {}}, {"org/large", std::nullopt, priceOf(2.5, 10), {}}, {"secret", std::nullopt, std::nullopt, {}}};
    config_.upstreams = {own, sold};
    config_.tiers = {{"local", {{"own", "llama"}}, {}}, {"mid", {{"sold", "mini"}, {"sold", "mini"}}, {}},
                     {"frontier", {{"sold", "org/large"}, {"sold", "mini"}}, {}}};
    policy_.tiers = {"local", "mid", "frontier"};
    policy::Workload tickets;
    tickets.name = "tickets";
    policy_.workloads = {tickets};
  }

  // What is said of a model beside what every list says.
  Json said(const std::string& id) const {
    const Pricing pricing(config_);
    const Json list = Json::parse(dialect::modelsBody(listModels(config_, policy_, pricing)));
    for (const Json& model : list.at("data")) {
      if (model.at("id").get<std::string>() == id) return model.at("signalbox");
    }
    return Json::object();
  }

  config::Config config_;
  policy::CompiledPolicy policy_;
};

TEST_F(ModelListTest, namesTheTiersOfADeploymentAndItsPrice) {
  const Json mini = said("sold/mini");
  EXPECT_EQ(mini.at("tiers"), Json::parse(R"(["mid", "frontier"])"));
  EXPECT_EQ(mini.at("price"), Json::parse(R"({"input": 0.15, "output": 0.6, "unit": "usd_per_million_tokens", "source": "configuration"})"));
  EXPECT_EQ(said("tier:mid").at("price").at("input").get<double>(), 0.15);
}

TEST_F(ModelListTest, aPriceThatDiffersInWhatTheCacheCostsIsNone) {
  config_.upstreams[1].models.push_back({"mini-cached", std::nullopt, priceOf(0.15, 0.6), {}});
  config_.upstreams[1].models.back().price->cached_input = 1e-8;
  config_.tiers[1].deployments = {{"sold", "mini"}, {"sold", "mini-cached"}};
  EXPECT_TRUE(said("tier:mid").at("price").is_null());
}

TEST_F(ModelListTest, anUnknownPriceIsNull) {
  EXPECT_TRUE(said("own/llama").at("price").is_null()) << "GPU hours have no price for a token";
  EXPECT_TRUE(said("sold/secret").at("price").is_null());
  EXPECT_EQ(said("sold/secret").at("tiers"), Json::array());
  EXPECT_TRUE(said("tier:frontier").at("price").is_null()) << "its deployments differ";
  EXPECT_TRUE(said("auto").at("price").is_null());
  EXPECT_EQ(said("auto:tickets").at("tiers"), Json::parse(R"(["local", "mid", "frontier"])"));
}

}  // namespace
}  // namespace signalbox::engine
