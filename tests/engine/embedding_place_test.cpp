// SPDX-License-Identifier: Apache-2.0
#include "engine/embedding_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signalbox::engine {
namespace {

using testing::ElementsAre;

class EmbeddingPlaceTest : public testing::Test {
 protected:
  void add(std::string name, domain::UpstreamApi api, std::vector<std::pair<std::string, bool>> models) {
    domain::Upstream upstream;
    upstream.name = std::move(name);
    upstream.api = api;
    for (auto& [id, marked] : models) {
      domain::ModelOffer offer;
      offer.id = std::move(id);
      offer.embeddings = marked;
      upstream.models.push_back(std::move(offer));
    }
    config_.upstreams.push_back(std::move(upstream));
  }
  void tier(std::string name, std::vector<domain::Deployment> deployments) { config_.tiers.push_back({.name = std::move(name), .deployments = std::move(deployments)}); }
  std::vector<std::string> place(const domain::Tier* asked = nullptr) const {
    const auto found = embeddingPlace(config_, asked);
    if (!found) return {"nowhere"};
    std::vector<std::string> words{found->name};
    for (const auto& deployment : found->deployments) words.push_back(deployment.upstream + "/" + deployment.model);
    return words;
  }

  config::Config config_;
};

TEST_F(EmbeddingPlaceTest, isTheFirstModelThatIsMarkedInATier) {
  add("a", domain::UpstreamApi::OpenAi, {{"chat", false}, {"embed", true}});
  add("b", domain::UpstreamApi::OpenAi, {{"embed", true}, {"other", true}});
  tier("local", {{"a", "chat"}});
  tier("frontier", {{"b", "other"}, {"b", "embed"}});
  EXPECT_THAT(place(), ElementsAre("frontier", "b/other"));
}

TEST_F(EmbeddingPlaceTest, failsOverToTheSameModelOnly) {
  add("a", domain::UpstreamApi::OpenAi, {{"embed", true}, {"chat", false}});
  add("b", domain::UpstreamApi::OpenAi, {{"embed", false}, {"chat", false}});
  tier("local", {{"b", "chat"}, {"b", "embed"}, {"a", "embed"}});
  EXPECT_THAT(place(), ElementsAre("local", "a/embed", "b/embed"));
}

TEST_F(EmbeddingPlaceTest, mayBeInNoTier) {
  add("a", domain::UpstreamApi::OpenAi, {{"chat", false}, {"embed", true}});
  tier("local", {{"a", "chat"}});
  EXPECT_THAT(place(), ElementsAre("", "a/embed"));
}

TEST_F(EmbeddingPlaceTest, isTheFirstModelWhoseApiHasEmbeddingsWhereNoneIsMarked) {
  add("claude", domain::UpstreamApi::Anthropic, {{"c", false}});
  add("a", domain::UpstreamApi::OpenAi, {{"chat", false}});
  tier("local", {{"claude", "c"}});
  tier("frontier", {{"claude", "c"}, {"a", "chat"}});
  EXPECT_THAT(place(), ElementsAre("frontier", "a/chat"));
}

TEST_F(EmbeddingPlaceTest, staysInATierThatWasAskedFor) {
  add("a", domain::UpstreamApi::OpenAi, {{"x", false}, {"y", false}, {"embed", true}});
  tier("local", {{"a", "embed"}});
  tier("frontier", {{"a", "x"}, {"a", "y"}});
  EXPECT_THAT(place(&config_.tiers[1]), ElementsAre("frontier", "a/x"));
}

TEST_F(EmbeddingPlaceTest, isNowhereWithoutSuchAnApi) {
  add("claude", domain::UpstreamApi::Anthropic, {{"c", false}});
  tier("local", {{"claude", "c"}});
  EXPECT_THAT(place(), ElementsAre("nowhere"));
}

}  // namespace
}  // namespace signalbox::engine
