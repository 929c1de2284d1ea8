// SPDX-License-Identifier: Apache-2.0
#include "engine/reload.h"

#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "base/whole_file.h"
#include "engine/identities.h"

namespace signalbox::engine {
namespace {

bool sameTraces(const std::optional<config::Otlp>& a, const std::optional<config::Otlp>& b) {
  if (!a || !b) return !a && !b;
  const auto sameHeader = [](const auto& one, const auto& other) { return one.first == other.first && one.second.digest() == other.second.digest(); };
  return a->endpoint == b->endpoint && a->ca_file == b->ca_file && a->service_name == b->service_name && a->sample == b->sample &&
         std::equal(a->headers.begin(), a->headers.end(), b->headers.begin(), b->headers.end(), sameHeader);
}

// What a running router cannot change is taken from the one in force; the words say what waits for a restart.
std::vector<std::string> keepWhatTakesARestart(config::Config& next, const config::Config& now) {
  std::vector<std::string> waits;
  const auto keep = [&](auto& wanted, const auto& kept, const char* name) {
    if (wanted == kept) return;
    wanted = kept;
    if (std::find(waits.begin(), waits.end(), name) == waits.end()) waits.emplace_back(name);
  };
  const auto keepAddress = [&](config::Address& wanted, const config::Address& kept, const char* where, const char* tls) {
    keep(wanted.host, kept.host, where);
    keep(wanted.port, kept.port, where);
    if (wanted.tls.has_value() == kept.tls.has_value()) return;
    wanted.tls = kept.tls;
    waits.emplace_back(tls);
  };
  keep(next.router_name, now.router_name, "name");
  keepAddress(next.listen, now.listen, "listen", "listen.tls");
  keepAddress(next.control, now.control, "control", "control.tls");
  keep(next.workers, now.workers, "workers");
  keep(next.store_path, now.store_path, "store");
  keep(next.store_keep, now.store_keep, "store");
  keep(next.store_most, now.store_most, "store");
  if (!sameTraces(next.otlp, now.otlp)) {
    next.otlp = now.otlp;
    waits.emplace_back("telemetry");
  }
  return waits;
}

std::unexpected<config::ConfigErrors> wrong(const config::Config& config, std::string message) {
  return std::unexpected(config::ConfigErrors{{config.file, 0, 0, std::move(message)}});
}

}  // namespace

Reloader::Reloader(Parts parts, Options options) : parts_(parts), options_(std::move(options)) {
  const auto config = parts_.generations.current()->config;
  status_.result = "started";
  status_.at = applied_at_ = wallNow();
  status_.policy_differs = parts_.policies.fileDifference();
  if (!options_.load) return;
  follow(config->read_from, {});
  keepAsGood(*config);
}

Reloader::~Reloader() { stop(); }

void Reloader::watch() {
  if (!options_.load) return;
  ticker_.emplace();
  looking_ = ticker_->every(options_.look, [this] { look(); });
}

void Reloader::stop() {
  looking_.reset();
  ticker_.reset();
}

Reloader::Stamps Reloader::stampsOf(const std::vector<std::string>& files) {
  Stamps all;
  for (const auto& file : files) all[file] = fileStamp(file);
  return all;
}

void Reloader::follow(std::vector<std::string> files, const Stamps& before) {
  files_ = std::move(files);
  acted_on_ = seen_ = stampsOf(files_);
  for (auto& [file, stamp] : acted_on_) {
    if (const auto known = before.find(file); known != before.end()) stamp = known->second;
  }
}

std::vector<std::string> Reloader::withThoseInForce(std::vector<std::string> files) const {
  for (const auto& file : parts_.generations.current()->config->read_from) {
    if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  }
  return files;
}

// A file that is still being written is left alone until it has kept still between two looks.
void Reloader::look() {
  const std::lock_guard lock(running_);
  Stamps now = stampsOf(files_);
  const bool still = now == seen_;
  seen_ = std::move(now);
  if (still && seen_ != acted_on_) runOnce();
}

domain::ConfigStatus Reloader::run() {
  const std::lock_guard lock(running_);
  return runOnce();
}

domain::ConfigStatus Reloader::runOnce() {
  if (!options_.load) return status();
  const Stamps before = stampsOf(files_);  // before they are read: what changes meanwhile is found at the next look
  std::vector<std::string> named;
  const auto loaded = options_.load(named);
  // What is refused may be taken as soon as one of the files it names is there, or another.
  if (!loaded) {
    follow(withThoseInForce(std::move(named)), before);
    return refuse(loaded.error());
  }
  follow(withThoseInForce((*loaded)->read_from), before);
  domain::ConfigStatus status;
  status.result = "applied";
  status.at = wallNow();
  if (const auto changed = changeOver(**loaded, status); !changed) return refuse(changed.error());
  for (const auto& warning : (*loaded)->warnings) log::warn("{}", warning.string());
  log::info("the configuration of {} is in force", (*loaded)->file);
  if (!status.restart.empty()) log::warn("{}: changes of {} wait for a restart; all others are in force", (*loaded)->file, join(status.restart, ", "));
  if (!(*loaded)->policy_errors.empty()) {
    log::warn("the store's policy is in force, and the policy file cannot be: {}", status.policy_differs);
  } else if (!status.policy_differs.empty()) {
    log::warn("the policy file differs from the live policy and is not in force: {}; `signalbox policy apply` makes it so", status.policy_differs);
  }
  keepAsGood(**loaded);
  follow((*loaded)->read_from, before);
  settle(status);
  return status;
}

std::expected<void, config::ConfigErrors> Reloader::changeOver(const config::Config& loaded, domain::ConfigStatus& status) {
  const auto before = parts_.generations.current();
  auto config = std::make_shared<config::Config>(loaded);
  status.restart = keepWhatTakesARestart(*config, *before->config);
  if (config->tierNames() != before->config->tierNames()) {
    return wrong(loaded, "the tiers are " + join(config->tierNames(), ", ") + " and were " + join(before->config->tierNames(), ", ") +
                             "; policies speak of tiers by name and order, so that these change at a restart only");
  }
  for (const auto& [address, there, what] : {std::tuple{&options_.listen, !config->keys.empty(), "keys"},
                                             std::tuple{&options_.control, !config->control_tokens.empty(), "control.tokens"}}) {
    if (!there && !config::isLoopback(address->host)) return wrong(loaded, address->host + " is beyond loopback and needs " + what);
  }
  // Everything that can fail comes before the first thing that changes.
  const auto identities = readIdentities(*config);
  if (!identities) return std::unexpected(identities.error());
  auto access = Access::open({config, options_.client_token, options_.control_token});
  if (!access) return wrong(loaded, access.error().message);
  if (config->policy) status.policy_differs = parts_.policies.differenceFrom(*config->policy);
  else status.policy_differs = config::textOf(config->policy_errors);
  const auto next = parts_.generations.next(config);

  parts_.generations.set(next);
  parts_.access.adopt(**access);
  parts_.data.identify(identities->listen, config->listen.hosts);
  parts_.control.identify(identities->control, config->control.hosts);
  if (options_.set_log_level) options_.set_log_level(config->log_level);
  if (options_.changed) options_.changed(next);
  return {};
}

domain::ConfigStatus Reloader::refuse(const config::ConfigErrors& errors) {
  domain::ConfigStatus status;
  status.result = "refused";
  status.at = wallNow();
  for (const auto& error : errors) {
    log::error("{}", error.string());
    status.errors.push_back(error.string());
  }
  log::error("the configuration is not taken; the one before stays in force");
  settle(status);
  return status;
}

void Reloader::settle(domain::ConfigStatus status) {
  const std::lock_guard lock(status_mutex_);
  const bool applied = status.result == "applied";
  ++(applied ? applied_ : refused_);
  if (applied) applied_at_ = status.at;
  status_ = std::move(status);
}

// Not for the router, which never starts with anything but what it is told to: for people who look for what worked.
// Beside the store that is in force, which another configuration does not change.
void Reloader::keepAsGood(const config::Config& loaded) const {
  const std::string path = parts_.generations.current()->config->store_path + ".last-good.yaml";
  const std::string head = "# What " + loaded.read_from.front() + " held when it was last put into force. Relative paths count from there.\n";
  if (const auto kept = writeWholeFile(path, head + loaded.text, 0600); !kept) log::warn("the configuration is in force, but {}", kept.error().message);
}

domain::ConfigStatus Reloader::status() const {
  const std::lock_guard lock(status_mutex_);
  return status_;
}

std::string Reloader::metrics() const {
  const std::lock_guard lock(status_mutex_);
  std::string out = "# HELP signalbox_config_reloads_total Reloads of the configuration by what came of them.\n# TYPE signalbox_config_reloads_total counter\n";
  out += "signalbox_config_reloads_total{result=\"applied\"} " + std::to_string(applied_) + "\n";
  out += "signalbox_config_reloads_total{result=\"refused\"} " + std::to_string(refused_) + "\n";
  out += "# HELP signalbox_config_last_reload_successful Whether the last reload, or the start, was applied.\n# TYPE signalbox_config_last_reload_successful gauge\n";
  out += std::string("signalbox_config_last_reload_successful ") + (status_.result == "refused" ? "0" : "1") + "\n";
  out += "# HELP signalbox_config_last_reload_success_timestamp_seconds When the configuration in force was applied.\n"
         "# TYPE signalbox_config_last_reload_success_timestamp_seconds gauge\n";
  out += "signalbox_config_last_reload_success_timestamp_seconds " + shortest(static_cast<double>(applied_at_) / 1e6) + "\n";
  return out;
}

}  // namespace signalbox::engine
