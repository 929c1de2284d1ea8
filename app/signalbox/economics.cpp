// SPDX-License-Identifier: Apache-2.0
// signalbox economics: what each tier cost and why, and for upstreams paid by the hour what an hour gave and from which volume on it
// is cheaper than an API. Reads the journal beside a router that may be writing it; unknown is a dash or null, never zero.
#include <iostream>
#include <memory>

#include "analytics/economics.h"
#include "config/config.h"
#include "engine/pricing.h"
#include "journal/reader.h"
#include "lab/table_text.h"
#include "policy/policy.h"
#include "signalbox/commands.h"

namespace signalbox::app {
namespace {

using analytics::DeploymentCost;
using analytics::HourlyReport;

struct EconomicsArguments {
  std::string config, store, since, until, against;
  bool json = false;
};

struct Report {
  std::optional<WallMicros> since, until;  // nullopt: nothing was seen, and nothing said
  bool range_given = false;
  std::int64_t decisions = 0;
  std::vector<DeploymentCost> rows;
  std::vector<HourlyReport> hourly;
  std::string against;  // UPSTREAM/MODEL; empty: there is none with a known price
};

// What the work would be bought for elsewhere: as named, else the first deployment in the order of the tiers that is paid by the token.
Result<std::optional<domain::Deployment>> referenceOf(const std::string& named, const config::Config& config, const engine::Pricing& pricing) {
  for (const auto& tier : config.tiers) {
    for (const auto& deployment : tier.deployments) {
      const bool meant = named.empty() ? pricing.price(deployment).has_value() : named == deployment.upstream + "/" + deployment.model;
      if (!meant) continue;
      if (!pricing.price(deployment)) return fail(ErrorCode::InvalidInput, "--against " + named + ": it has no price by the token");
      return deployment;
    }
  }
  if (!named.empty()) return fail(ErrorCode::InvalidInput, "--against " + named + ": no tier has this deployment; allowed is UPSTREAM/MODEL of one");
  return std::nullopt;
}

Result<Report> reportOf(const EconomicsArguments& arguments, const journal::DecisionQuery& query) {
  const auto config = config::loadNamed(arguments.config, &policy::check);
  if (!config) return std::unexpected(config.error());
  const engine::Pricing pricing(**config);
  const auto reference = referenceOf(arguments.against, **config, pricing);
  if (!reference) return std::unexpected(reference.error());
  const auto reader = journal::openReader(arguments.store.empty() ? (*config)->store_path : arguments.store);
  if (!reader) return std::unexpected(reader.error());
  analytics::Economics economics;
  const auto done = (*reader)->scan(query, true, [&](const domain::CommittedDecision& row) {
    economics.add(row.decision);
    return true;
  });
  if (!done) return std::unexpected(done.error());
  const auto warm = (*reader)->probes(query.since, query.until, [&](const domain::Attempt& probe) { economics.addProbe(probe); });
  if (!warm) return std::unexpected(warm.error());

  Report report;
  report.decisions = economics.decisions();
  report.rows = economics.rows();
  const auto span = economics.span();
  report.range_given = !arguments.since.empty() && !arguments.until.empty();
  if (!arguments.since.empty()) report.since = query.since;
  else if (span) report.since = span->first;
  if (!arguments.until.empty()) report.until = query.until;
  else if (span) report.until = span->second;
  if (*reference) report.against = (*reference)->upstream + "/" + (*reference)->model;
  for (const auto& upstream : (*config)->upstreams) {
    if (!upstream.gpu_cost) continue;
    analytics::HourlyTerms terms{upstream.name, upstream.gpu_cost->usd_per_hour * upstream.gpu_cost->replicas, std::nullopt};
    if (*reference) terms.api = pricing.price(**reference);
    report.hourly.push_back(economics.hourly(terms, report.since.value_or(0), report.until.value_or(report.since.value_or(0))));
  }
  return report;
}

template <class T>
Json orNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json toJson(const Report& report) {
  Json rows = Json::array(), hourly = Json::array();
  for (const auto& r : report.rows) {
    const auto all = r.all();
    rows.push_back({{"tier", r.tier}, {"upstream", r.upstream}, {"model", r.model}, {"attempts", all.attempts},
                    {"served", r.served.attempts}, {"refused", r.refused.attempts}, {"failed", r.failed.attempts}, {"own", r.own.attempts},
                    {"cost_usd", orNull(all.usd())}, {"served_usd", orNull(r.served.usd())}, {"refused_usd", orNull(r.refused.usd())},
                    {"failed_usd", orNull(r.failed.usd())}, {"own_usd", orNull(r.own.usd())},
                    {"cost_known", all.cost_known}, {"cost_unknown", all.attempts - all.cost_known},
                    {"input_tokens", r.input_tokens}, {"output_tokens", r.output_tokens}, {"counted", r.counted}});
  }
  for (const auto& h : report.hourly) {
    hourly.push_back({{"upstream", h.upstream}, {"hours", h.hours}, {"usd_per_hour", h.usd_per_hour}, {"cost_usd", h.usd},
                      {"attempts", h.attempts}, {"decisions", h.decisions}, {"utilisation", orNull(h.utilisation)}, {"idle_usd", orNull(h.idle_usd)},
                      {"warm_share", orNull(h.warm_share)}, {"usd_per_decision", orNull(h.usd_per_decision)},
                      {"api", report.against.empty() ? Json(nullptr) : Json(report.against)},
                      {"api_usd_per_decision", orNull(h.api_usd_per_decision)}, {"api_n", h.api_n},
                      {"break_even_per_hour", orNull(h.break_even_per_hour)}, {"decisions_per_hour", orNull(h.now_per_hour)}});
  }
  const auto time = [](const std::optional<WallMicros>& at) { return at ? Json(formatIso(*at)) : Json(nullptr); };
  return {{"since", time(report.since)}, {"until", time(report.until)}, {"range", report.range_given ? "given" : "seen"},
          {"decisions", report.decisions}, {"deployments", rows}, {"hourly", hourly}};
}

std::string orDash(const std::optional<double>& value, lab::Format format) { return value ? format(*value) : "–"; }

void printTable(const Report& report) {
  const auto cell = [](const std::string& text) { std::cout << lab::padded(text, 13, true); };
  const auto time = [](const std::optional<WallMicros>& at) { return at ? formatIso(*at) : std::string("–"); };
  std::cout << lab::grouped(report.decisions) << " decisions from " << time(report.since) << " to " << time(report.until) << "\n\n"
            << lab::padded("tier, deployment", 34, false);
  for (const char* name : {"served", "refused", "failed", "own", "tokens in", "tokens out", "of attempts", "cost", "of served", "of refused", "of failed", "of own", "unknown"}) cell(name);
  std::cout << '\n';
  for (const auto& r : report.rows) {
    std::cout << lab::padded(r.tier + ", " + r.upstream + "/" + r.model, 34, false);
    const auto all = r.all();
    for (const auto& part : {r.served, r.refused, r.failed, r.own}) cell(lab::grouped(part.attempts));
    for (const auto n : {r.input_tokens, r.output_tokens}) cell(r.counted > 0 ? lab::grouped(n) : "–");
    cell(lab::grouped(r.counted));
    for (const auto& part : {all, r.served, r.refused, r.failed, r.own}) cell(orDash(part.usd(), lab::dollars));
    cell(lab::grouped(all.attempts - all.cost_known));
    std::cout << '\n';
  }
  for (const auto& h : report.hourly) {
    std::cout << "\n" << h.upstream << ": " << lab::dollars(h.usd_per_hour) << " an hour, " << lab::dollars(h.usd) << " in this time\n"
              << "  in use " << orDash(h.utilisation, lab::percent) << " of it, " << orDash(h.idle_usd, lab::dollars) << " idle; of the work "
              << orDash(h.warm_share, lab::percent) << " nobody asked for (n = " << lab::grouped(h.attempts) << ")\n"
              << "  " << orDash(h.usd_per_decision, lab::dollars) << " a decision (n = " << lab::grouped(h.decisions) << "), at "
              << (report.against.empty() ? "an API" : report.against) << " " << orDash(h.api_usd_per_decision, lab::dollars)
              << " (n = " << lab::grouped(h.api_n) << ")\n"
              << "  breaks even at " << (h.break_even_per_hour ? lab::grouped(static_cast<std::int64_t>(*h.break_even_per_hour + 0.5)) : "–")
              << " decisions an hour; now " << (h.now_per_hour ? lab::grouped(static_cast<std::int64_t>(*h.now_per_hour + 0.5)) : "–") << '\n';
  }
}

Result<journal::DecisionQuery> queryOf(const EconomicsArguments& arguments) {
  journal::DecisionQuery query;
  for (const auto& [text, name, into] : {std::tuple(&arguments.since, "--since: ", &query.since), std::tuple(&arguments.until, "--until: ", &query.until)}) {
    if (text->empty()) continue;
    const auto time = parseIso(*text);
    if (!time) return fail(ErrorCode::InvalidInput, name + time.error().message);
    *into = *time;
  }
  return query;
}

}  // namespace

void addEconomics(CLI::App& app, ExitCode& exit) {
  auto* command = app.add_subcommand("economics", "What each tier cost and why; GPU hours against an API, their use and break-even volume");
  const auto arguments = std::make_shared<EconomicsArguments>();
  command->add_option("--config", arguments->config, "Configuration with the prices; without it, the default search");
  command->add_option("--store", arguments->store, "The store's file; without it, the one of the configuration");
  command->add_option("--since", arguments->since, "Decisions from this time on: 2026-11-19 or 2026-11-19T14:00:00Z");
  command->add_option("--until", arguments->until, "Decisions before this time");
  command->add_option("--against", arguments->against, "UPSTREAM/MODEL to compare GPU hours with; without it, the first that is paid by the token");
  command->add_flag("--json", arguments->json, "For programs");
  command->callback([arguments, &exit] {
    const auto query = queryOf(*arguments);
    if (!query) throw CLI::ValidationError(query.error().message);
    const auto report = reportOf(*arguments, *query);
    if (!report) {
      std::cerr << "signalbox: " << report.error().message << '\n';
      exit = ExitCode::Failed;
      return;
    }
    if (arguments->json) std::cout << jsonText(toJson(*report)) << '\n';
    else printTable(*report);
    exit = ExitCode::Ok;
  });
}

}  // namespace signalbox::app
