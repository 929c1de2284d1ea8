// SPDX-License-Identifier: Apache-2.0
// hello, status, upstreams, audit.
#include "control/fields.h"
#include "control/wire.h"

namespace signalbox::control {

Json toJson(const Hello& hello) {
  Json json{{"protocol", hello.protocol},
            {"server", hello.server},
            {"router", hello.router},
            {"role", domain::name(hello.role)},
            {"capabilities", hello.capabilities},
            {"policy", {{"live", hello.live}, {"canary", nullptr}}},
            {"time", formatIso(hello.time, 6)},
            {"epoch", hello.epoch},
            {"store_id", hello.store_id},
            {"simulated", hello.simulated},
            {"tiers", hello.tiers}};
  putOptional(json["policy"], "canary", hello.canary);
  return json;
}

Result<Hello> helloFromJson(const Json& json) {
  Hello hello;
  Fields fields(json);
  fields.need("protocol");
  fields.read("protocol", hello.protocol);
  fields.read("server", hello.server);
  fields.read("router", hello.router);
  fields.word("role", hello.role, &domain::parse<domain::Role>);
  fields.read("capabilities", hello.capabilities);
  if (const Json* policy = fields.find("policy")) {
    Fields inner(*policy);
    inner.read("live", hello.live);
    inner.read("canary", hello.canary);
    if (!inner.ok()) fields.fault("policy", "{live, canary}");
  }
  fields.time("time", hello.time);
  fields.read("epoch", hello.epoch);
  fields.read("store_id", hello.store_id);
  fields.read("simulated", hello.simulated);
  fields.read("tiers", hello.tiers);
  return fields.done(std::move(hello));
}

namespace {

Json journalToJson(const domain::JournalStatus& journal) {
  Json json{{"lag_ms", number(journal.lag_ms)},
            {"dropped", journal.dropped},
            {"rows", journal.rows},
            {"bytes", journal.bytes},
            {"interrupted", journal.interrupted},
            {"retired", journal.retired},
            {"kept_since", timeOrNull(journal.kept_since)}};
  if (!journal.fault.empty()) json["fault"] = journal.fault;
  return json;
}

Result<domain::JournalStatus> journalFromJson(const Json& json) {
  domain::JournalStatus journal;
  Fields fields(json);
  fields.read("lag_ms", journal.lag_ms);
  fields.read("dropped", journal.dropped);
  fields.read("rows", journal.rows);
  fields.read("bytes", journal.bytes);
  fields.read("interrupted", journal.interrupted);
  fields.read("retired", journal.retired);
  fields.time("kept_since", journal.kept_since);
  fields.read("fault", journal.fault);
  return fields.done(std::move(journal));
}

}  // namespace

namespace {

Json configToJson(const domain::ConfigStatus& config) {
  return {{"result", config.result}, {"at", formatIso(config.at, 6)}, {"errors", config.errors}, {"restart", config.restart}, {"policy_differs", config.policy_differs}};
}

Result<domain::ConfigStatus> configFromJson(const Json& json) {
  domain::ConfigStatus config;
  Fields fields(json);
  fields.read("result", config.result);
  fields.time("at", config.at);
  fields.read("errors", config.errors);
  fields.read("restart", config.restart);
  fields.read("policy_differs", config.policy_differs);
  return fields.done(std::move(config));
}

}  // namespace

Json toJson(const domain::RouterStatus& status) {
  return {{"state", status.state},
          {"uptime_s", number(status.uptime_s)},
          {"journal", journalToJson(status.journal)},
          {"memory_bytes", status.memory_bytes},
          {"in_flight", status.in_flight},
          {"config", configToJson(status.config)},
          {"last_event_ts", status.last_event_ts > 0 ? Json(formatIso(status.last_event_ts, 6)) : Json(nullptr)}};
}

Result<domain::RouterStatus> statusFromJson(const Json& json) {
  domain::RouterStatus status;
  Fields fields(json);
  fields.need("state");
  fields.read("state", status.state);
  fields.read("uptime_s", status.uptime_s);
  fields.with("journal", status.journal, &journalFromJson);
  fields.read("memory_bytes", status.memory_bytes);
  fields.read("in_flight", status.in_flight);
  fields.time("last_event_ts", status.last_event_ts);
  fields.with("config", status.config, &configFromJson);
  return fields.done(std::move(status));
}

namespace {

Json refusedToJson(const domain::RefusedAddition& refused) {
  return {{"model", refused.model}, {"addition", refused.addition}, {"tools", refused.with_tools}, {"until", formatIso(refused.until, 6)}, {"message", refused.said}};
}

Result<domain::RefusedAddition> refusedFromJson(const Json& json) {
  domain::RefusedAddition refused;
  Fields fields(json);
  fields.read("model", refused.model);
  fields.read("addition", refused.addition);
  fields.read("tools", refused.with_tools);
  fields.time("until", refused.until);
  fields.read("message", refused.said);
  return fields.done(std::move(refused));
}

Result<std::vector<domain::RefusedAddition>> allRefusedFromJson(const Json& json) {
  return listFromJson<domain::RefusedAddition>(json, &refusedFromJson);
}

Json deploymentToJson(const domain::DeploymentStatus& deployment) {
  Json json{{"model", deployment.model}, {"health", deployment.health}, {"breaker", deployment.breaker}, {"ttft_n", deployment.ttft_n}};
  putOptional(json, "wait_s", deployment.wait_s);
  putOptional(json, "ttft_p50_ms", deployment.ttft_p50_ms);
  return json;
}

Result<domain::DeploymentStatus> deploymentFromJson(const Json& json) {
  domain::DeploymentStatus deployment;
  Fields fields(json);
  fields.read("model", deployment.model);
  fields.read("health", deployment.health);
  fields.read("breaker", deployment.breaker);
  fields.read("ttft_n", deployment.ttft_n);
  fields.read("wait_s", deployment.wait_s);
  fields.read("ttft_p50_ms", deployment.ttft_p50_ms);
  return fields.done(std::move(deployment));
}

Result<std::vector<domain::DeploymentStatus>> deploymentsFromJson(const Json& json) {
  return listFromJson<domain::DeploymentStatus>(json, &deploymentFromJson);
}

}  // namespace

Json toJson(const domain::UpstreamStatus& upstream) {
  Json json{{"name", upstream.name},
            {"base_url", upstream.base_url},
            {"health", upstream.health},
            {"in_flight", upstream.in_flight},
            {"pending", upstream.pending},
            {"requests", upstream.requests},
            {"failures", upstream.failures},
            {"last_error", upstream.last_error},
            {"refused", Json::array()},
            {"deployments", Json::array()},
            {"probes", {{"sent", upstream.probes}, {"failed", upstream.probe_failures}, {"cost_usd", nullptr}}}};
  for (const auto& refused : upstream.refused) json["refused"].push_back(refusedToJson(refused));
  for (const auto& deployment : upstream.deployments) json["deployments"].push_back(deploymentToJson(deployment));
  putOptional(json["probes"], "cost_usd", upstream.probe_cost_usd);
  putOptional(json, "breaker", upstream.breaker);
  putOptional(json, "ttft_p50_ms", upstream.ttft_p50_ms);
  return json;
}

Result<domain::UpstreamStatus> upstreamFromJson(const Json& json) {
  domain::UpstreamStatus upstream;
  Fields fields(json);
  fields.need("name");
  fields.read("name", upstream.name);
  fields.read("base_url", upstream.base_url);
  fields.read("health", upstream.health);
  fields.read("breaker", upstream.breaker);
  fields.read("in_flight", upstream.in_flight);
  fields.read("pending", upstream.pending);
  fields.read("requests", upstream.requests);
  fields.read("failures", upstream.failures);
  fields.read("ttft_p50_ms", upstream.ttft_p50_ms);
  fields.read("last_error", upstream.last_error);
  fields.with("refused", upstream.refused, &allRefusedFromJson);
  fields.with("deployments", upstream.deployments, &deploymentsFromJson);
  if (const Json* probes = fields.find("probes")) {
    Fields inner(*probes);
    inner.read("sent", upstream.probes);
    inner.read("failed", upstream.probe_failures);
    inner.read("cost_usd", upstream.probe_cost_usd);
    if (!inner.ok()) fields.fault("probes", "{sent, failed, cost_usd}");
  }
  return fields.done(std::move(upstream));
}

Json toJson(const domain::AuditEntry& entry) {
  return {{"seq", entry.seq},         {"ts", formatIso(entry.ts, 6)}, {"who", entry.who},
          {"role", domain::name(entry.role)}, {"action", entry.action}, {"revision", entry.revision},
          {"diff", entry.diff},       {"reason", entry.reason},       {"outcome", entry.outcome},
          {"prev_hash", entry.prev_hash}, {"hash", entry.hash}};
}

Result<domain::AuditEntry> auditEntryFromJson(const Json& json) {
  domain::AuditEntry entry;
  Fields fields(json);
  fields.need("seq");
  fields.read("seq", entry.seq);
  fields.time("ts", entry.ts);
  fields.read("who", entry.who);
  fields.word("role", entry.role, &domain::parse<domain::Role>);
  fields.read("action", entry.action);
  fields.read("revision", entry.revision);
  fields.read("diff", entry.diff);
  fields.read("reason", entry.reason);
  fields.read("outcome", entry.outcome);
  fields.read("prev_hash", entry.prev_hash);
  fields.read("hash", entry.hash);
  return fields.done(std::move(entry));
}

Json toJson(const AuditPage& page) {
  Json chain{{"verified", page.verified}};
  putOptional(chain, "broken_at", page.broken_at);
  return {{"entries", listToJson(page.entries)}, {"chain", std::move(chain)}};
}

Result<AuditPage> auditPageFromJson(const Json& json) {
  AuditPage page;
  Fields fields(json);
  if (const Json* entries = fields.find("entries")) {
    auto list = listFromJson<domain::AuditEntry>(*entries, &auditEntryFromJson);
    if (!list) return std::unexpected(std::move(list.error()));
    page.entries = std::move(*list);
  }
  if (const Json* chain = fields.find("chain")) {
    Fields inner(*chain);
    inner.read("verified", page.verified);
    inner.read("broken_at", page.broken_at);
    if (!inner.ok()) fields.fault("chain", "{verified, broken_at}");
  }
  return fields.done(std::move(page));
}

}  // namespace signalbox::control
