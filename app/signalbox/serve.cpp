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
#include "signalbox/service_manager.h"
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

config::Loader loaderOf(const std::string& file) {
  return [file](std::vector<std::string>& named) {
    const auto secrets = config::systemSecrets();
    return config::load(file, *secrets, &policy::check, &named);
  };
}

// The file that is meant, absolute; empty, and said, when there is none.
std::string configFile(const std::string& named) {
  const auto found = named.empty() ? config::findConfigFile() : Result<std::string>(named);
  if (found) return config::absoluteFile(*found);
  std::cerr << "signalbox: " << found.error().message << '\n';
  return {};
}

std::shared_ptr<const config::Config> loadConfig(const config::Loader& load) {
  config::ConfigErrors errors;
  std::vector<std::string> named;
  auto loaded = load(named);
  if (!loaded) errors = std::move(loaded.error());
  else if (auto identities = engine::readIdentities(**loaded); !identities) errors = std::move(identities.error());
  for (const auto& error : errors) std::cerr << error.string() << '\n';
  return errors.empty() ? *loaded : nullptr;
}

// Stops the router in peace; a second signal while it drains hastens it.
ExitCode stopRouter(engine::Router& router, const StopSignals& signals, const ServiceManager& manager, int signal) {
  const Duration deadline = router.drainDeadline();
  manager.tell("STOPPING=1\nSTATUS=Open requests are answered, new ones are not");
  log::info("stopping: open requests have {} to end; a second signal ends them now", formatDuration(deadline));
  auto stopped = std::async(std::launch::async, [&] { router.stop(deadline); });
  while (stopped.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    manager.tell("WATCHDOG=1");
    const int another = signals.waitFor(std::chrono::milliseconds(20));
    if (another == 0 || another == SIGHUP) continue;
    log::warn("open requests end now");
    router.hasten();
  }
  return signal == SIGINT ? ExitCode::Interrupted : ExitCode::Ok;
}

void reload(engine::Router& router, const ServiceManager& manager) {
  manager.reloading();
  const auto came = router.reload();
  manager.tell(came.result == "refused" ? "READY=1\nSTATUS=The last reload was refused; the configuration before it is in force" : "READY=1\nSTATUS=Serving");
}

// A terminal that is lost, or a service manager that asks for a reload, does not end the traffic.
int waitForEnd(engine::Router& router, const StopSignals& signals, const ServiceManager& manager) {
  while (true) {
    const auto every = manager.watchdog() / 3;
    const int signal = every.count() > 0 ? signals.waitFor(every) : signals.wait();
    if (signal == SIGHUP) reload(router, manager);
    else if (signal != 0) return signal;
    else if (router.pulse()) manager.tell("WATCHDOG=1");  // where a worker hangs nothing is said, and we are started anew
  }
}

// Sockets that the service manager has opened take the place of the configured addresses.
Result<void> takeSockets(const ServiceManager& manager, engine::RouterOptions& options) {
  const auto take = [&](const char* name, std::optional<config::Address>& address, int& into) -> Result<void> {
    const auto descriptor = manager.socket(name);
    if (!descriptor) return std::unexpected(descriptor.error());
    if (*descriptor < 0) return {};
    const auto where = server::Server::inherited(*descriptor);
    if (!where) return fail(where.error().code, std::string(name) + ": " + where.error().message);
    address = config::Address{where->address, where->port};
    into = *descriptor;
    return {};
  };
  if (auto data = take("data", options.listen, options.listen_socket); !data) return data;
  return take("control", options.control, options.control_socket);
}

ExitCode serve(const ServeArguments& arguments) {
  const StopSignals signals(SIGHUP);  // before the first thread
  const ServiceManager manager;
  const std::string source = configFile(arguments.config);
  if (source.empty()) return ExitCode::Failed;
  const config::Loader load = loaderOf(source);
  const auto config = loadConfig(load);
  if (!config) return ExitCode::Failed;
  setUpLog(arguments.log_level.empty() ? config->log_level : arguments.log_level);
  for (const auto& warning : config->warnings) log::warn("{}", warning.string());

  engine::RouterOptions options;
  options.config = config;
  options.load = load;
  if (arguments.log_level.empty()) options.set_log_level = &setUpLog;
  options.version = SIGNALBOX_VERSION;
  options.listen = address(arguments.listen);
  options.control = address(arguments.control);
  if (arguments.workers > 0) options.workers = arguments.workers;
  if (const auto taken = takeSockets(manager, options); !taken) {
    std::cerr << "signalbox: " << taken.error().message << '\n';
    return ExitCode::Failed;
  }
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
  manager.tell("READY=1\nSTATUS=Serving");
  const int signal = waitForEnd(**router, signals, manager);
  return stopRouter(**router, signals, manager, signal);
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
  command->footer("Prints one line when it is ready: listening data=http://HOST:PORT control=ws://HOST:PORT. SIGHUP reads the configuration again; SIGTERM drains and exits 0.");
  command->callback([arguments, &exit] { exit = serve(*arguments); });
}

}  // namespace signalbox::app
