// SPDX-License-Identifier: Apache-2.0
// model_list: groups, their deployments, and the upstreams that these need.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "config/litellm_parts.h"
#include "config/price_fields.h"
#include "config/price_table.h"

namespace signalbox::config {
namespace {

struct Known {
  std::string_view key;
  std::string_view why;
  std::string_view advice;
};

constexpr std::string_view kRequestDefault = "the router sends requests as clients make them, without defaults of its own";

// What an entry may say and we do not take over, with the reason.
constexpr std::array kLeftOut{
    Known{"organization", "requests go to the organization of the key", "use a key of that organization"},
    Known{"max_retries", "a tier asks at most two deployments, three across providers", ""},
    Known{"num_retries", "a tier asks at most two deployments, three across providers", ""},
    Known{"max_parallel_requests", "there is no limit of requests at once for a deployment", ""},
    Known{"max_budget", "budgets belong to client keys, not to deployments", "set limits.usd_per_day of a key"},
    Known{"budget_duration", "budgets belong to client keys, not to deployments", ""},
    Known{"tags", "requests are not routed by tags", "match a workload by model, domain or header"},
    Known{"temperature", kRequestDefault, "let clients send it"},
    Known{"top_p", kRequestDefault, "let clients send it"},
    Known{"max_tokens", kRequestDefault, "let clients send it"},
    Known{"seed", kRequestDefault, "let clients send it"},
    Known{"stream", kRequestDefault, "let clients send it"},
    Known{"drop_params", "nothing is dropped: unknown fields are passed on", ""},
    Known{"litellm_credential_name", "credentials are named by their variables", "give the upstream key: { env: NAME }"},
    Known{"input_cost_per_second", "prices are by the token; hours of a machine are upstreams[].cost", ""},
    Known{"output_cost_per_second", "prices are by the token; hours of a machine are upstreams[].cost", ""},
};

constexpr std::array<std::string_view, 13> kTaken{"model", "api_base", "base_url", "api_key", "custom_llm_provider", "timeout", "stream_timeout", "weight", "order", "rpm", "tpm",
                                                  "api_version", "api_type"};

template <class List>
bool contains(const List& list, std::string_view word) { return std::find(list.begin(), list.end(), word) != list.end(); }

bool isWhole(std::string_view key) { return key == "input_cost_per_token" || key == "output_cost_per_token"; }

bool isPrice(std::string_view key) {
  return isWhole(key) || contains(kFlexPrices, key) || std::ranges::find(kPriceFields, key, &PriceField::litellm) != kPriceFields.end();
}

void sayWhatIsLeftOut(LitellmReading& reading, const Json& params, const std::string& pointer) {
  for (const auto& [key, value] : params.items()) {
    if (contains(kTaken, key) || isPrice(key) || value.is_null()) continue;
    const auto known = std::find_if(kLeftOut.begin(), kLeftOut.end(), [&](const Known& one) { return one.key == key; });
    std::string place = pointer + "/" + key;
    if (known != kLeftOut.end()) reading.leftOut(place, std::string(known->why), std::string(known->advice));
    else reading.leftOut(place, "this version has nothing that it could be");
  }
  if (params.contains("api_version")) reading.leftOut(pointer + "/api_version", "the endpoint /openai/v1 needs none");
}

// What the entry says a price is; not there, null and unreadable ones are passed over, the last with a note.
class Costs {
 public:
  Costs(LitellmReading& reading, const Json& params, const Json& info, const std::string& pointer) : reading_(reading), params_(params), info_(info), pointer_(pointer) {}

  [[nodiscard]] std::optional<double> operator()(std::string_view key) {
    for (const auto& [from, where] : {std::pair{&params_, "/litellm_params/"}, std::pair{&info_, "/model_info/"}}) {
      if (!from->is_object() || !from->contains(key) || (*from)[key].is_null()) continue;
      const Json number = litellmNumber(reading_, (*from)[key]);
      if (number.is_number() && number.get<double>() >= 0) return number.get<double>();
      reading_.leftOut(pointer_ + where + std::string(key), "a price must be a number of US dollars, 0 or more");
    }
    return std::nullopt;
  }
  // Whatever there is beside the two that a price needs.
  void partsAreLeftOut() {
    for (const auto& [from, where] : {std::pair{&params_, "/litellm_params/"}, std::pair{&info_, "/model_info/"}}) {
      if (!from->is_object()) continue;
      for (const auto& [key, value] : from->items()) {
        if (isPrice(key) && !isWhole(key) && !value.is_null()) reading_.leftOut(pointer_ + where + key, "a price of a part needs input_cost_per_token and output_cost_per_token beside it");
      }
    }
  }

