// SPDX-License-Identifier: Apache-2.0
#include "signalbox/control_arguments.h"

#include <cstdlib>
#include <iostream>

#include "admit/token_file.h"
#include "config/config.h"
#include "server/websocket_client.h"

namespace signalbox::app {
namespace {

Result<Secret> findToken(const ControlArguments& arguments) {
  if (!arguments.token_env.empty()) {
    const char* token = std::getenv(arguments.token_env.c_str());
    if (!token || !*token) return fail(ErrorCode::InvalidInput, "--token-env: the environment has no " + arguments.token_env);
    return Secret(token);
  }
  if (!arguments.token_file.empty()) return config::systemSecrets()->file(arguments.token_file);
  const auto folder = config::stateFolder();
  if (!folder) return std::unexpected(folder.error());
  const std::string path = *folder + "/" + admit::kControlTokenFile;
  auto token = config::systemSecrets()->file(path);
  if (!token) {
    return fail(ErrorCode::InvalidInput, "no token: give one by --token-env, or let a router here make " + path + " on its first start");
  }
  return token;
}

}  // namespace

void addControlOptions(CLI::App& command, ControlArguments& arguments) {
  const auto shaped = [](const std::string& text) {
    const auto target = server::parseSocketUrl(text);
    return target ? std::string{} : target.error().message;
  };
  command.add_option("--url", arguments.url, "Control plane of the router, ws://HOST:PORT or wss://HOST:PORT")->type_name("URL")->check(shaped)->capture_default_str();
  command.add_option("--ca", arguments.ca, "PEM file with the authorities to trust with wss://, instead of the system's")->check(CLI::ExistingFile);
  auto* env = command.add_option("--token-env", arguments.token_env, "Environment variable with the token");
  command.add_option("--token-file", arguments.token_file, "File with the token; without either, this machine's control-token")->excludes(env);
}

Result<std::unique_ptr<server::ControlClient>> connectControl(
    const ControlArguments& arguments, std::function<void(const std::string& method, const Json& params)> on_notification) {
  auto token = findToken(arguments);
  if (!token) return std::unexpected(std::move(token.error()));
  server::ControlClientOptions options;
  options.url = arguments.url;
  options.ca_file = arguments.ca;
  options.token = std::move(*token);
  options.client = "signalbox " SIGNALBOX_VERSION;
  options.on_notification = std::move(on_notification);
  auto client = server::ControlClient::connect(std::move(options));
  if (!client && client.error().code != ErrorCode::InvalidInput) client.error().message = arguments.url + ": " + client.error().message;
  return client;
}

void printError(const Error& error) {
  std::cerr << "signalbox: " << error.message << '\n';
  const Json detail = Json::parse(error.detail.empty() ? "null" : error.detail, nullptr, false);
  if (!detail.is_object()) return;
  if (const auto errors = detail.find("errors"); errors != detail.end() && errors->is_array()) {
    for (const Json& one : *errors) std::cerr << "  " << one.value("pointer", "") << ": " << one.value("message", "") << '\n';
  }
  if (detail.contains("live")) {
    std::cerr << "  live: revision " << detail["live"] << " by " << detail.value("who", "") << " at " << detail.value("ts", "") << ": "
              << detail.value("diff", "") << '\n';
  }
  if (detail.contains("which")) {
    std::cerr << "  guardrail " << detail.value("which", "") << ": found " << detail["found"] << ", allowed " << detail["allowed"] << '\n';
  }
}

}  // namespace signalbox::app
