// SPDX-License-Identifier: GPL-3.0-only
#include "console/options.h"

#include <CLI/CLI.hpp>
#include <QUrl>
#include <cstdlib>
#include <iostream>

#include "bridge/addresses.h"

namespace signalbox::app {

namespace {
constexpr int kWrongUsage = 2;

std::string checkSocketUrl(const std::string& text) {
  const bool shaped = text.starts_with("ws://") || text.starts_with("wss://");
  return shaped ? std::string() : "`" + text + "` is no control address; ws://HOST:PORT and wss://HOST:PORT are";
}
// A token that is not there, or that anyone on the way could read.
std::string tokenProblem(const ConsoleOptions& options) {
  if (options.token_env.empty()) return {};
  const char* token = std::getenv(options.token_env.c_str());
  if (!token || *token == '\0') return "the variable " + options.token_env + " of --token-env is empty";
  const QUrl url(QString::fromStdString(options.attach));
  if (url.scheme() != QLatin1String("ws") || ui::isLoopback(url) || options.plain) return {};
  return "ws:// to another computer is readable on the way, the token included; use wss://, or add --plain";
}
}  // namespace

std::optional<int> parseOptions(int argc, char** argv, ConsoleOptions& options) {
  CLI::App app{"The console of Signalbox: watch a router, tune it, or run one on this computer."};
  app.set_version_flag("--version", SIGNALBOX_VERSION);
  app.add_option("--config", options.config, "Configuration of the router run here; else ./signalbox.yaml, then the XDG configuration folder");
  auto* attach = app.add_option("--attach", options.attach, "Watch the router at this control address instead of running one")
                     ->check(checkSocketUrl)
                     ->type_name("URL");
  app.add_option("--token-env", options.token_env, "Name of the environment variable that holds its token")
      ->needs(attach)
      ->type_name("NAME");
  app.add_flag("--plain", options.plain, "Send the token over ws:// to another computer all the same")->needs(attach);
  auto* demo = app.add_flag("--demo", options.demo, "Simulated models, a router and made-up traffic, all on loopback; no key needed")->excludes(attach);
  app.add_flag("--headless", options.headless, "Run the router without a window or a display, until a signal stops it")->excludes(attach);
  app.add_flag("--measure", options.measure, "Print to stderr how long the first paint took, and a key on a slider")->group("");
  app.add_option("--shots", options.shots, "Write a picture of every page in both themes to this folder, then leave")->group("");
  demo->excludes("--config");
  app.footer("Without --attach and --demo it runs the router of the configuration in this process.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : kWrongUsage;
  }
  if (const std::string problem = tokenProblem(options); !problem.empty()) {
    std::cerr << "signalbox-console: " << problem << '\n';
    return kWrongUsage;
  }
  return std::nullopt;
}

}  // namespace signalbox::app
