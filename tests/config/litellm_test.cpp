// SPDX-License-Identifier: Apache-2.0
// Models, their groups, fallbacks and names.
#include "config/litellm_fixture.h"

namespace signalbox::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(LitellmTest, aModelBecomesATierAWorkloadAndAnUpstreamWithItsVariable) {
  const auto read = import("model_list:\n  - model_name: fast\n    litellm_params:\n      model: openai/gpt-4o-mini\n      api_key: os.environ/MY_OPENAI\n");
  EXPECT_THAT(tiers(read), ElementsAre("fast: openai/gpt-4o-mini"));
  EXPECT_EQ(read.draft.upstreams[0].key_env, "MY_OPENAI");
  EXPECT_EQ(read.draft.upstreams[0].base_url, "https://api.openai.com/v1");
  EXPECT_EQ(read.draft.policy.json["workloads"][0], (Json{{"name", "fast"}, {"match", {{"model", "fast"}}}, {"route", {{"strategy", "fixed"}, {"tier", "fast"}}}}));
  EXPECT_THAT(read.notes, IsEmpty());
}

TEST_F(LitellmTest, providersAreKnownByTheirPrefixes) {
  const auto read = import(models({{"a", "anthropic/claude-sonnet-4-5"}, {"b", "groq/llama-3.1-8b-instant"}, {"c", "mistral/mistral-small-latest"},
                                   {"d", "together_ai/meta-llama/Llama-3-8b"}, {"e", "deepseek/deepseek-chat"}, {"f", "gemini/gemini-2.5-flash"},
                                   {"g", "openrouter/openai/gpt-4o"}, {"h", "ollama/llama3"}}));
  EXPECT_EQ(base(read, "anthropic"), "https://api.anthropic.com/v1");
  EXPECT_EQ(base(read, "groq"), "https://api.groq.com/openai/v1");
  EXPECT_EQ(base(read, "mistral"), "https://api.mistral.ai/v1");
  EXPECT_EQ(base(read, "deepseek"), "https://api.deepseek.com/v1");
  EXPECT_EQ(base(read, "gemini"), "https://generativelanguage.googleapis.com/v1beta/openai");
  EXPECT_EQ(base(read, "ollama"), "http://127.0.0.1:11434/v1");
  EXPECT_THAT(tiers(read), Contains("d: together/meta-llama/Llama-3-8b"));
  EXPECT_THAT(tiers(read), Contains("g: openrouter/openai/gpt-4o"));
  EXPECT_EQ(read.draft.upstream("groq")->key_env, "GROQ_API_KEY");
  EXPECT_EQ(read.draft.upstream("ollama")->key_env, "");
}

TEST_F(LitellmTest, anthropicIsAskedForMessagesWhereverItStands) {
  const auto read = import(R"(model_list:
  - {model_name: a, litellm_params: {model: anthropic/claude-haiku-4-5}}
  - {model_name: b, litellm_params: {model: anthropic/claude-haiku-4-5, api_base: "https://proxy.example.com/claude", api_key: os.environ/PROXY_KEY}}
  - {model_name: c, litellm_params: {model: anthropic/claude-haiku-4-5, api_base: "https://other.example.com/v1/messages", api_key: os.environ/PROXY_KEY}}
  - {model_name: d, litellm_params: {model: openai/gpt-4o, api_base: "https://other.example.com/v1", api_key: os.environ/PROXY_KEY}}
)");
  using Where = std::pair<domain::UpstreamApi, std::string>;
  std::vector<Where> found;
  for (const auto& upstream : read.draft.upstreams) found.emplace_back(upstream.api, upstream.base_url);
  using enum domain::UpstreamApi;
  EXPECT_THAT(found, ElementsAre(Where{Anthropic, "https://api.anthropic.com/v1"}, Where{Anthropic, "https://proxy.example.com/claude/v1"},
                                 Where{Anthropic, "https://other.example.com/v1"}, Where{OpenAi, "https://other.example.com/v1"}));
}

TEST_F(LitellmTest, someModelsAreKnownByTheirNames) {
  const auto read = import(models({{"a", "gpt-4o"}, {"b", "claude-haiku-4-5"}}));
  EXPECT_THAT(tiers(read), ElementsAre("a: openai/gpt-4o", "b: anthropic/claude-haiku-4-5"));
}

