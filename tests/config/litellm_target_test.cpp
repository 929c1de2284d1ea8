// SPDX-License-Identifier: Apache-2.0
// Where the entries of a foreign file lead: nobody's prompts and keys go to an address that it does not name.
#include "config/litellm_fixture.h"

namespace signalbox::config {
namespace {

std::string entry(const std::string& name, const std::string& params) { return "  - {model_name: " + name + ", litellm_params: {" + params + "}}\n"; }

TEST_F(LitellmTest, aHostThatIsCalledOpenaiIsNoPath) {
  const auto base = [this](const std::string& url, const std::string& model = "azure/m") {
    const auto read = import("model_list:\n" + entry("a", "model: " + model + ", api_key: os.environ/K, api_base: \"" + url + "\""));
    return read.draft.upstreams.at(0).base_url;
  };
  EXPECT_EQ(base("https://openai-gpt-4-test-v-1.openai.azure.com/"), "https://openai-gpt-4-test-v-1.openai.azure.com/openai/v1");
  EXPECT_EQ(base("https://openai"), "https://openai/openai/v1");
  EXPECT_EQ(base("https://x.openai.azure.com/openai/deployments/m"), "https://x.openai.azure.com/openai/v1");
  EXPECT_EQ(base("https://apim.example.com/openai-prod"), "https://apim.example.com/openai-prod/openai/v1");
  EXPECT_EQ(base("https://m.eastus2.models.ai.azure.com", "azure_ai/m"), "https://m.eastus2.models.ai.azure.com/v1");
}

TEST_F(LitellmTest, aServerOnThisMachineIsKnownByItsAddressOfEitherKind) {
  for (const auto* url : {"http://[::1]:8000/v1", "http://127.0.0.1:8000/v1"}) {
    const auto read = import("model_list:\n" + entry("a", "model: openai/m, api_base: \"" + std::string(url) + "\""));
    EXPECT_EQ(read.draft.upstreams.at(0).name, "local") << url;
    EXPECT_EQ(read.draft.upstreams.at(0).key_env, "") << url;
  }
}

TEST_F(LitellmTest, aProviderThatIsNotKnownIsNotGuessedByTheModelsName) {
  const auto read = import("model_list:\n" + entry("a", "model: claude-3-5-sonnet@20240620, custom_llm_provider: vertex_ai") + entry("b", "model: mistral-large, custom_llm_provider: bedrock") +
                           entry("c", "model: gpt-4o"));
  ASSERT_EQ(read.draft.upstreams.size(), 1u);
  EXPECT_EQ(read.draft.upstreams[0].base_url, "https://api.openai.com/v1");
  EXPECT_THAT(leftOut(read), testing::ElementsAre("2: model_list[0].litellm_params.model", "3: model_list[1].litellm_params.model"));
}

TEST_F(LitellmTest, modelsThatAreNoChatsAreKnownByTheirNames) {
  const auto read = import("model_list:\n" + entry("chat", "model: gpt-4o") + entry("vectors", "model: text-embedding-3-small") + entry("pictures", "model: dall-e-3") +
                           entry("ears", "model: openai/whisper-1"));
  ASSERT_EQ(read.draft.tiers.size(), 1u);
  ASSERT_EQ(read.draft.upstreams.at(0).models.size(), 2u);
  EXPECT_TRUE(read.draft.upstreams[0].models[1].embeddings);
  EXPECT_THAT(changed(read), testing::Contains("3: model_list[1].litellm_params.model"));
  EXPECT_THAT(leftOut(read), testing::ElementsAre("4: model_list[2].litellm_params.model", "5: model_list[3].litellm_params.model"));
  const auto told = import("model_list:\n  - {model_name: a, litellm_params: {model: openai/embed-chat}, model_info: {mode: chat}}\n");
  EXPECT_EQ(told.draft.tiers.size(), 1u) << "what the file says counts";
}

TEST_F(LitellmTest, whatHasNoPlaceHereIsToldAlways) {
  const auto two = import("model_list:\n" + entry("a", "model: openai/m") + entry("a", "model: openai/n"));
  EXPECT_THAT(changed(two), testing::Contains("2: model_list[0].model_name")) << "LiteLLM asks them by turns";
  const auto weighed = import("model_list:\n" + entry("a", "model: openai/m") + entry("a", "model: openai/n, weight: \"9\""));
  EXPECT_THAT(changed(weighed), testing::ElementsAre("3: model_list[1].litellm_params.weight"));
  EXPECT_EQ(weighed.draft.tiers.at(0).deployments.at(0), "openai/n");
  const auto back = import("model_list:\n" + entry("small", "model: openai/m") + entry("large", "model: openai/n") +
                           "litellm_settings: {default_fallbacks: [small], fallbacks: [{small: [large]}]}\n");
  EXPECT_THAT(leftOut(back), testing::Contains(testing::StartsWith("4: litellm_settings.default_fallbacks")));
  const auto number = import("model_list:\n" + entry("a", "model: openai/m") + "general_settings: {master_key: 1234}\n");
  EXPECT_EQ(number.draft.keys.size(), 1u);
}

TEST_F(LitellmTest, mergedMembersAreMembers) {
  const auto read = import("base: &base {api_key: os.environ/OTHER_KEY, timeout: 9}\nmodel_list:\n  - model_name: a\n    litellm_params: {<<: *base, model: openai/m, timeout: 7}\n");
  EXPECT_EQ(read.draft.upstreams.at(0).key_env, "OTHER_KEY");
  EXPECT_EQ(read.draft.tiers.at(0).total_timeout, std::chrono::seconds(7)) << "its own come first";
}

}  // namespace
}  // namespace signalbox::config
