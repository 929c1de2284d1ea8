// SPDX-License-Identifier: Apache-2.0
#include "config/starter.h"

#include <gmock/gmock.h>

#include "config/config_files.h"
#include "config/providers.h"
#include "config/yaml.h"

namespace signalbox::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

StarterUpstream remote(const std::string& name, std::vector<std::string> models, bool logprobs = true) {
  StarterUpstream upstream;
  upstream.name = name;
  upstream.base_url = "https://api.example.com/v1";
  upstream.models = std::move(models);
  upstream.logprobs = logprobs;
  return upstream;
}

StarterUpstream local(const std::string& name, std::vector<std::string> models) {
  StarterUpstream upstream = remote(name, std::move(models));
  upstream.base_url = "http://127.0.0.1:8000/v1";
  upstream.local = true;
  return upstream;
}

Draft draftOf(std::vector<StarterUpstream> upstreams, Goal goal = Goal::Balanced) {
  const auto draft = starterDraft({std::move(upstreams), {}, goal});
  EXPECT_TRUE(draft) << draft.error().message;
  return draft.value_or(Draft{});
}

std::vector<std::string> tiers(const Draft& draft) {
  std::vector<std::string> all;
  for (const auto& tier : draft.tiers) {
    std::string text = tier.name + ":";
    for (const auto& deployment : tier.deployments) text += " " + deployment;
    all.push_back(text);
  }
  return all;
}

const Json& workload(const Draft& draft) { return draft.policy.json.at("workloads").at(0); }

TEST(StarterTest, putsTheLocalModelBeforeThoseThatCostMoney) {
  EXPECT_THAT(tiers(draftOf({remote("cloud", {"mini", "big"}), local("mine", {"tiny"})})),
              ElementsAre("local: mine/tiny", "small: cloud/mini", "large: cloud/big"));
}

TEST(StarterTest, putsProvidersOfOneRankIntoOneTier) {
  EXPECT_THAT(tiers(draftOf({remote("a", {"a1", "a2"}), remote("b", {"b1", "b2", "b3"}), remote("c", {"c1"})})),
              ElementsAre("small: a/a1 b/b1", "mid: b/b2", "large: a/a2 b/b3 c/c1"));
}

TEST(StarterTest, leavesTheOrderOfManyModelsToTheUser) {
  const auto draft = starterDraft({{remote("a", {"1", "2", "3", "4"})}, {}, Goal::Cost});
  ASSERT_FALSE(draft);
  EXPECT_THAT(draft.error().message, HasSubstr("--tier NAME=UPSTREAM/MODEL"));
}

TEST(StarterTest, keepsTheTiersThatWereSaid) {
  const auto draft = starterDraft({{remote("a", {"1", "2", "3", "4"})}, {{"one", {"a/1"}}, {"rest", {"a/2", "a/3"}}}, Goal::Cost});
  ASSERT_TRUE(draft);
  EXPECT_THAT(tiers(*draft), ElementsAre("one: a/1", "rest: a/2 a/3"));
}

TEST(StarterTest, oneTierIsFixedAndHasNoGate) {
  const Draft draft = draftOf({local("mine", {"tiny"})});
  EXPECT_EQ(workload(draft).at("route"), (Json{{"strategy", "fixed"}, {"tier", "local"}}));
  EXPECT_FALSE(workload(draft).contains("gate"));
}

TEST(StarterTest, whoCaresForQualityHasStricterGatesThanWhoCaresForCost) {
  const auto below = [](Goal goal) { return workload(draftOf({remote("a", {"1", "2"})}, goal)).at("gate").at("small").at("escalate-below").get<double>(); };
  EXPECT_LT(below(Goal::Cost), below(Goal::Balanced));
  EXPECT_LT(below(Goal::Balanced), below(Goal::Quality));
  EXPECT_EQ(workload(draftOf({remote("a", {"1", "2"})}, Goal::Cost)).at("route").at("strategy"), "cascade");
}

TEST(StarterTest, noCascadeWhereTheFirstTierCannotBeJudged) {
  const Draft draft = draftOf({remote("a", {"1", "2"}, false)}, Goal::Cost);
  EXPECT_EQ(workload(draft).at("route").at("strategy"), "heuristic");
  EXPECT_FALSE(workload(draft).contains("gate"));
  EXPECT_THAT(draftConfigText(draft), HasSubstr("{ id: \"1\", logprobs: false }"));
}