TEST_F(LitellmTest, azureIsAskedAtItsOpenAiStyleEndpointAndPricedByItsBaseModel) {
  const auto read = import(R"(model_list:
  - model_name: big
    litellm_params: {model: azure/my-own-name, api_base: "https://office.openai.azure.com/", api_key: os.environ/AZURE_API_KEY, api_version: "2024-10-21"}
    model_info: {base_model: azure/gpt-4o}
)");
  EXPECT_EQ(base(read, "azure"), "https://office.openai.azure.com/openai/v1");
  EXPECT_THAT(tiers(read), ElementsAre("big: azure/my-own-name"));
  ASSERT_TRUE(read.draft.upstreams[0].models[0].price);
  EXPECT_DOUBLE_EQ(read.draft.upstreams[0].models[0].price->input, builtInPrice("azure", "gpt-4o").value_or(*builtInPrice("", "gpt-4o")).input);
  EXPECT_THAT(leftOut(read), ElementsAre("3: model_list[0].litellm_params.api_version"));
}

TEST_F(LitellmTest, addressesComeFromTheFileOrFromTheEnvironment) {
  variables["VLLM_BASE"] = "http://gpu-1.example.com:8000/v1";
  const auto read = import(R"(model_list:
  - {model_name: a, litellm_params: {model: hosted_vllm/llama, api_base: os.environ/VLLM_BASE}}
  - {model_name: b, litellm_params: {model: openai/qwen, api_base: "http://127.0.0.1:9000/v1/chat/completions", api_key: sk-none}}
  - {model_name: c, litellm_params: {model: openai/qwen, api_base: os.environ/NOT_SET}}
)");
  EXPECT_EQ(base(read, "vllm"), "http://gpu-1.example.com:8000/v1");
  EXPECT_EQ(base(read, "local"), "http://127.0.0.1:9000/v1");
  EXPECT_EQ(read.draft.upstream("local")->key_env, "");
  EXPECT_THAT(leftOut(read), ElementsAre("4: model_list[2].litellm_params.api_base"));
}

TEST_F(LitellmTest, anAddressWithAUserIsNotCopied) {
  const auto read = import(R"(model_list:
  - {model_name: a, litellm_params: {model: openai/m}}
  - {model_name: b, litellm_params: {model: openai/m, api_base: "https://me:hunter22@models.example.com/v1"}}
)");
  EXPECT_THAT(leftOut(read), ElementsAre("3: model_list[1].litellm_params.api_base"));
  EXPECT_THAT(draftConfigText(read.draft), Not(HasSubstr("hunter22")));
}

TEST_F(LitellmTest, anAddressThatOurFileWouldRefuseIsLeftOut) {
  const auto read = import(R"(model_list:
  - {model_name: a, litellm_params: {model: openai/m}}
  - {model_name: b, litellm_params: {model: openai/m, api_base: "https://models.exam\rple.com/v1"}}
  - {model_name: c, litellm_params: {model: openai/m, api_base: "https:///v1"}}
  - {model_name: d, litellm_params: {model: openai/m, api_base: "models.example.com/v1"}}
)");
  EXPECT_THAT(leftOut(read), ElementsAre("3: model_list[1].litellm_params.api_base", "4: model_list[2].litellm_params.api_base", "5: model_list[3].litellm_params.api_base"));
}

TEST_F(LitellmTest, keysThatStandInTheFileAreNeverCopied) {
  const auto read = import(R"(model_list:
  - {model_name: a, litellm_params: {model: openai/m, api_key: sk-canary-1111}}
  - {model_name: b, litellm_params: {model: openai/m, api_base: "https://models.example.com/v1", api_key: sk-canary-2222}}
general_settings: {master_key: sk-canary-3333}
environment_variables: {SOMETHING: sk-canary-4444}
litellm_settings: {made_up: sk-canary-5555, callbacks: [sk-canary-6666], default_fallbacks: [sk-canary-7777]}
sk: {canary-8: sk-canary-8888}
)");
  std::string all = draftConfigText(read.draft) + draftPolicyText(read.draft);
  for (const auto& note : read.notes) all += note.string() + note.key;
  EXPECT_THAT(all, Not(HasSubstr("sk-canary")));
  EXPECT_EQ(read.draft.upstreams[0].key_env, "OPENAI_API_KEY");
  EXPECT_EQ(read.draft.upstreams[1].key_env, "OPENAI_API_KEY_2");
  EXPECT_EQ(read.draft.keys[0].env, "LITELLM_MASTER_KEY");
}

TEST_F(LitellmTest, deploymentsOfAGroupShareATierTheHeaviestFirst) {
  const auto read = import(R"(model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-4o, weight: 1}}
  - {model_name: chat, litellm_params: {model: azure/gpt-4o, api_base: "https://x.openai.azure.com", weight: 9}}
  - {model_name: chat, litellm_params: {model: openai/gpt-4o}}
)");
  EXPECT_THAT(tiers(read), ElementsAre("chat: azure/gpt-4o openai/gpt-4o"));
  EXPECT_THAT(leftOut(read), ElementsAre("4: model_list[2].litellm_params.model"));
}

