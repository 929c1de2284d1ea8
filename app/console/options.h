// SPDX-License-Identifier: GPL-3.0-only
// The command line of signalbox-console.
#pragma once
#include <optional>
#include <string>

namespace signalbox::app {

struct ConsoleOptions {
  std::string config;      // file; empty = the default search
  std::string attach;      // ws:// or wss:// of a router
  std::string token_env;   // name of the variable with its token
  bool plain = false;      // the token may go over ws:// beyond this computer
  bool demo = false;
  bool headless = false;
  bool measure = false;    // print how long painting takes, and go on
  std::string shots;       // folder: pictures of every page, then leave
};

// The exit status when the program should end here: after --help, --version, or wrong usage (2).
[[nodiscard]] std::optional<int> parseOptions(int argc, char** argv, ConsoleOptions& options);

}  // namespace signalbox::app
