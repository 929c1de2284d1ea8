// SPDX-License-Identifier: Apache-2.0
// Prices, timeouts, limits, budgets, and what is left out.
#include "config/litellm_fixture.h"

namespace signalbox::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
  EXPECT_THAT(changed(read), ElementsAre("2: model_list[0].model_name", "2: model_list[0].model_name", "2: model_list[0].model_name", "8: model_list[0].litellm_params.tpm", "15: model_list[1].litellm_params.tpm"))
      << "its deployments are asked in order, one has a timeout and the other none, and that is one of streams";
}

TEST_F(LitellmTest, limitsThatNobodyGetsAreLeftOut) {
  const std::string list = "model_list:\n  - {model_name: a, litellm_params: {model: openai/m, rpm: 100}}\n";
  EXPECT_THAT(leftOut(import(list)), ElementsAre("2: model_list[0].litellm_params.rpm")) << "there is no key";
  const auto not_all = import(list + "  - {model_name: b, litellm_params: {model: openai/n}}\ngeneral_settings: {master_key: os.environ/MASTER}\n");
  EXPECT_THAT(leftOut(not_all), ElementsAre("2: model_list[0].litellm_params.rpm"));
  EXPECT_FALSE(not_all.draft.keys[0].rpm);
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
  EXPECT_EQ(read.draft.tiers[1].timeout, std::chrono::seconds(60)) << "where no token was bounded, none is";
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

}  // namespace
}  // namespace signalbox::config
