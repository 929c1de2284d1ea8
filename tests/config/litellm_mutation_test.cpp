// SPDX-License-Identifier: Apache-2.0
// Whatever a value of a LiteLLM file is replaced by, the import ends in files that load or in an error that says where.
#include <gmock/gmock.h>

#include "config/config_files.h"
#include "config/litellm.h"

namespace signalbox::config {
namespace {

// Every kind of key that is read.
const Json& rich() {
  static const Json config = Json::parse(R"({
    "model_list": [
      {"model_name": "a", "litellm_params": {"model": "openai/m", "api_base": "https://models.example.com/v1", "api_key": "os.environ/K", "rpm": 10, "tpm": 100,
        "timeout": 5, "stream_timeout": 1.5, "weight": 2, "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "cache_read_input_token_cost": 1e-7},
        "model_info": {"mode": "chat", "base_model": "azure/gpt-4o", "id": "x"}},
      {"model_name": "a", "litellm_params": {"model": "azure/n", "api_base": "https://x.openai.azure.com", "api_key": "sk-1", "custom_llm_provider": "azure"}},
      {"model_name": "b*", "litellm_params": {"model": "ollama/o"}},
      {"model_name": "e", "litellm_params": {"model": "openai/e"}, "model_info": {"mode": "embedding"}}],
    "litellm_settings": {"request_timeout": 10, "max_budget": 3, "budget_duration": "1mo", "default_fallbacks": ["b*"], "content_policy_fallbacks": [{"a": ["b*"]}],
      "callbacks": ["otel"], "cache": true},
    "router_settings": {"fallbacks": [{"a": ["b*"]}], "model_group_alias": {"z": "a", "y": {"model": "b*", "hidden": true}}, "timeout": 20},
    "general_settings": {"master_key": "os.environ/M"}})");
  return config;
}

void collect(const Json& value, const Json::json_pointer& at, std::vector<Json::json_pointer>& all) {
  all.push_back(at);
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) collect(child, at / key, all);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) collect(value[i], at / i, all);
  }
}

// Empty, or what is wrong with what came of it.
std::string objection(const Json& config) {
  const auto read = importLitellm(config.dump(), "config.yaml", [](const std::string&) { return std::optional<std::string>("http://h"); });
  if (!read) return read.error().empty() ? "an error that says nothing" : "";
  const auto problems = checkDraft(read->draft, "signalbox.yaml", acceptAll);
  return problems.empty() ? "" : problems.front().string() + "\n" + draftConfigText(read->draft);
}

TEST(LitellmMutationTest, anyValueMayBeAnythingElse) {
  std::vector<Json::json_pointer> places;
  collect(rich(), Json::json_pointer(), places);
  ASSERT_GT(places.size(), 60u);
  const std::vector<Json> others{nullptr, 5, -1, 1e300, true, "", "x", "*/*", "a: {b", "os.environ/", "os.environ/X Y", "\xc3\xa4/\xc3\xb6 ", Json::array(), Json::object(),
                                 Json::array({"x", 1}), Json{{"a", "b"}}, std::string(5000, 'n')};
  for (const auto& place : places) {
    for (const Json& other : others) {
      Json changed = rich();
      changed[place] = other;
      ASSERT_EQ(objection(changed), "") << place.to_string() << " = " << other.dump().substr(0, 80);
    }
  }
}

TEST(LitellmMutationTest, theRichFileItselfIsCarriedOver) {
  const auto read = importLitellm(rich().dump(), "config.yaml", [](const std::string&) { return std::nullopt; });
  ASSERT_TRUE(read);
  EXPECT_EQ(read->draft.tiers.size(), 2u);
  EXPECT_EQ(read->draft.keys.size(), 1u);
  EXPECT_EQ(objection(rich()), "");
}

}  // namespace
}  // namespace signalbox::config
