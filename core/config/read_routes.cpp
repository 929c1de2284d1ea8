// SPDX-License-Identifier: Apache-2.0
// Upstreams, tiers and aliases: where requests can go.
#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include "base/strings.h"
#include "config/price_fields.h"
#include "config/read_parts.h"
#include "config/urls.h"
#include "schema/pointer.h"

namespace signalbox::config {
namespace {

constexpr Duration kDefaultTimeout = std::chrono::seconds(30);

// Without a trailing slash; without a path it gets /v1.
std::string baseUrl(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return pathOf(url) == std::string::npos ? url + "/v1" : url;
}

domain::Price readPrice(const Json& json) {
  double per = 1e6;
  if (json.contains("per")) per = json["per"].is_number() ? json["per"].get<double>() : json["per"] == "1K" ? 1e3 : 1e6;
  domain::Price price;
  price.input = json["input"].get<double>() / per;
  price.output = json["output"].get<double>() / per;
  for (const auto& [key, litellm, field] : kPriceFields) {
    if (const auto found = json.find(key); found != json.end()) price.*field = found->get<double>() / per;
  }
  if (const auto found = json.find(kWebSearchKey); found != json.end()) price.web_search = found->get<double>() / 1000;
  price.source = "configuration";
  return price;
}

void readModels(const Reading& from, const Json& json, const std::string& pointer, const std::string& provider, domain::Upstream& upstream) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const Json& entry = json[i];
    domain::ModelOffer offer;
    offer.id = entry["id"].get<std::string>();
    if (!seen.insert(offer.id).second) {
      from.problems.error(pointer + "/" + std::to_string(i) + "/id", "the model \"" + offer.id + "\" is there twice");
    }
    if (entry.contains("logprobs")) offer.logprobs = entry["logprobs"].get<bool>();
    if (upstream.api == domain::UpstreamApi::Anthropic) {
      if (offer.logprobs.value_or(false)) {
        from.problems.error(pointer + "/" + std::to_string(i) + "/logprobs", "the api anthropic gives no probabilities of tokens; allowed is false");
      }
      offer.logprobs = false;
    }
    offer.embeddings = entry.value("embeddings", false);
    if (entry.contains("completions")) offer.chat_only = entry["completions"] == "chat";
    offer.provider = entry.value("provider", provider);
    if (entry.contains("price")) offer.price = readPrice(entry["price"]);
    upstream.models.push_back(std::move(offer));
  }
}

domain::Upstream readUpstream(const Reading& from, const Json& json, const std::string& pointer) {
  domain::Upstream upstream;
  upstream.name = json["name"].get<std::string>();
  upstream.api = *domain::parse<domain::UpstreamApi>(json.value("api", std::string("openai")));
  upstream.base_url = baseUrl(json["base_url"].get<std::string>());
  const std::string host = hostOf(upstream.base_url);
  if (json.contains("key")) {
    upstream.key = readSecret(from, json["key"], pointer + "/key");
    if (upstream.base_url.starts_with("http://") && !isLoopback(host)) {
      from.problems.warn(pointer + "/base_url", "the key of \"" + upstream.name + "\" travels unencrypted to " + host + "; use https");
    }
  }
  if (json.contains("ca")) {
    upstream.ca_file = (std::filesystem::path(from.folder) / json["ca"].get<std::string>()).string();
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(upstream.ca_file, ignored)) {
      from.problems.error(pointer + "/ca", "there is no file " + upstream.ca_file + "; it must be a PEM file with the certificates to trust");
    }
  }
  if (json.contains("keep_warm")) {
    const Json& warm = json["keep_warm"];
    domain::KeepWarm keep;
    keep.every = readDuration(from, warm["every"], pointer + "/keep_warm/every");
    if (warm.contains("expect_within")) keep.expect_within = readDuration(from, warm["expect_within"], pointer + "/keep_warm/expect_within");
    upstream.keep_warm = keep;
  }
  if (json.contains("cost")) {
    upstream.gpu_cost = domain::GpuCost{json["cost"]["gpu_usd_per_hour"].get<double>(), json["cost"].value("replicas", 1)};
  }
  if (json.contains("limits")) {
    const Json& limits = json["limits"];
    upstream.limits.in_flight = limits.value("in-flight", upstream.limits.in_flight);
    // As many again: whoever waits behind all of them waits for about as long as a request takes, and twice that is bearable.
    upstream.limits.pending = limits.value("pending", upstream.limits.in_flight);
    if (limits.contains("queue")) upstream.limits.queue = readDuration(from, limits["queue"], pointer + "/limits/queue");
  }
  readModels(from, json["models"], pointer + "/models", json.value("provider", providerOf(upstream.api, upstream.base_url, upstream.name)), upstream);
  return upstream;
}

const domain::ModelOffer* offerOf(const domain::Upstream& upstream, std::string_view model) {
  const auto found = std::find_if(upstream.models.begin(), upstream.models.end(), [&](const auto& offer) { return offer.id == model; });
  return found == upstream.models.end() ? nullptr : &*found;
}

std::vector<std::string> upstreamNames(const Config& config) {
  std::vector<std::string> names;
  for (const auto& upstream : config.upstreams) names.push_back(upstream.name);
  return names;
}

