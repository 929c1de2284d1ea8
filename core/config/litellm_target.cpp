// SPDX-License-Identifier: Apache-2.0
// Where an entry of a LiteLLM model_list sends its requests.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "config/litellm_parts.h"
#include "config/providers.h"
#include "config/urls.h"

namespace signalbox::config {
namespace {

std::string textOf(const Json& params, const char* key) {
  const auto found = params.find(key);
  return found != params.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// LiteLLM knows some models by their names alone.
std::string_view providerOfName(std::string_view model) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kBeginnings{{{"gpt-", "openai"}, {"chatgpt-", "openai"}, {"o1", "openai"}, {"o3", "openai"},
                                                                                            {"o4", "openai"}, {"text-embedding-", "openai"}, {"claude-", "anthropic"},
                                                                                            {"mistral-", "mistral"}, {"deepseek-", "deepseek"}}};
  for (const auto& [beginning, provider] : kBeginnings) {
    if (model.starts_with(beginning)) return provider;
  }
  return {};
}

constexpr std::array<std::string_view, 5> kAnyServer{"openai_like", "custom_openai", "litellm_proxy", "vllm", "text-completion-openai"};

bool isAnyServer(std::string_view name) { return std::find(kAnyServer.begin(), kAnyServer.end(), name) != kAnyServer.end(); }

struct Named {
  const Provider* provider = nullptr;  // nullptr: a server that speaks OpenAI's API
  std::string model;
  bool known = true;
};

Named nameOf(const Json& params, bool has_base) {
  const std::string model = textOf(params, "model");
  const std::string custom = textOf(params, "custom_llm_provider");
  const auto slash = model.find('/');
  const std::string prefix = slash == std::string::npos ? std::string() : model.substr(0, slash);
  if (!custom.empty()) {
    const bool known = findProvider(custom) || isAnyServer(custom);  // whose else it is, the model's name does not tell
    return {findProvider(custom), prefix == custom ? model.substr(slash + 1) : model, known};
  }
  if (!prefix.empty() && isAnyServer(prefix) && has_base) return {nullptr, model.substr(slash + 1)};
  if (const auto* provider = prefix.empty() ? nullptr : findProvider(prefix)) return {provider, model.substr(slash + 1)};
  if (const auto by_name = providerOfName(model); prefix.empty() && !by_name.empty()) return {findProvider(by_name), model};
  return {nullptr, model, false};
}

bool isModelId(const std::string& id) {
  constexpr std::size_t kLongest = 200;
  return !id.empty() && id.size() <= kLongest && std::none_of(id.begin(), id.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// Where the part /openai of an address's path begins; npos: it has none. Hosts may be called so, too.
std::size_t openaiPath(const std::string& url) {
  constexpr std::string_view kPart = "/openai";
  for (auto at = pathOf(url); at != std::string::npos; at = url.find('/', at + 1)) {
    const auto rest = std::string_view(url).substr(at);
    if (rest == kPart || rest.starts_with("/openai/")) return at;
  }
  return std::string::npos;
}

// As our base_url: without the endpoint that LiteLLM's users sometimes write behind it.
std::string baseOf(const Provider* provider, std::string url) {
  while (url.ends_with('/')) url.pop_back();
  for (const std::string_view tail : {"/chat/completions", "/completions", "/messages"}) {
    if (url.ends_with(tail)) url = url.substr(0, url.size() - tail.size());
  }
  if (!provider) return url;
  if (provider->name == "azure") {
    if (hostOf(url).ends_with(".models.ai.azure.com")) return url.ends_with("/v1") ? url : url + "/v1";
    return url.substr(0, openaiPath(url)) + "/openai/v1";
  }
  if (provider->api == domain::UpstreamApi::Anthropic) return url.ends_with("/v1") ? url : url + "/v1";
  return pathOf(url) == std::string::npos ? url + "/v1" : url;
}

std::string upperName(std::string_view name) {
  std::string text;
  for (const char c : name) text += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
  return text;
}

// The variable that holds the key. One that stands in the file is not copied: whoever reads the new file must not learn it.
std::string keyOf(LitellmReading& reading, const Provider* provider, const Json& params, const std::string& pointer, const std::string& base) {
  const bool on_this_machine = isLoopback(hostOf(base));
  const auto key = params.find("api_key");
  if (key == params.end() || key->is_null()) return provider && !on_this_machine ? std::string(provider->key_env) : std::string();
  if (auto variable = environmentName(*key); !variable.empty()) return variable;
  std::string variable = provider && !provider->key_env.empty() ? std::string(provider->key_env) : upperName(hostOf(base)) + "_API_KEY";
  if (on_this_machine) {
    reading.changed(pointer + "/api_key", "a key stands in the file, and a server on this machine seldom wants one", "where it does, give the upstream key: { env: " + variable + " }");
    return {};
  }
  auto& known = reading.literal_keys[key->is_string() ? key->get<std::string>() : key->dump()];
  if (known.empty()) {
    const std::string wanted = variable;
    for (int n = 2; !reading.variables.insert(variable).second; ++n) variable = wanted + "_" + std::to_string(n);
    known = variable;
  }
  variable = known;
  reading.changed(pointer + "/api_key", "a key stands in the file and is not copied", "put it into the environment variable " + variable);
  return variable;
}

std::size_t upstreamFor(LitellmReading& reading, const Provider* provider, const std::string& base, const std::string& key_env) {
  auto& upstreams = reading.result.draft.upstreams;
  const auto api = provider ? provider->api : domain::UpstreamApi::OpenAi;
  const auto found = std::find_if(upstreams.begin(), upstreams.end(), [&](const auto& one) { return one.base_url == base && one.key_env == key_env && one.api == api; });
  if (found != upstreams.end()) return static_cast<std::size_t>(found - upstreams.begin());
  const bool its_own = provider && (base == provider->base_url || provider->local || provider->base_url.empty());
  const std::string wanted = its_own ? std::string(provider->name) : isLoopback(hostOf(base)) ? "local" : allowedName(hostOf(base));
  DraftUpstream upstream;
  upstream.name = wanted;
  for (int n = 2; reading.result.draft.upstream(upstream.name); ++n) upstream.name = wanted + "-" + std::to_string(n);
  upstream.api = api;
  upstream.base_url = base;
  upstream.key_env = key_env;
  // A second account of a provider has its prices, too.
  if (provider && !provider->local && upstream.name != provider->name && its_own) upstream.provider = provider->name;
  upstreams.push_back(std::move(upstream));
  return upstreams.size() - 1;
}

}  // namespace

void noteLitellmVariables(LitellmReading& reading) {
  const auto note = [&](std::string name) {
    if (!name.empty()) reading.variables.insert(std::move(name));
  };
  const Json general = reading.json.value("general_settings", Json());
  if (general.is_object()) note(environmentName(general.value("master_key", Json())));
  for (const Json& entry : reading.json["model_list"]) {
    const Json params = entry.is_object() ? entry.value("litellm_params", Json()) : Json();
    if (!params.is_object()) continue;
    const Json key = params.value("api_key", Json());
    if (!key.is_null()) {
      note(environmentName(key));
    } else if (const auto* provider = nameOf(params, false).provider) {
      note(std::string(provider->key_env));
    }
  }
}

std::optional<LitellmTarget> litellmTarget(LitellmReading& reading, const Json& params, const std::string& pointer) {
  const bool by_other_name = !params.contains("api_base") && params.contains("base_url");
  const std::string base_pointer = pointer + (by_other_name ? "/base_url" : "/api_base");
  const auto base_at = params.find(by_other_name ? "base_url" : "api_base");
  const bool has_base = base_at != params.end() && base_at->is_string() && !base_at->get_ref<const std::string&>().empty();
  const Named named = nameOf(params, has_base);
  if (!isModelId(named.model)) {
    reading.leftOut(pointer + "/model", "it names no model: a name has 1 to 200 bytes and no control characters");
    return std::nullopt;
  }
  if (!named.known && !has_base) {
    reading.leftOut(pointer + "/model", "this provider is not known here and no api_base says where its OpenAI-style API stands",
                    "where it has one, add the upstream by hand");
    return std::nullopt;
  }
  std::string base = named.provider ? std::string(named.provider->base_url) : std::string();
  if (has_base) {
    std::string written = base_at->get<std::string>();
    if (const auto variable = environmentName(*base_at); !variable.empty()) {
      const auto value = reading.environment(variable);
      if (!value) {
        reading.leftOut(base_pointer, "the variable " + variable + " is not set, and an address is written down in our file", "set it and import again");
        return std::nullopt;
      }
      written = *value;
    }
    if (!isBaseUrl(written)) {
      reading.leftOut(base_pointer, "an address is " + baseUrlAllowed());
      return std::nullopt;
    }
    base = baseOf(named.provider, written);
  }
  if (base.empty()) {
    reading.leftOut(pointer + "/model", "there is no api_base, and this provider's differs from customer to customer", "add one and import again");
    return std::nullopt;
  }
  if (!named.known) reading.changed(pointer + "/model", "its provider is not known here", "it is asked for at its api_base as a server that speaks OpenAI's API");
  const std::string key = keyOf(reading, named.provider, params, pointer, base);
  return LitellmTarget{upstreamFor(reading, named.provider, base, key), named.model};
}

}  // namespace signalbox::config