 private:
  LitellmReading& reading_;
  const Json& params_;
  const Json& info_;
  const std::string& pointer_;
};

std::optional<domain::Price> priceOf(LitellmReading& reading, const Json& params, const Json& info, const std::string& pointer, const std::string& model) {
  Costs cost(reading, params, info, pointer);
  const auto input = cost("input_cost_per_token");
  const auto output = cost("output_cost_per_token");
  if (input && output) {
    domain::Price price;
    price.input = *input;
    price.output = *output;
    for (const auto& [key, litellm, field] : kPriceFields) price.*field = cost(litellm);
    if (!price.batch_input) price.batch_input = cost(kFlexPrices[0]);
    if (!price.batch_output) price.batch_output = cost(kFlexPrices[1]);
    return price;
  }
  cost.partsAreLeftOut();
  if (input || output) {
    reading.leftOut(pointer + "/litellm_params/" + (input ? "input_cost_per_token" : "output_cost_per_token"),
                    "a price needs both input_cost_per_token and output_cost_per_token", "the built-in table is used");
  }
  // What stands behind a deployment's own name.
  const auto base = info.is_object() ? info.value("base_model", Json()) : Json();
  if (!base.is_string()) return std::nullopt;
  std::string name = base.get<std::string>();
  std::string provider = "azure";
  if (const auto slash = name.find('/'); slash != std::string::npos) {
    provider = name.substr(0, slash);
    name = name.substr(slash + 1);
  }
  if (name == model) return std::nullopt;  // the table is asked for it anyway
  auto price = builtInPrice(provider, name);
  return price ? price : builtInPrice("", name);
}

// Groups that are no chat are offered by their name, without tiers.
enum class Mode : std::uint8_t { Chat, Embedding, None };

// What models are called that are no chats, where the file does not say what they are.
Mode modeOfName(std::string_view model) {
  const std::string name = toLower(model.substr(model.rfind('/') + 1));
  constexpr std::array<std::string_view, 10> kNone{"dall-e", "gpt-image", "whisper", "tts-", "sora", "stable-diffusion", "flux", "imagen", "omni-moderation", "text-moderation"};
  if (std::ranges::any_of(kNone, [&](const auto& word) { return name.starts_with(word); }) || name.find("rerank") != std::string::npos) return Mode::None;
  const bool embeds = name.find("embed") != std::string::npos || name.starts_with("bge-") || name.starts_with("voyage-");
  return embeds ? Mode::Embedding : Mode::Chat;
}

std::optional<Mode> modeOf(const Json& info) {
  const Json mode = info.is_object() ? info.value("mode", Json()) : Json();
  if (mode.is_null()) return std::nullopt;
  if (mode == "chat" || mode == "completion" || mode == "responses") return Mode::Chat;
  return mode == "embedding" ? Mode::Embedding : Mode::None;
}

void offer(LitellmReading& reading, const LitellmTarget& target, const std::optional<domain::Price>& price, Mode mode, const std::string& pointer) {
  auto& models = reading.result.draft.upstreams[target.upstream].models;
  const auto found = std::find_if(models.begin(), models.end(), [&](const auto& one) { return one.id == target.model; });
  if (found == models.end()) {
    models.push_back({target.model, std::nullopt, {}, price, mode == Mode::Embedding});
  } else if (price && found->price && !sameFigures(*price, *found->price)) {
    reading.leftOut(pointer + "/litellm_params/model", "the same model has another price further up, and one upstream offers it once", "make a second upstream for it");
  } else if (price) {
    found->price = price;
  }
}

void sumLimit(LitellmReading& reading, const Json& params, const std::string& key, LitellmReading::Limit& limit, const std::string& pointer) {
  const auto found = params.find(key);
  if (found == params.end() || found->is_null()) {
    limit.of_all = false;
    return;
  }
  const Json number = litellmNumber(reading, *found);
  if (!number.is_number() || number.get<double>() < 1) {
    limit.of_all = false;
    reading.leftOut(pointer + "/" + key, "it must be a number above 0");
    return;
  }
  limit.sum += static_cast<std::int64_t>(std::min(number.get<double>(), 1e12));
  limit.pointers.push_back(pointer + "/" + key);
}

LitellmGroup& groupFor(LitellmReading& reading, const std::string& name, const std::string& pointer, Mode mode) {
  if (auto* group = reading.group(name)) return *group;
  LitellmGroup group;
  group.name = name;
  group.pointer = pointer;
  group.pinned = mode == Mode::Embedding;
  const std::string wanted = allowedName(name);
  const auto taken = [&](const std::string& tier) {
    return std::any_of(reading.groups.begin(), reading.groups.end(), [&](const auto& one) { return one.tier == tier; });
  };
  group.tier = wanted;
  for (int n = 2; taken(group.tier); ++n) group.tier = wanted + "-" + std::to_string(n);
  reading.groups.push_back(std::move(group));
  return reading.groups.back();
}

void readInfo(LitellmReading& reading, const Json& info, const std::string& pointer) {
  if (!info.is_object()) return;
  static constexpr std::array<std::string_view, 5> kRead{"mode", "base_model", "id", "db_model", "description"};
  for (const auto& [key, value] : info.items()) {
    if (!contains(kRead, key) && !isPrice(key)) reading.leftOut(pointer + "/" + key, "it describes the model for LiteLLM only");
  }
}

void readEntry(LitellmReading& reading, const Json& entry, const std::string& pointer) {
  if (!entry.is_object() || !entry.contains("model_name") || !entry["model_name"].is_string() || !entry.contains("litellm_params") || !entry["litellm_params"].is_object()) {
    return reading.leftOut(pointer, "an entry needs a model_name and litellm_params");
  }
  const std::string name = entry["model_name"].get<std::string>();
  if (name.empty() || name.size() > kLongestModelName) {
    return reading.leftOut(pointer + "/model_name", "a model group needs a name to be asked for by, of at most " + std::to_string(kLongestModelName) + " bytes");
  }
  const Json& params = entry["litellm_params"];
  const Json info = entry.value("model_info", Json::object());
  const std::string params_pointer = pointer + "/litellm_params";
  const std::string model = params.contains("model") && params["model"].is_string() ? params["model"].get<std::string>() : std::string();
  const auto told = modeOf(info);
  const Mode mode = told.value_or(modeOfName(model));
  const std::string_view advice = told ? "let its clients ask the provider" : "model_info.mode: chat makes it one";
  if (mode == Mode::None) {
    return reading.leftOut(told ? pointer + "/model_info/mode" : params_pointer + "/model", told ? "requests of this kind are not routed" : "by its name it is no chat", std::string(advice));
  }
  if (!told && mode == Mode::Embedding) reading.changed(params_pointer + "/model", "by its name it makes embeddings, and is no chat", std::string(advice));
  if (model.find('*') != std::string::npos) {
    return reading.leftOut(params_pointer + "/model", "a wildcard for a provider's models cannot be offered", "name the models that are used under an upstream's models");
  }
  if (std::count(name.begin(), name.end(), '*') > 1) return reading.leftOut(pointer + "/model_name", "a pattern has at most one *");
  const auto target = litellmTarget(reading, params, params_pointer);
  if (!target) return;
  offer(reading, *target, priceOf(reading, params, info, pointer, target->model), mode, pointer);
  LitellmGroup& group = groupFor(reading, name, pointer, mode);
  LitellmDeployment deployment;
  deployment.upstream = target->upstream;
  deployment.model = target->model;
  deployment.timeout = litellmSeconds(reading, params, "timeout", params_pointer);
  deployment.first_token = litellmSeconds(reading, params, "stream_timeout", params_pointer);
  if (params.contains("weight") && !params["weight"].is_null()) {
    const Json weight = litellmNumber(reading, params["weight"]);
    if (weight.is_number()) {
      deployment.weight = weight.get<double>();
      group.weighed = true;
      reading.changed(params_pointer + "/weight", "deployments of a tier are asked in their order, not by weight", "the heaviest comes first");
    } else {
      reading.leftOut(params_pointer + "/weight", "it must be a number");
    }
  }
  if (params.contains("order")) reading.leftOut(params_pointer + "/order", "deployments stand in the order of the file", "move them in the tier");
  const bool twice = std::any_of(group.deployments.begin(), group.deployments.end(),
                                 [&](const auto& one) { return one.upstream == deployment.upstream && one.model == deployment.model; });
  if (twice) reading.leftOut(params_pointer + "/model", "the same model with the same address and key is in this group already");
  else group.deployments.push_back(deployment);
  sumLimit(reading, params, "rpm", reading.rpm, params_pointer);
  sumLimit(reading, params, "tpm", reading.tpm, params_pointer);
  sayWhatIsLeftOut(reading, params, params_pointer);
  readInfo(reading, info, pointer + "/model_info");
  for (const auto& [key, value] : entry.items()) {
    if (key != "model_name" && key != "litellm_params" && key != "model_info") reading.leftOut(pointer + "/" + key, "this version has nothing that it could be");
  }
  ++reading.result.models;
}

}  // namespace

void readLitellmModels(LitellmReading& reading) {
  const Json& list = reading.json["model_list"];
  for (std::size_t i = 0; i < list.size(); ++i) readEntry(reading, list[i], "/model_list/" + std::to_string(i));
  for (auto& group : reading.groups) {
    std::stable_sort(group.deployments.begin(), group.deployments.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
  }
  for (const auto& group : reading.groups) {
    if (group.deployments.size() < 2 || group.weighed || group.pinned) continue;
    reading.changed(group.pointer + "/model_name", "its deployments are not asked by turns but in their order, the next one where the one before it fails or is full");
  }
  // "upstream/model" is looked up before a workload's names: a group of that name would be pinned to one deployment.
  auto& upstreams = reading.result.draft.upstreams;
  for (auto& upstream : upstreams) {
    const bool hides = std::any_of(reading.groups.begin(), reading.groups.end(), [&](const auto& group) { return group.name.starts_with(upstream.name + "/"); });
    if (!hides) continue;
    if (upstream.provider.empty() && upstream.base_url != "https://api.openai.com/v1") upstream.provider = upstream.name;
    do upstream.name += "-api";
    while (std::count_if(upstreams.begin(), upstreams.end(), [&](const auto& one) { return one.name == upstream.name; }) > 1);
  }
}

}  // namespace signalbox::config
