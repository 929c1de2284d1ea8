// SPDX-License-Identifier: Apache-2.0
#include "signalbox/starter_arguments.h"

#include <algorithm>

#include "base/strings.h"
#include "config/providers.h"
#include "config/urls.h"

namespace signalbox::app {
namespace {

std::unexpected<Error> refuse(const std::string& flag, const std::string& what) { return fail(ErrorCode::InvalidInput, what, flag); }

config::StarterUpstream* named(config::Starter& starter, std::string_view name) {
  const auto found = std::find_if(starter.upstreams.begin(), starter.upstreams.end(), [&](const auto& one) { return one.name == name; });
  return found == starter.upstreams.end() ? nullptr : &*found;
}

std::string upstreamNames(const config::Starter& starter) {
  std::vector<std::string> names;
  for (const auto& one : starter.upstreams) names.push_back(one.name);
  return join(names, ", ");
}

Result<void> addPreset(config::Starter& starter, const std::string& name) {
  const auto* provider = config::findProvider(name);
  if (!provider || provider->base_url.empty()) {
    return refuse("--preset", "there is no preset \"" + name + "\"; there are " + presetNames(false) + " and, on this machine, " + presetNames(true) +
                                  "; anything else is --upstream NAME=URL");
  }
  if (named(starter, provider->name)) return {};
  config::StarterUpstream upstream;
  upstream.name = provider->name;
  upstream.base_url = provider->base_url;
  upstream.key_env = provider->key_env;
  upstream.api = provider->api;
  upstream.logprobs = provider->logprobs;
  upstream.local = provider->local;
  for (const auto model : {provider->small, provider->large}) {
    if (!model.empty()) upstream.models.emplace_back(model);
  }
  starter.upstreams.push_back(std::move(upstream));
  return {};
}

Result<void> addUpstream(config::Starter& starter, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return refuse("--upstream", "\"" + text + "\" must be NAME=URL, such as vllm=http://127.0.0.1:8000/v1");
  }
  const std::string name = text.substr(0, equals);
  if (named(starter, name)) return refuse("--upstream", "there are two upstreams called \"" + name + "\"; names are unique");
  config::StarterUpstream upstream;
  upstream.name = name;
  upstream.base_url = text.substr(equals + 1);
  if (!config::isBaseUrl(upstream.base_url)) {
    return refuse("--upstream", "\"" + upstream.base_url + "\" is no address; allowed is " + config::baseUrlAllowed());
  }
  upstream.local = config::isLoopback(config::hostOf(upstream.base_url));
  starter.upstreams.push_back(std::move(upstream));
  return {};
}

Result<void> giveKey(config::Starter& starter, const std::string& text) {
  const auto equals = text.find('=');
  const std::string variable = equals == std::string::npos ? text : text.substr(equals + 1);
  if (equals != std::string::npos) {
    auto* upstream = named(starter, text.substr(0, equals));
    if (!upstream) return refuse("--key-env", "there is no upstream \"" + text.substr(0, equals) + "\"; there are " + upstreamNames(starter));
    upstream->key_env = variable;
    return {};
  }
  // Without a name it is that of the one upstream that is somewhere else, or of the only one.
  std::vector<config::StarterUpstream*> meant;
  for (auto& one : starter.upstreams) {
    if (!one.local || starter.upstreams.size() == 1) meant.push_back(&one);
  }
  if (meant.size() != 1) return refuse("--key-env", "whose key is in " + variable + "? Say UPSTREAM=" + variable + " with one of " + upstreamNames(starter));
  meant.front()->key_env = variable;
  return {};
}

// Models that are named replace the preset's own.
Result<void> giveModels(config::Starter& starter, const std::vector<std::string>& models) {
  std::vector<std::pair<config::StarterUpstream*, std::string>> given;
  for (const auto& text : models) {
    const auto slash = text.find('/');
    auto* upstream = slash == std::string::npos ? nullptr : named(starter, text.substr(0, slash));
    const std::string id = upstream ? text.substr(slash + 1) : text;
    if (!upstream && starter.upstreams.size() == 1) upstream = &starter.upstreams.front();
    if (!upstream || id.empty()) return refuse("--model", "\"" + text + "\" must be UPSTREAM/MODEL with one of the upstreams " + upstreamNames(starter));
    given.emplace_back(upstream, id);
  }
  for (const auto& [upstream, id] : given) upstream->models.clear();
  for (const auto& [upstream, id] : given) upstream->models.push_back(id);
  return {};
}

Result<void> addTier(config::Starter& starter, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    return refuse("--tier", "\"" + text + "\" must be NAME=UPSTREAM/MODEL, such as small=openai/gpt-4o-mini; several are separated by commas");
  }
  config::StarterTier tier{text.substr(0, equals), {}};
  for (const auto one : split(std::string_view(text).substr(equals + 1), ',')) {
    const std::string deployment(trim(one));
    const auto slash = deployment.find('/');
    auto* upstream = named(starter, deployment.substr(0, slash));
    if (!upstream || slash == std::string::npos) return refuse("--tier", "\"" + deployment + "\" must be UPSTREAM/MODEL with one of the upstreams " + upstreamNames(starter));
    const std::string model = deployment.substr(slash + 1);
    // A tier may be the first to name a model.
    if (std::find(upstream->models.begin(), upstream->models.end(), model) == upstream->models.end()) upstream->models.push_back(model);
    tier.deployments.push_back(deployment);
  }
  starter.tiers.push_back(std::move(tier));
  return {};
}

}  // namespace

std::string presetNames(bool local) {
  std::vector<std::string> names;
  for (const auto& one : config::providers()) {
    if (!one.base_url.empty() && one.local == local) names.emplace_back(one.name);
  }
  return join(names, ", ");
}

Result<config::Starter> starterOf(const StarterArguments& arguments) {
  config::Starter starter;
  const auto goal = config::parseGoal(arguments.goal);
  if (!goal) return refuse("--goal", "\"" + arguments.goal + "\" is none of cost, balanced and quality");
  starter.goal = *goal;
  Result<void> good;
  for (const auto& one : arguments.presets) {
    if (good = addPreset(starter, one); !good) return std::unexpected(good.error());
  }
  for (const auto& one : arguments.upstreams) {
    if (good = addUpstream(starter, one); !good) return std::unexpected(good.error());
  }
  for (const auto& one : arguments.key_envs) {
    if (good = giveKey(starter, one); !good) return std::unexpected(good.error());
  }
  if (good = giveModels(starter, arguments.models); !good) return std::unexpected(good.error());
  for (const auto& one : arguments.tiers) {
    if (good = addTier(starter, one); !good) return std::unexpected(good.error());
  }
  for (const auto& one : starter.upstreams) {
    if (one.models.empty()) return refuse("--model", "which models does \"" + one.name + "\" offer? Say --model " + one.name + "/ID, the cheapest first");
  }
  return starter;
}

}  // namespace signalbox::app