// Empty when `text` names a model that is there, else what is wrong with it.
std::string objectionToDeployment(const Config& config, const std::string& text) {
  const auto slash = text.find('/');
  const std::string name = text.substr(0, slash);
  const domain::Upstream* upstream = config.upstream(name);
  if (!upstream) return unknownName("upstream", name, upstreamNames(config));
  std::vector<std::string> models;
  for (const auto& offer : upstream->models) models.push_back(offer.id);
  const std::string model = text.substr(slash + 1);
  return offerOf(*upstream, model) ? std::string() : unknownName("model of \"" + name + "\"", model, models);
}

std::string objectionToAlias(const Config& config, const std::string& target) {
  if (target == "auto" || (target.starts_with("auto:") && target.size() > 5)) return {};
  if (target.starts_with("tier:")) {
    const auto names = config.tierNames();
    const std::string tier = target.substr(5);
    return std::find(names.begin(), names.end(), tier) != names.end() ? std::string() : unknownName("tier", tier, names);
  }
  const bool offered = std::any_of(config.upstreams.begin(), config.upstreams.end(), [&](const auto& u) { return offerOf(u, target) != nullptr; });
  if (offered) return {};
  if (target.find('/') != std::string::npos) return objectionToDeployment(config, target);
  return "\"" + target + "\" is not a model offered here; allowed is auto, auto:WORKLOAD, tier:NAME, UPSTREAM/MODEL or the id of an upstream's model";
}

}  // namespace

std::string providerOf(domain::UpstreamApi api, const std::string& base_url, const std::string& upstream) {
  if (api == domain::UpstreamApi::Anthropic) return "anthropic";
  return hostOf(base_url) == "api.openai.com" ? "openai" : upstream;
}

void readUpstreams(const Reading& from, Config& config) {
  const Json& list = from.json["upstreams"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string pointer = "/upstreams/" + std::to_string(i);
    domain::Upstream upstream = readUpstream(from, list[i], pointer);
    if (config.upstream(upstream.name)) from.problems.error(pointer + "/name", "the name \"" + upstream.name + "\" is there twice; names are unique");
    config.upstreams.push_back(std::move(upstream));
  }
}

namespace {

domain::Hedge readHedge(const Reading& from, const Json& json, const std::string& pointer) {
  constexpr double kMost = 2;  // percent; more is a load of its own
  domain::Hedge hedge;
  if (json["after"] != "p95") hedge.after = readDuration(from, json["after"], pointer + "/after");
  if (!json.contains("most")) return hedge;
  const double percent = std::stod(json["most"].get<std::string>());  // digits and %, by the schema
  if (percent > kMost) from.problems.error(pointer + "/most", "at most 2% of a tier's requests are hedged");
  hedge.most = percent / 100;
  return hedge;
}

}  // namespace

void readTiers(const Reading& from, Config& config) {
  const Json& list = from.json["tiers"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string pointer = "/tiers/" + std::to_string(i);
    domain::Tier tier;
    tier.name = list[i]["name"].get<std::string>();
    const auto known = config.tierNames();
    if (std::find(known.begin(), known.end(), tier.name) != known.end()) {
      from.problems.error(pointer + "/name", "the name \"" + tier.name + "\" is there twice; names are unique");
    }
    const Json& deployments = list[i]["deployments"];
    for (std::size_t d = 0; d < deployments.size(); ++d) {
      const std::string text = deployments[d].get<std::string>();
      const std::string objection = objectionToDeployment(config, text);
      if (!objection.empty()) from.problems.error(pointer + "/deployments/" + std::to_string(d), objection);
      tier.deployments.push_back({text.substr(0, text.find('/')), text.substr(text.find('/') + 1)});
    }
    tier.timeout = list[i].contains("timeout") ? readDuration(from, list[i]["timeout"], pointer + "/timeout") : kDefaultTimeout;
    if (list[i].contains("total-timeout")) tier.total_timeout = readDuration(from, list[i]["total-timeout"], pointer + "/total-timeout");
    if (list[i].contains("hedge")) tier.hedge = readHedge(from, list[i]["hedge"], pointer + "/hedge");
    config.tiers.push_back(std::move(tier));
  }
}

void readAliases(const Reading& from, Config& config) {
  const Json aliases = from.json.value("aliases", Json::object());
  for (const auto& [pattern, target] : aliases.items()) {
    const std::string objection = objectionToAlias(config, target.get<std::string>());
    if (!objection.empty()) from.problems.error("/aliases/" + schema::pointerToken(pattern), objection);
    config.aliases.emplace_back(pattern, target.get<std::string>());
  }
  // The first that fits wins: whole names before patterns, and each in the order of the text, which a JSON object has forgotten.
  const auto rankOf = [&](const auto& alias) {
    const Place place = from.problems.places().key("/aliases/" + schema::pointerToken(alias.first));
    return std::tuple(alias.first.find('*') != std::string::npos, place.line, place.column);
  };
  std::sort(config.aliases.begin(), config.aliases.end(), [&](const auto& a, const auto& b) { return rankOf(a) < rankOf(b); });
}

}  // namespace signalbox::config