TEST(StarterTest, everyProviderAndGoalGivesFilesThatLoad) {
  for (const auto& provider : providers()) {
    if (provider.base_url.empty()) continue;
    for (const auto goal : {Goal::Cost, Goal::Balanced, Goal::Quality}) {
      StarterUpstream upstream = remote(std::string(provider.name), {"m-1", "vendor/m:2"}, provider.logprobs);
      upstream.base_url = provider.base_url;
      upstream.key_env = provider.key_env;
      upstream.local = provider.local;
      const Draft draft = draftOf({upstream}, goal);
      EXPECT_THAT(lines(checkDraft(draft, "signalbox.yaml", acceptAll)), IsEmpty()) << provider.name;
    }
  }
}

TEST(DraftTest, namesWhatWouldNotLoad) {
  Draft draft = draftOf({remote("a", {"1"})});
  draft.upstreams[0].base_url = "ftp://example.com";
  EXPECT_THAT(lines(checkDraft(draft, "f.yaml", acceptAll)), ElementsAre(HasSubstr("http://HOST")));
}

TEST(DraftTest, textReadsBackAsItself) {
  for (const std::string text : {"plain", "gpt-4o:extended", "true", "12", "0.5", "null", "- a", "a: b", "*", "a # b", "{x}", "", "quo\"te", "umläut", "a,b", "~", "-x"}) {
    const auto read = readYaml("[" + yamlText(text) + "]", "f");
    ASSERT_TRUE(read.errors.empty()) << text << " as " << yamlText(text) << ": " << read.errors[0].message;
    EXPECT_EQ(read.json, Json::array({text}));
  }
}

TEST(DraftTest, pricesAreWrittenAMillionTokensAndReadBackTheSame) {
  Draft draft = draftOf({remote("a", {"1"})});
  domain::Price price;
  price.input = 0.15e-6;
  price.output = 0.6e-6;
  price.cached_input = 0.075e-6;
  price.cache_write = 0.2e-6;
  price.cache_write_1h = 0.3e-6;
  price.reasoning = 0.7e-6;
  price.audio_input = 1e-6;
  price.audio_output = 2e-6;
  price.batch_input = 0.05e-6;
  price.batch_output = 0.25e-6;
  price.priority_input = 0.3e-6;
  price.priority_output = 1.2e-6;
  price.web_search = 0.01;
  draft.upstreams[0].models[0].price = price;
  EXPECT_THAT(draftConfigText(draft), HasSubstr("price: { input: 0.15, output: 0.6, cached-input: 0.075, "));
  FakeSecrets secrets;
  const std::string policy = draftPolicyText(draft);
  const auto loaded = loadText(draftConfigText(draft), "f.yaml", secrets, acceptAll, &policy);
  ASSERT_TRUE(loaded);
  const auto& read = *(*loaded)->upstreams[0].models[0].price;
  EXPECT_DOUBLE_EQ(read.input, price.input);
  EXPECT_DOUBLE_EQ(read.output, price.output);
  for (const auto field : {&domain::Price::cached_input, &domain::Price::cache_write, &domain::Price::cache_write_1h, &domain::Price::reasoning,
                           &domain::Price::audio_input, &domain::Price::audio_output, &domain::Price::batch_input, &domain::Price::batch_output,
                           &domain::Price::priority_input, &domain::Price::priority_output, &domain::Price::web_search}) {
    ASSERT_TRUE(read.*field) << draftConfigText(draft);
    EXPECT_DOUBLE_EQ(*(read.*field), *(price.*field));
  }
}

TEST(DraftTest, aFailedSecondFileTakesTheFirstBack) {
  const ConfigFiles files;
  const Draft draft = draftOf({remote("a", {"1"})});
  const std::string policy = files.path("policy.yaml");
  const std::string nowhere = files.path("no-such-folder/signalbox.yaml");
  EXPECT_FALSE(writeDraft(draft, nowhere, policy));
  EXPECT_FALSE(std::filesystem::exists(policy));
  files.write("policy.yaml", "before");
  EXPECT_FALSE(writeDraft(draft, nowhere, policy));
  std::string text;
  std::getline(std::ifstream(policy) >> std::ws, text);
  EXPECT_EQ(text, "before");
}

TEST(ProvidersTest, otherNamesFindTheSameProvider) {
  EXPECT_EQ(findProvider("together_ai"), findProvider("together"));
  EXPECT_EQ(findProvider("hosted_vllm")->name, "vllm");
  EXPECT_EQ(findProvider("nobody"), nullptr);
}

}  // namespace
}  // namespace signalbox::config
