// SPDX-License-Identifier: Apache-2.0
// --url, --ca, --token-env and --token-file, shared by every command that talks to a running router.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "server/control_client.h"

namespace signalbox::app {

struct ControlArguments {
  std::string url = "ws://127.0.0.1:8788";
  std::string ca;
  std::string token_env;
  std::string token_file;
};

void addControlOptions(CLI::App& command, ControlArguments& arguments);
// Connects with the token of --token-env or --token-file, else with the one that a router on this machine wrote on its first start.
[[nodiscard]] Result<std::unique_ptr<server::ControlClient>> connectControl(
    const ControlArguments& arguments, std::function<void(const std::string& method, const Json& params)> on_notification = {});
// "signalbox: what happened", and what the router said beside it: findings, the revision that is live, the guardrail.
void printError(const Error& error);

}  // namespace signalbox::app
