// SPDX-License-Identifier: Apache-2.0
// signalbox serve: the router, until somebody stops it.
#include <future>
#include <iostream>
#include <memory>
#include <thread>

#include "base/log.h"
#include "config/config.h"
#include "engine/identities.h"
#include "engine/router.h"
#include "policy/policy.h"
#include "signalbox/commands.h"
#include "signalbox/endpoint.h"
#include "signalbox/stop_signals.h"

namespace signalbox::app {
namespace {

struct ServeArguments {
  std::string config;
  std::string listen;
  std::string control;
  std::size_t workers = 0;
  std::string log_level;
};

std::optional<config::Address> address(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto endpoint = parseEndpoint(text);
  return config::Address{endpoint->address, endpoint->port};
}

std::shared_ptr<const config::Config> loadConfig(const std::string& named) {
  std::string file = named;
  if (file.empty()) {
    auto found = config::findConfigFile();
    if (!found) {
      std::cerr << "signalbox: " << found.error().message << '\n';
      return nullptr;
    }
    file = *found;
  }
  const auto secrets = config::systemSecrets();
  auto loaded = config::load(file, *secrets, &policy::check);
  if (!loaded) {
    for (const auto& error : loaded.error()) std::cerr << error.string() << '\n';
    return nullptr;
  }
  if (const auto identities = engine::readIdentities(**loaded); !identities) {
    for (const auto& error : identities.error()) std::cerr << error.string() << '\n';
    return nullptr;
  }
  return *loaded;
}

// Stops the router in peace; a second signal while it drains hastens it.
ExitCode stopRouter(engine::Router& router, const StopSignals& signals, int signal) {
  constexpr auto kDrain = std::chrono::seconds(30);
  log::info("stopping: open requests have {} s to end; a second signal ends them now", kDrain.count());
  auto stopped = std::async(std::launch::async, [&] { router.stop(kDrain); });
  while (stopped.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    const int another = signals.waitFor(std::chrono::milliseconds(20));
    if (another == 0 || another == SIGHUP) continue;
    log::warn("open requests end now");
    router.hasten();
  }
  return signal == SIGINT ? ExitCode::Interrupted : ExitCode::Ok;
}

// A terminal that is lost, or a service manager that asks for a reload, does not end the traffic.
int waitForEnd(const StopSignals& signals) {
  while (true) {
    const int signal = signals.wait();
    if (signal != SIGHUP) return signal;
    log::warn("SIGHUP: the configuration is read at the start only; restart the router to change it");
  }
}

ExitCode serve(const ServeArguments& arguments) {
  const StopSignals signals(SIGHUP);  // before the first thread
  const auto config = loadConfig(arguments.config);
  if (!config) return ExitCode::Failed;
  setUpLog(arguments.log_level.empty() ? config->log_level : arguments.log_level);
  for (const auto& warning : config->warnings) log::warn("{}", warning.string());

  engine::RouterOptions options;
  options.config = config;
  options.version = SIGNALBOX_VERSION;
  options.listen = address(arguments.listen);
  options.control = address(arguments.control);
  if (arguments.workers > 0) options.workers = arguments.workers;
  auto router = engine::Router::start(std::move(options));
  if (!router) {
    std::cerr << "signalbox: " << router.error().message << '\n';
    return ExitCode::Failed;
  }
  // Not by the log: whoever starts it for the first time must learn them whatever the log's level is.
  if (const auto file = (*router)->clientTokenFile(); !file.empty()) std::cerr << "clients send the token in " << file << '\n';
  if (const auto file = (*router)->controlTokenFile(); !file.empty()) std::cerr << "the control plane's token is in " << file << '\n';
  // Last, as whoever waits for this line may use everything that was said before it.
  std::cout << "listening data=" << (*router)->dataUrl() << " control=" << (*router)->controlUrl() << std::endl;
  return stopRouter(**router, signals, waitForEnd(signals));
}

}  // namespace

void addServe(CLI::App& app, ExitCode& exit) {
  auto* command = app.add_subcommand("serve", "Run the router: an OpenAI-compatible proxy and its control plane");
  auto arguments = std::make_shared<ServeArguments>();
  command->add_option("--config", arguments->config, "Configuration file; else ./signalbox.yaml, then the XDG configuration folder");
  command->add_option("--listen", arguments->listen, "Where clients connect, instead of the configured address")->check(checkEndpoint)->type_name("HOST:PORT");
  command->add_option("--control", arguments->control, "Where consoles connect, instead of the configured address")->check(checkEndpoint)->type_name("HOST:PORT");
  command->add_option("--workers", arguments->workers, "Worker threads, instead of the configured number")->check(CLI::Range(1, 256));
  command->add_option("--log-level", arguments->log_level, "trace, debug, info, warn or error")->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}));
  command->footer("Prints one line when it is ready: listening data=http://HOST:PORT control=ws://HOST:PORT. SIGTERM drains and exits 0.");
  command->callback([arguments, &exit] { exit = serve(*arguments); });
}

}  // namespace signalbox::app