TEST_F(LitellmTest, fallbacksAreTheOrderOfTiers) {
  const auto read = import(models({{"big", "openai/b"}, {"small", "openai/s"}, {"other", "openai/o"}}) + "router_settings: {fallbacks: [{small: [big, other]}]}\n");
  EXPECT_THAT(tiers(read), ElementsAre("small: openai/s", "big: openai/b", "other: openai/o"));
  EXPECT_THAT(changed(read), ElementsAre("2: model_list[0].model_name")) << "big falls back to other now";
  EXPECT_THAT(read.notes[0].why, HasSubstr("\"big\" goes on to other"));
}

TEST_F(LitellmTest, fallbacksThatGoBothWaysKeepTheFirst) {
  const auto read = import(models({{"a", "openai/a"}, {"b", "openai/b"}}) + "litellm_settings:\n  fallbacks: [{b: [a]}, {a: [b]}]\n");
  EXPECT_THAT(tiers(read), ElementsAre("b: openai/b", "a: openai/a"));
  EXPECT_THAT(leftOut(read), ElementsAre("5: litellm_settings.fallbacks[1].a"));
}

TEST_F(LitellmTest, defaultFallbacksComeLast) {
  const auto read = import(models({{"safe", "openai/s"}, {"a", "openai/a"}, {"b", "openai/b"}}) + "litellm_settings: {default_fallbacks: [safe, nobody]}\n");
  EXPECT_THAT(tiers(read), ElementsAre("a: openai/a", "b: openai/b", "safe: openai/s"));
  EXPECT_THAT(leftOut(read), ElementsAre("5: litellm_settings.default_fallbacks[1]"));
}

TEST_F(LitellmTest, everyKeyThatStandsInTheFileHasAVariableOfItsOwn) {
  const auto read = import("model_list:\n"
                           "  - {model_name: a, litellm_params: {model: openai/m, api_key: sk-canary-1111}}\n"
                           "  - {model_name: b, litellm_params: {model: openai/n, api_key: sk-canary-2222}}\n"
                           "  - {model_name: c, litellm_params: {model: openai/o, api_key: sk-canary-1111}}\n"
                           "  - {model_name: d, litellm_params: {model: openai/p, api_key: os.environ/OPENAI_API_KEY}}\n"
                           "  - {model_name: e, litellm_params: {model: anthropic/claude, api_key: sk-canary-3333}}\n"
                           "  - {model_name: f, litellm_params: {model: anthropic/claude-2}}\n");
  std::vector<std::string> variables_of;
  for (const auto& upstream : read.draft.upstreams) variables_of.push_back(upstream.key_env + ": " + std::to_string(upstream.models.size()));
  EXPECT_THAT(variables_of, ElementsAre("OPENAI_API_KEY_2: 2", "OPENAI_API_KEY_3: 1", "OPENAI_API_KEY: 1", "ANTHROPIC_API_KEY_2: 1", "ANTHROPIC_API_KEY: 1"));
}

TEST_F(LitellmTest, contentPolicyFallbacksAreRefusalsThatEscalate) {
  const auto read = import(models({{"a", "openai/a"}, {"b", "openai/b"}}) +
                           "litellm_settings:\n  content_policy_fallbacks: [{a: [b]}]\n  context_window_fallbacks: [{a: [b]}]\n");
  EXPECT_EQ(read.draft.policy.json["workloads"][0]["validate"], (Json{{"refusals", "escalate"}}));
  EXPECT_THAT(leftOut(read), ElementsAre("6: litellm_settings.context_window_fallbacks[0].a"));
}

TEST_F(LitellmTest, aliasesAndPatternsOfNames) {
  const auto read = import(models({{"gpt-*", "openai/gpt-4o"}, {"chat", "openai/gpt-4o-mini"}, {"anthropic/*", "\"anthropic/*\""}}) +
                           "router_settings:\n  model_group_alias:\n    gpt-4: chat\n    old: {model: chat, hidden: true}\n    lost: nobody\n    chat: chat\n");
  EXPECT_THAT(read.draft.aliases, ElementsAre(std::pair("gpt-*", "auto:gpt"), std::pair("gpt-4", "auto:chat"), std::pair("old", "auto:chat")));
  EXPECT_THAT(leftOut(read), ElementsAre("4: model_list[2].litellm_params.model", "8: router_settings.model_group_alias.old.hidden",
                                         "9: router_settings.model_group_alias.lost", "10: router_settings.model_group_alias.chat"));
}

