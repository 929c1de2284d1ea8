// SPDX-License-Identifier: Apache-2.0
// signalbox token: the tokens that a router on this machine made for itself on its first start.
#include <iostream>

#include "admit/token_file.h"
#include "config/config.h"
#include "signalbox/commands.h"

namespace signalbox::app {
namespace {

ExitCode failed(const Error& error) {
  std::cerr << "signalbox: " << error.message << '\n';
  return ExitCode::Failed;
}

ExitCode show(const std::string& file, bool reveal) {
  const auto folder = config::stateFolder();
  if (!folder) return failed(folder.error());
  const std::string path = *folder + "/" + file;
  const auto token = config::systemSecrets()->file(path);
  if (!token) return failed(token.error());
  // The token itself only where it is asked for by name, so that no terminal shows it by accident.
  if (reveal) std::cout << token->reveal() << '\n';
  else std::cout << path << " ends in " << token->lastFour() << "; --reveal prints it\n";
  return ExitCode::Ok;
}

ExitCode rotate(const std::string& file, bool) {
  const auto folder = config::stateFolder();
  if (!folder) return failed(folder.error());
  const auto token = admit::rotateToken(*folder, file);
  if (!token) return failed(token.error());
  std::cout << "a new token is in " << token->path << "; a running router takes it within a second and no longer accepts the old one\n";
  return ExitCode::Ok;
}

}  // namespace

void addToken(CLI::App& app, ExitCode& exit) {
  auto* token = app.add_subcommand("token", "Show or replace the tokens this machine's router made for itself");
  token->require_subcommand(1);
  const auto which = std::make_shared<std::string>("control");
  const auto reveal = std::make_shared<bool>(false);
  const auto add = [&](const char* name, const char* what, ExitCode (*run)(const std::string&, bool)) {
    auto* command = token->add_subcommand(name, what);
    command->add_option("which", *which, "control or client")->capture_default_str()->check(CLI::IsMember({"control", "client"}));
    command->callback([which, reveal, run, &exit] {
      exit = run(*which == "client" ? admit::kClientTokenFile : admit::kControlTokenFile, *reveal);
    });
    return command;
  };
  add("show", "Say where the token is and how it ends", &show)->add_flag("--reveal", *reveal, "Print the token itself");
  add("rotate", "Replace the token by a new random one", &rotate);
}

}  // namespace signalbox::app
