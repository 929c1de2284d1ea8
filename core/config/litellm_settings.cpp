// SPDX-License-Identifier: Apache-2.0
// Everything of a LiteLLM file beside its models and fallbacks: what of it has a place here, and why the rest has none.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "config/litellm_parts.h"
#include "config/price_table.h"
#include "config/read_parts.h"
#include "schema/pointer.h"

namespace signalbox::config {
namespace {

struct Setting {
  std::string_view key;  // SECTION/KEY
  std::string_view why;
  std::string_view advice;
};

constexpr std::string_view kRetries = "what is tried again after a failure, and how often, is the router's own to say, and never after the first byte";
constexpr std::string_view kBreaker = "when a deployment that fails is left alone is the router's own to say";
constexpr std::string_view kDatabase = "there is no database: decisions, spend and audit are in the journal";
constexpr std::string_view kKeys = "clients' keys, their limits and their workloads are listed under keys";

// In the order of the documents; a key that is not here is said to be unknown.
constexpr std::array kSettings{
    Setting{"router_settings/routing_strategy", "deployments of a tier are asked in their order", ""},
    Setting{"router_settings/num_retries", kRetries, ""},
    Setting{"router_settings/max_fallbacks", "a request goes up tier by tier to the last", ""},
    Setting{"router_settings/retry_after", "waits are jittered, and a provider's Retry-After is obeyed", ""},
    Setting{"router_settings/retry_policy", kRetries, ""},
    Setting{"router_settings/allowed_fails", kBreaker, ""},
    Setting{"router_settings/allowed_fails_policy", kBreaker, ""},
    Setting{"router_settings/cooldown_time", kBreaker, ""},
    Setting{"router_settings/disable_cooldowns", kBreaker, ""},
    Setting{"router_settings/enable_pre_call_checks", "windows of models are not looked at before the call", ""},
    Setting{"router_settings/redis_host", "a router keeps its state in itself", ""},
    Setting{"router_settings/redis_port", "a router keeps its state in itself", ""},
    Setting{"router_settings/redis_password", "a router keeps its state in itself", ""},
    Setting{"router_settings/redis_url", "a router keeps its state in itself", ""},
    Setting{"router_settings/model_list", "models stand in the model_list of the file", "move them there and import again"},
    Setting{"router_settings/provider_budget_config", "budgets belong to client keys, not to providers", "set limits.usd_per_day of a key"},
    Setting{"litellm_settings/num_retries", kRetries, ""},
    Setting{"litellm_settings/allowed_fails", kBreaker, ""},
    Setting{"litellm_settings/cooldown_time", kBreaker, ""},
    Setting{"litellm_settings/drop_params", "nothing is dropped: unknown fields are passed on, and a provider that refuses one says so", ""},
    Setting{"litellm_settings/modify_params", "requests are passed on as they are", ""},
    Setting{"litellm_settings/set_verbose", "the log has levels", "set log: { level: debug }"},
    Setting{"litellm_settings/json_logs", "the log is text", ""},
    Setting{"litellm_settings/cache", "caches are a part of the policy (cache), and have no effect in this version", ""},
    Setting{"litellm_settings/cache_params", "caches are a part of the policy (cache), and have no effect in this version", ""},
    Setting{"litellm_settings/turn_off_message_logging", "texts are not kept anyway", ""},
    Setting{"litellm_settings/ssl_verify", "certificates are always verified", "give an upstream its ca: FILE"},
    Setting{"general_settings/database_url", kDatabase, kKeys},
    Setting{"general_settings/database_connection_pool_limit", kDatabase, ""},
    Setting{"general_settings/store_model_in_db", kDatabase, ""},
    Setting{"general_settings/store_prompts_in_spend_logs", "texts are not kept", ""},
    Setting{"general_settings/disable_spend_logs", kDatabase, ""},
    Setting{"general_settings/salt_key", kDatabase, ""},
    Setting{"general_settings/alerting", "alerts are made from /metrics", "see docs/monitoring.md"},
    Setting{"general_settings/alerting_threshold", "alerts are made from /metrics", "see docs/monitoring.md"},
    Setting{"general_settings/max_parallel_requests", "there is no limit of requests at once for a deployment", ""},
    Setting{"general_settings/global_max_parallel_requests", "there is no such limit", ""},
    Setting{"general_settings/background_health_checks", "deployments are judged by their answers", ""},
    Setting{"general_settings/health_check_interval", "deployments are judged by their answers", ""},
    Setting{"general_settings/completion_model", "a request names its model", "clients that must not choose ask for auto"},
    Setting{"general_settings/custom_auth", "no code is loaded", kKeys},
    Setting{"general_settings/allowed_ips", "the router listens on 127.0.0.1", "put a firewall before it"},
};

// Read elsewhere, or below.
constexpr std::array<std::string_view, 14> kRead{"router_settings/fallbacks", "router_settings/context_window_fallbacks", "router_settings/content_policy_fallbacks",
                                                 "router_settings/model_group_alias", "router_settings/timeout", "router_settings/stream_timeout",
                                                 "litellm_settings/fallbacks", "litellm_settings/context_window_fallbacks", "litellm_settings/content_policy_fallbacks",
                                                 "litellm_settings/default_fallbacks", "litellm_settings/request_timeout", "litellm_settings/max_budget",
                                                 "litellm_settings/budget_duration", "general_settings/master_key"};

constexpr std::array<std::string_view, 4> kCallbacks{"callbacks", "success_callback", "failure_callback", "service_callbacks"};

void readCallbacks(LitellmReading& reading, const Json& value, const std::string& pointer) {
  const Json list = value.is_array() ? value : Json::array({value});
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string at = value.is_array() ? pointer + "/" + std::to_string(i) : pointer;
    if (list[i] == "prometheus") reading.changed(at, "/metrics is always there", "scrape it: docs/monitoring.md");
    else if (list[i] == "otel") reading.leftOut(at, "no traces are sent anywhere that is not named", "name it: telemetry: { otlp: { endpoint: URL } }");
    else reading.leftOut(at, "no code is loaded, and nothing is sent to other services", "decisions are in the journal, in `signalbox export` and in /metrics");
  }
}

void readAliases(LitellmReading& reading, const Json& value, const std::string& pointer) {
  if (!value.is_object()) return reading.leftOut(pointer, "it must be a mapping from names to model groups");
  for (const auto& [name, target] : value.items()) {
    const std::string at = pointer + "/" + schema::pointerToken(name);
    const Json model = target.is_object() ? target.value("model", Json()) : target;
    if (name.empty() || name.size() > kLongestModelName) reading.leftOut(at, "a name to be asked for by has 1 to " + std::to_string(kLongestModelName) + " bytes");
    else if (std::count(name.begin(), name.end(), '*') > 1) reading.leftOut(at, "a pattern has at most one *");
    else if (!model.is_string() || !reading.group(model.get<std::string>())) reading.leftOut(at, "there is no model group of this name here");
    else if (reading.group(name)) reading.leftOut(at, "a model group has this name, and goes before it");
    else reading.aliases.emplace_back(name, model.get<std::string>());
    if (target.is_object() && target.contains("hidden")) reading.leftOut(at + "/hidden", "aliases are never listed");
  }
}

// A day's share of a budget; nullopt where its time is not known.
std::optional<double> daysOf(const Json& duration) {
  if (!duration.is_string()) return std::nullopt;
  const std::string text = duration.get<std::string>();
  double seconds = 0;
  if (text.ends_with("mo")) {
    const Json months = plainScalar(text.substr(0, text.size() - 2));
    seconds = months.is_number() ? months.get<double>() * 30 * 86400 : 0;
  } else if (const auto time = parseDuration(text)) {
    seconds = std::chrono::duration<double>(*time).count();
  }
  return seconds > 0 ? std::optional(seconds / 86400) : std::nullopt;
}

// As load() will find it.
std::string priceListOf(const DraftUpstream& upstream, const DraftModel& model) {
  if (!model.provider.empty()) return model.provider;
  if (!upstream.provider.empty()) return upstream.provider;
  return providerOf(upstream.api, upstream.base_url, upstream.name);
}

// The first model that nobody has a price of; empty where there is none.
std::string modelWithoutPrice(const Draft& draft) {
  for (const auto& upstream : draft.upstreams) {
    for (const auto& model : upstream.models) {
      if (!model.price && !builtInPrice(priceListOf(upstream, model), model.id)) return upstream.name + "/" + model.id;
    }
  }
  return {};
}

std::optional<double> dailyBudget(LitellmReading& reading, const Json& settings, bool has_key) {
  if (!settings.is_object() || !settings.contains("max_budget")) {
    if (settings.is_object() && settings.contains("budget_duration")) reading.leftOut("/litellm_settings/budget_duration", "there is no max_budget that it could be the time of");
    return std::nullopt;
  }
  const std::string pointer = "/litellm_settings/max_budget";
  const Json& budget = settings["max_budget"];
  const auto days = daysOf(settings.value("budget_duration", Json()));
  if (!budget.is_number() || budget.get<double>() <= 0) reading.leftOut(pointer, "it must be a number of US dollars");
  else if (!days) reading.leftOut(pointer, "a budget here is of a day, and budget_duration gives no time such as 1d or 30d", "set limits.usd_per_day of a key");
  else if (!has_key) reading.leftOut(pointer, "budgets belong to client keys, and the file has no master_key", "add one under keys with limits: { usd_per_day: N }");
  else if (const auto model = modelWithoutPrice(reading.result.draft); !model.empty()) {
    reading.leftOut(pointer, "the price of " + model + " is not known, and what nobody can add up cannot be held to a budget",
                    "give every model a price, then set limits.usd_per_day of the key");
  } else {
    const double daily = budget.get<double>() / *days;
    if (*days != 1) reading.changed(pointer, "a budget here is of a day: it is split evenly", "change limits.usd_per_day of the key");
    constexpr double kCent = 0.01;
    return daily < kCent ? daily : std::stod(fixed(daily, 4));
  }
  return std::nullopt;
}

// The sum of what the deployments may do, for the key that everybody has.
std::optional<std::int64_t> limitOf(LitellmReading& reading, const LitellmReading::Limit& limit, bool has_key) {
  const bool taken = has_key && limit.of_all && limit.sum > 0;
  const std::string why = "limits belong to client keys, not to deployments";
  for (const auto& pointer : limit.pointers) {
    if (taken) reading.changed(pointer, why, "their sum limits the imported key");
    else reading.leftOut(pointer, why + (has_key ? ", and other deployments have none that could be added up" : ", and the file has no master_key"), "set limits of a key");
  }
  return taken ? std::optional(limit.sum) : std::nullopt;
}

void readKey(LitellmReading& reading, const Json& general, const Json& litellm) {
  const bool has_key = general.is_object() && general.contains("master_key") && !general["master_key"].is_null();
  const auto budget = dailyBudget(reading, litellm, has_key);
  const auto rpm = limitOf(reading, reading.rpm, has_key), tpm = limitOf(reading, reading.tpm, has_key);
  if (!has_key) return;
  DraftKey key;
  key.name = "master";
  key.env = environmentName(general["master_key"]);
  if (key.env.empty()) {
    key.env = "LITELLM_MASTER_KEY";
    reading.changed("/general_settings/master_key", "a key stands in the file and is not copied", "put it into the environment variable " + key.env);
  }
  key.usd_per_day = budget;
  constexpr std::int64_t kMostRequests = 1'000'000'000;
  if (rpm) key.rpm = std::min(*rpm, kMostRequests);
  key.tpm = tpm;
  reading.result.draft.keys.push_back(std::move(key));
}

void readSection(LitellmReading& reading, const std::string& section, const Json& settings) {
  if (!settings.is_object()) {
    if (!settings.is_null()) reading.leftOut("/" + section, "it must be a mapping");
    return;
  }
  for (const auto& [key, value] : settings.items()) {
    const std::string name = section + "/" + key;
    const std::string pointer = "/" + section + "/" + schema::pointerToken(key);
    const auto known = std::find_if(kSettings.begin(), kSettings.end(), [&](const Setting& one) { return one.key == name; });
    if (known != kSettings.end()) reading.leftOut(pointer, std::string(known->why), std::string(known->advice));
    else if (name == "router_settings/model_group_alias") readAliases(reading, value, pointer);
    else if (section == "litellm_settings" && std::find(kCallbacks.begin(), kCallbacks.end(), key) != kCallbacks.end()) readCallbacks(reading, value, pointer);
    else if (std::find(kRead.begin(), kRead.end(), name) == kRead.end()) reading.leftOut(pointer, "this version has nothing that it could be");
  }
}

}  // namespace

void readLitellmSettings(LitellmReading& reading) {
  for (const auto& [section, settings] : reading.json.items()) {
    const std::string pointer = "/" + schema::pointerToken(section);
    if (section == "model_list") continue;
    if (section == "router_settings" || section == "litellm_settings" || section == "general_settings") readSection(reading, section, settings);
    else if (section == "environment_variables") reading.leftOut(pointer, "variables are set where the router is started", "export them, or put them into the service's unit");
    else if (section == "include") reading.leftOut(pointer, "other files are not read", "put their parts into this one and import again");
    else if (section == "credential_list") reading.leftOut(pointer, "credentials are named by their variables", "give each upstream key: { env: NAME }");
    else reading.leftOut(pointer, "this version has nothing that it could be");
  }
  readKey(reading, reading.json.value("general_settings", Json()), reading.json.value("litellm_settings", Json()));
}

}  // namespace signalbox::config
