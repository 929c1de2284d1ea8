// SPDX-License-Identifier: Apache-2.0
// `signalbox check`: what serve would read, judged and reported; nothing is started.
#include <iostream>
#include <memory>
#include <string>

#include "config/config.h"
#include "engine/identities.h"
#include "policy/policy.h"
#include "signalbox/commands.h"

namespace signalbox::app {
namespace {

Json asJson(const config::ConfigErrors& problems) {
  Json list = Json::array();
  for (const auto& one : problems) {
    list.push_back({{"file", one.file}, {"line", one.line}, {"column", one.column}, {"message", one.message}});
  }
  return list;
}

std::string count(std::size_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

void summarize(const config::Config& config) {
  std::cout << config.file << ": ok: " << count(config.upstreams.size(), "upstream") << ", " << count(config.tiers.size(), "tier") << ", "
            << (config.policy ? count(config.policy->json.at("workloads").size(), "workload") : "no policy file") << ", "
            << count(config.keys.size(), "client key") << ", " << count(config.control_tokens.size(), "control token") << '\n';
}

ExitCode check(std::string file, bool json) {
  config::ConfigErrors errors;
  config::ConfigErrors warnings;
  std::shared_ptr<const config::Config> config;
  if (file.empty()) {
    auto found = config::findConfigFile();
    if (found) file = *found;
    else errors.push_back({"signalbox.yaml", 0, 0, found.error().message});
  }
  if (errors.empty()) {
    const auto secrets = config::systemSecrets();
    auto loaded = config::load(file, *secrets, policy::check);
    if (loaded) config = *std::move(loaded);
    else errors = std::move(loaded.error());
  }
  if (config) {
    auto identities = engine::readIdentities(*config);
    if (!identities) {
      errors = std::move(identities.error());
      config = nullptr;
    }
  }
  if (config) warnings = config->warnings;
  if (config && !config->policy_errors.empty()) {
    errors = config->policy_errors;
    config = nullptr;
  }
  if (json) {
    std::cout << jsonText(Json{{"ok", errors.empty()}, {"file", file}, {"errors", asJson(errors)}, {"warnings", asJson(warnings)}}, 2) << '\n';
  } else {
    for (const auto& error : errors) std::cerr << error.string() << '\n';
    for (config::ConfigError warning : warnings) {
      warning.message.insert(0, "warning: ");
      std::cerr << warning.string() << '\n';
    }
    if (config) summarize(*config);
  }
  return errors.empty() ? ExitCode::Ok : ExitCode::Failed;
}

}  // namespace

void addCheck(CLI::App& app, ExitCode& exit) {
  struct Options {
    std::string file;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("check", "Validate configuration and policy; nothing is started");
  command->add_option("--config", options->file, "Configuration file (default: ./signalbox.yaml, then the XDG configuration folder)")->type_name("FILE");
  command->add_flag("--json", options->json, "Print errors and warnings as one JSON object on stdout");
  command->footer("Errors go to stderr as FILE:LINE:COLUMN: what, and what is allowed. Exit status 1 when there is one.");
  command->callback([options, &exit] { exit = check(options->file, options->json); });
}

}  // namespace signalbox::app
