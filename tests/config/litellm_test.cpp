// SPDX-License-Identifier: Apache-2.0
#include "config/litellm.h"

#include <gmock/gmock.h>

#include <map>

#include "config/config_files.h"

namespace signalbox::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LitellmTest : public testing::Test {
 protected:
  LitellmImport import(const std::string& text) {
    auto read = importLitellm(text, "config.yaml", [this](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    if (!read) {
      for (const auto& error : read.error()) ADD_FAILURE() << error.string();
      return {};
    }
    EXPECT_THAT(lines(checkDraft(read->draft, "signalbox.yaml", acceptAll)), IsEmpty()) << draftConfigText(read->draft);
    return *std::move(read);
  }
  // "line: key", of all or of one kind.
  static std::vector<std::string> keys(const LitellmImport& import, ImportNote::Kind kind) {
    std::vector<std::string> all;
    for (const auto& note : import.notes) {
      if (note.kind == kind) all.push_back(std::to_string(note.place.line) + ": " + note.key);
    }
    return all;
  }
  static std::vector<std::string> leftOut(const LitellmImport& import) { return keys(import, ImportNote::Kind::LeftOut); }
  static std::vector<std::string> changed(const LitellmImport& import) { return keys(import, ImportNote::Kind::Changed); }
  static std::vector<std::string> tiers(const LitellmImport& import) {
    std::vector<std::string> all;
    for (const auto& tier : import.draft.tiers) {
      std::string text = tier.name + ":";
      for (const auto& deployment : tier.deployments) text += " " + deployment;
      all.push_back(text);
    }
    return all;
  }
  static std::string base(const LitellmImport& import, const std::string& upstream) {
    const auto* found = import.draft.upstream(upstream);
    return found ? found->base_url : "there is no upstream " + upstream;
  }
  // A list of models, one "NAME MODEL" each.
  static std::string models(const std::vector<std::pair<std::string, std::string>>& list) {
    std::string text = "model_list:\n";
    for (const auto& [name, model] : list) text += "  - {model_name: \"" + name + "\", litellm_params: {model: " + model + "}}\n";
    return text;
  }

  std::map<std::string, std::string> variables;
};

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

TEST_F(LitellmTest, whatCannotBeReadIsSaid) {
  variables["TIME"] = "7";
  const auto read = import("model_list:\n"
                           "  - model_name: a\n"
                           "    litellm_params:\n"
                           "      model: openai/gpt-4o\n"
                           "      timeout: -5\n"
                           "      stream_timeout: os.environ/TIME\n"
                           "      rpm: 0\n"
                           "      tpm: \"200\"\n"
                           "      output_cost_per_reasoning_token: 0.1\n"
                           "  - model_name: a\n"
                           "    litellm_params:\n"
                           "      model: openai/gpt-4o-mini\n"
                           "      stream_timeout: os.environ/NOT_SET\n"
                           "      input_cost_per_token: much\n"
                           "      tpm: 100\n"
                           "router_settings: {timeout: soon, model_list: []}\n"
                           "litellm_settings: {budget_duration: 1d}\n"
                           "general_settings: {master_key: os.environ/MASTER}\n");
  EXPECT_THAT(leftOut(read), ElementsAre("5: model_list[0].litellm_params.timeout", "7: model_list[0].litellm_params.rpm",
                                         "9: model_list[0].litellm_params.output_cost_per_reasoning_token", "13: model_list[1].litellm_params.stream_timeout",
                                         "14: model_list[1].litellm_params.input_cost_per_token", "16: router_settings.timeout", "16: router_settings.model_list",
                                         "17: litellm_settings.budget_duration"));
  EXPECT_EQ(read.draft.tiers[0].timeout, std::chrono::seconds(7));
  EXPECT_EQ(read.draft.keys[0].tpm, 300);
  EXPECT_THAT(changed(read), ElementsAre("2: model_list[0].model_name", "8: model_list[0].litellm_params.tpm", "15: model_list[1].litellm_params.tpm")) << "one deployment has a timeout, the other has none";
}

TEST_F(LitellmTest, limitsThatNobodyGetsAreLeftOut) {
  const std::string list = "model_list:\n  - {model_name: a, litellm_params: {model: openai/m, rpm: 100}}\n";
  EXPECT_THAT(leftOut(import(list)), ElementsAre("2: model_list[0].litellm_params.rpm")) << "there is no key";
  const auto not_all = import(list + "  - {model_name: b, litellm_params: {model: openai/n}}\ngeneral_settings: {master_key: os.environ/MASTER}\n");
  EXPECT_THAT(leftOut(not_all), ElementsAre("2: model_list[0].litellm_params.rpm"));
  EXPECT_FALSE(not_all.draft.keys[0].rpm);
}

TEST_F(LitellmTest, contentPolicyFallbacksAreRefusalsThatEscalate) {
  const auto read = import(models({{"a", "openai/a"}, {"b", "openai/b"}}) +
                           "litellm_settings:\n  content_policy_fallbacks: [{a: [b]}]\n  context_window_fallbacks: [{a: [b]}]\n");
  EXPECT_EQ(read.draft.policy.json["workloads"][0]["validate"], (Json{{"refusals", "escalate"}}));
  EXPECT_THAT(leftOut(read), ElementsAre("6: litellm_settings.context_window_fallbacks[0].a"));
}

TEST_F(LitellmTest, pricesTimeoutsAndTheirTextFormsAreCarriedOver) {
  const auto read = import(R"(model_list:
  - model_name: a
    litellm_params: {model: openai/m, input_cost_per_token: 1e-6, output_cost_per_token: "2e-06", timeout: 20, stream_timeout: "2.5"}
  - {model_name: b, litellm_params: {model: openai/n, input_cost_per_token: 1e-6}}
router_settings: {timeout: 60}
)");
  EXPECT_DOUBLE_EQ(read.draft.upstreams[0].models[0].price->output, 2e-6);
  EXPECT_EQ(*read.draft.tiers[0].total_timeout, std::chrono::seconds(20));
  EXPECT_EQ(*read.draft.tiers[0].timeout, std::chrono::milliseconds(2500));
  EXPECT_EQ(*read.draft.tiers[1].total_timeout, std::chrono::seconds(60));
  EXPECT_FALSE(read.draft.tiers[1].timeout);
  EXPECT_THAT(leftOut(read), ElementsAre("4: model_list[1].litellm_params.input_cost_per_token"));
}

TEST_F(LitellmTest, pricesOfEveryKindAreCarriedOverAndCompared) {
  const std::string entry = "  - {model_name: m, litellm_params: {model: openai/x, input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, input_cost_per_audio_token: 1e-5, "
                            "output_cost_per_audio_token: 2e-5, cache_creation_input_token_cost_above_1hr: 3e-6, input_cost_per_token_batches: 5e-7, "
                            "output_cost_per_token_batches: 1e-6, input_cost_per_token_priority: 4e-6, output_cost_per_token_priority: 8e-6}, "
                            "model_info: {output_cost_per_reasoning_token: ";
  const auto read = import("model_list:\n" + entry + "7e-6}}\n");
  EXPECT_THAT(read.notes, IsEmpty());
  EXPECT_THAT(draftConfigText(read.draft), HasSubstr("price: { input: 1, output: 2, cache-write-1h: 3, reasoning: 7, audio-input: 10, audio-output: 20, batch-input: 0.5, "
                                                     "batch-output: 1, priority-input: 4, priority-output: 8, per: 1M }"));
  EXPECT_THAT(leftOut(import("model_list:\n" + entry + "7e-6}}\n" + entry + "8e-6}}\n")), Contains(HasSubstr("model_list[1].litellm_params.model")));
}

TEST_F(LitellmTest, aFlexiblePriceIsThatOfABatch) {
  const auto read = import("model_list:\n  - {model_name: m, litellm_params: {model: openai/x, input_cost_per_token: 1e-6, output_cost_per_token: 2e-6, "
                           "input_cost_per_token_flex: 5e-7, output_cost_per_token_flex: 1e-6}}\n");
  EXPECT_THAT(read.notes, IsEmpty());
  EXPECT_THAT(draftConfigText(read.draft), HasSubstr("price: { input: 1, output: 2, batch-input: 0.5, batch-output: 1, per: 1M }"));
}

TEST_F(LitellmTest, aShortTimeoutBoundsTheFirstToken) {
  const auto read = import(models({{"a", "openai/a"}}) + "litellm_settings: {request_timeout: 10}\n");
  EXPECT_EQ(*read.draft.tiers[0].timeout, std::chrono::seconds(10));
}

TEST_F(LitellmTest, theMasterKeyHasTheBudgetAndTheLimitsOfAll) {
  const auto read = import(R"(model_list:
  - {model_name: a, litellm_params: {model: openai/gpt-4o, rpm: 100, tpm: 1000}}
  - {model_name: b, litellm_params: {model: openai/gpt-4o-mini, rpm: 50}}
litellm_settings: {max_budget: 30, budget_duration: 30d}
general_settings: {master_key: os.environ/PROXY_KEY}
)");
  const DraftKey& key = read.draft.keys.at(0);
  EXPECT_EQ(key.env, "PROXY_KEY");
  EXPECT_EQ(*key.usd_per_day, 1.0);
  EXPECT_EQ(*key.rpm, 150);
  EXPECT_FALSE(key.tpm) << "one deployment has no such limit";
}

TEST_F(LitellmTest, aBudgetWithoutATimeOrAKeyIsLeftOut) {
  EXPECT_THAT(leftOut(import(models({{"a", "openai/a"}}) + "litellm_settings: {max_budget: 30}\n")), ElementsAre("3: litellm_settings.max_budget"));
  const auto read = import(models({{"a", "openai/a"}}) + "litellm_settings: {max_budget: 30, budget_duration: 1d}\n");
  EXPECT_THAT(read.notes[0].why, HasSubstr("no master_key"));
}

TEST_F(LitellmTest, aBudgetIsLeftOutWhereAPriceIsNotKnown) {
  const auto read = import(models({{"a", "openai/gpt-4o"}, {"b", "openai/nobody-knows"}}) +
                           "litellm_settings: {max_budget: 30, budget_duration: 1d}\ngeneral_settings: {master_key: os.environ/PROXY_KEY}\n");
  EXPECT_FALSE(read.draft.keys.at(0).usd_per_day);
  EXPECT_THAT(leftOut(read), ElementsAre("4: litellm_settings.max_budget"));
  EXPECT_THAT(read.notes.back().why, HasSubstr("the price of openai/nobody-knows is not known"));
}

// As load() will find it: by the whole host.
TEST_F(LitellmTest, whoseAddressOnlyLooksLikeAProvidersHasNotItsPrices) {
  const auto read = import(R"(model_list:
  - {model_name: a, litellm_params: {model: openai/claude-sonnet-4-5, api_base: "https://api.openai.com.proxy.example/v1", api_key: os.environ/K}}
litellm_settings: {max_budget: 30, budget_duration: 30d}
general_settings: {master_key: os.environ/PROXY_KEY}
)");
  ASSERT_EQ(base(read, read.draft.upstreams.at(0).name), "https://api.openai.com.proxy.example/v1");
  EXPECT_EQ(read.draft.keys.at(0).usd_per_day, 1.0) << read.draft.upstreams[0].name;
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

TEST_F(LitellmTest, everythingElseIsListedWithItsPlace) {
  const auto read = import(R"(model_list:
  - model_name: a
    litellm_params:
      model: openai/a
      organization: os.environ/ORG
      max_retries: 3
      temperature: 0.2
      something_new: 1
    model_info:
      supports_vision: true
    extra: 1
litellm_settings:
  drop_params: true
  cache: true
  success_callback: [langfuse]
  callbacks: [prometheus]
router_settings:
  routing_strategy: least-busy
  num_retries: 2
  cooldown_time: 30
general_settings:
  database_url: os.environ/DATABASE_URL
  another_new: 1
include: [more.yaml]
)");
  EXPECT_THAT(leftOut(read), ElementsAre("5: model_list[0].litellm_params.organization", "6: model_list[0].litellm_params.max_retries",
                                         "7: model_list[0].litellm_params.temperature", "8: model_list[0].litellm_params.something_new",
                                         "10: model_list[0].model_info.supports_vision", "11: model_list[0].extra", "13: litellm_settings.drop_params",
                                         "14: litellm_settings.cache", "15: litellm_settings.success_callback[0]", "18: router_settings.routing_strategy",
                                         "19: router_settings.num_retries", "20: router_settings.cooldown_time", "22: general_settings.database_url",
                                         "23: general_settings.another_new", "24: include"));
  EXPECT_THAT(changed(read), ElementsAre("16: litellm_settings.callbacks[0]"));
  EXPECT_THAT(draftConfigText(read.draft), HasSubstr("#   config.yaml:13:3: litellm_settings.drop_params is not carried over"));
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