TEST_F(LitellmTest, aGroupNamedLikeADeploymentKeepsItsFallback) {
  const auto read = import(models({{"openai/gpt-4o", "openai/gpt-4o"}, {"b", "openai/b"}}));
  EXPECT_THAT(tiers(read), ElementsAre("openai-gpt-4o: openai-api/gpt-4o", "b: openai-api/b"));
}

TEST_F(LitellmTest, embeddingsAreOfferedByNameAndOtherKindsAreLeftOut) {
  const auto read = import(R"(model_list:
  - {model_name: a, litellm_params: {model: openai/a}}
  - {model_name: embed, litellm_params: {model: openai/text-embedding-3-small}, model_info: {mode: embedding}}
  - {model_name: paint, litellm_params: {model: openai/dall-e-3}, model_info: {mode: image_generation}}
)");
  EXPECT_THAT(tiers(read), ElementsAre("a: openai/a"));
  EXPECT_THAT(read.draft.aliases, ElementsAre(std::pair("embed", "openai/text-embedding-3-small")));
  ASSERT_EQ(read.draft.upstreams[0].models.size(), 2u);
  EXPECT_FALSE(read.draft.upstreams[0].models[0].embeddings);
  EXPECT_TRUE(read.draft.upstreams[0].models[1].embeddings);
  EXPECT_THAT(leftOut(read), ElementsAre("4: model_list[2].model_info.mode"));
}

TEST_F(LitellmTest, aProviderWithoutAnAddressIsLeftOutAndTheRestServes) {
  const auto read = import(models({{"a", "openai/a"}, {"b", "bedrock/anthropic.claude-v2"}, {"c", "azure/x"}}));
  EXPECT_THAT(tiers(read), ElementsAre("a: openai/a"));
  EXPECT_THAT(leftOut(read), ElementsAre("3: model_list[1].litellm_params.model", "4: model_list[2].litellm_params.model"));
}

TEST_F(LitellmTest, aKeyWithALineFeedCannotWriteALineOfOurs) {
  const auto read = import(R"({"model_list": [{"model_name": "a\nkeys: []", "litellm_params": {"model": "openai/a"}}, {"model_name": "b", "litellm_params": {"model": "openai/b"}}],
    "x\nkeys: [{}]\n#": 1})");
  EXPECT_THAT(draftConfigText(read.draft), Not(HasSubstr("\nkeys:")));
  ASSERT_EQ(read.notes.size(), 2u);
  for (const auto& note : read.notes) EXPECT_EQ(note.string().find('\n'), std::string::npos);
}

TEST_F(LitellmTest, moreGroupsThanTiersAreReachedByName) {
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 20; ++i) many.emplace_back("g" + std::to_string(i), "openai/m" + std::to_string(i));
  const auto read = import(models(many));
  EXPECT_EQ(read.draft.tiers.size(), 16u);
  EXPECT_EQ(read.draft.aliases.size(), 4u);
}

std::vector<std::string> errorsOf(const std::string& text) {
  const auto read = importLitellm(text, "config.yaml", [](const std::string&) { return std::nullopt; });
  return read ? std::vector<std::string>{} : lines(read.error());
}

TEST(LitellmErrorTest, aTextThatCannotBeReadSaysWhere) {
  EXPECT_THAT(errorsOf("model_list: a: b\n"), ElementsAre(HasSubstr("not YAML")));
  EXPECT_THAT(errorsOf("a: 1\na: 2\nmodel_list: []\n"), ElementsAre(testing::StartsWith("2:1: the key \"a\" is there twice")));
  EXPECT_THAT(errorsOf("litellm_settings: {}\n"), ElementsAre(HasSubstr("there is no model_list")));
  EXPECT_THAT(errorsOf("model_list: []\n"), ElementsAre(testing::StartsWith("1:1: ")));
  EXPECT_THAT(errorsOf(""), ElementsAre(HasSubstr("not a LiteLLM config.yaml")));
}

TEST(LitellmErrorTest, aFileWithoutAnyModelForUsFailsAndSaysWhyOfEach) {
  EXPECT_THAT(errorsOf("model_list:\n  - {model_name: a, litellm_params: {model: bedrock/x}}\n  - 5\n"),
              ElementsAre(testing::StartsWith("2:"), testing::StartsWith("3:"), HasSubstr("none of these models can be served")));
}

}  // namespace
}  // namespace signalbox::config
