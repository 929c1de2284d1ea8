// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/strings.h"
#include "lab/demo.h"
#include "signalbox/commands.h"
#include "signalbox/endpoint.h"
#include "signalbox/stop_signals.h"

namespace signalbox::app {
namespace {

struct Command {
  double rate = 1.5;
  std::string duration;
  std::string history = "24h";
  std::string listen = "127.0.0.1:0";
  std::string control = "127.0.0.1:0";
  std::uint64_t seed = 1;
};

std::string checkDuration(const std::string& text) {
  const auto duration = parseDuration(text);
  return duration ? std::string{} : duration.error().message;
}

// Beyond loopback nobody may come: there is nothing to protect the made-up traffic with, and nothing worth protecting.
std::string checkLoopback(const std::string& text) {
  const auto endpoint = parseEndpoint(text);
  if (!endpoint) return checkEndpoint(text);
  const bool loopback = endpoint->address == "127.0.0.1" || endpoint->address == "::1" || endpoint->address == "localhost";
  return loopback ? std::string{} : "the demo listens on loopback only, such as 127.0.0.1:8787";
}

config::Address addressOf(const std::string& text) {
  const auto endpoint = *parseEndpoint(text);
  return {endpoint.address, endpoint.port};
}

std::string summary(const lab::DemoCounts& counts) {
  std::string line = std::to_string(counts.requests) + " requests (simulated)";
  std::int64_t served = 0;
  for (const auto& [tier, requests] : counts.tiers) served += requests;
  for (const auto& [tier, requests] : counts.tiers) {
    line += " · " + tier + " " + fixed(100.0 * static_cast<double>(requests) / static_cast<double>(served), 0) + " %";
  }
  if (served > 0) line += " · escalated " + fixed(100.0 * static_cast<double>(counts.escalated) / static_cast<double>(served), 1) + " %";
  line += " · $" + fixed(counts.cost_usd, 4);
  if (counts.graded > 0) line += " · correct " + fixed(100.0 * counts.correct / static_cast<double>(counts.graded), 1) + " % of " + std::to_string(counts.graded) + " graded";
  if (counts.failed > 0) line += " · failed " + std::to_string(counts.failed);
  return line;
}

// Says how far the past has got, and notices that it is to end.
class History {
 public:
  explicit History(const StopSignals& stop) : stop_(stop) {}
  bool goOn(std::int64_t done, std::int64_t of) {
    signal_ = stop_.waitFor({});
    if (signal_ != 0) return false;
    if (steadyNow() < next_) return true;
    next_ = steadyNow() + std::chrono::seconds(1);
    if (done < of) std::cerr << "making up the past: " << done << " of about " << of << " decisions\n";
    else std::cerr << "making up the past: the grades of " << done << " decisions\n";
    return true;
  }
  [[nodiscard]] int signal() const { return signal_; }

 private:
  const StopSignals& stop_;
  SteadyTime next_ = steadyNow() + std::chrono::seconds(1);
  int signal_ = 0;
};

ExitCode run(const Command& command) {
  const StopSignals stop;
  History history(stop);
  lab::DemoOptions options;
  options.version = SIGNALBOX_VERSION;
  options.rate = command.rate;
  options.history = *parseDuration(command.history);
  options.seed = command.seed;
  options.listen = addressOf(command.listen);
  options.control = addressOf(command.control);
  options.go_on = [&history](std::int64_t done, std::int64_t of) { return history.goOn(done, of); };
  auto demo = lab::Demo::start(std::move(options));
  if (!demo) {
    std::cerr << "signalbox demo: " << demo.error().message << '\n';
    if (demo.error().code == ErrorCode::Cancelled) return history.signal() == SIGINT ? ExitCode::Interrupted : ExitCode::Ok;
    return ExitCode::Failed;
  }
  auto& router = (*demo)->router();
  std::cout << "listening data=" << router.dataUrl() << " control=" << router.controlUrl() << std::endl;
  std::cerr << "simulated: three made-up tiers, " << (*demo)->historyRows() << " made-up decisions of the past, live traffic at about "
            << fixed(command.rate, 1) << "/s\ntokens of this run: " << (*demo)->clientTokenFile() << " (clients), "
            << (*demo)->controlTokenFile() << " (consoles)\nCtrl-C ends it.\n";
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const Duration pace = terminal ? std::chrono::seconds(1) : std::chrono::seconds(10);
  const SteadyTime end = command.duration.empty() ? SteadyTime::max() : steadyNow() + *parseDuration(command.duration);
  int signal = 0;
  while (signal == 0 && steadyNow() < end) {
    signal = stop.waitFor(std::min<Duration>(pace, end - steadyNow()));
    std::cerr << (terminal ? "\r" : "") << summary((*demo)->counts()) << (terminal ? "\x1b[K" : "\n") << std::flush;
  }
  if (terminal) std::cerr << '\n';
  (*demo)->stop();
  std::cout << summary((*demo)->counts()) << '\n';
  return signal == SIGINT ? ExitCode::Interrupted : ExitCode::Ok;
}

}  // namespace

void addDemo(CLI::App& app, ExitCode& exit) {
  auto options = std::make_shared<Command>();
  CLI::App* command = app.add_subcommand("demo", "Run simulated upstreams, a router and traffic, all on loopback; no key needed");
  command->add_option("--rate", options->rate, "Requests a second, on the day's average")
      ->type_name("N")->check(CLI::Range(0.01, 500.0))->check(isFinite)->capture_default_str();
  command->add_option("--duration", options->duration, "End after this time, such as 30s or 10m (default: at Ctrl-C)")->type_name("T")->check(checkDuration);
  command->add_option("--history", options->history, "How much past to make up before the start; 0s = none")
      ->type_name("T")->check(checkDuration)->capture_default_str();
  command->add_option("--listen", options->listen, "Where the router listens; port 0 picks a free one")
      ->type_name("HOST:PORT")->check(checkLoopback)->capture_default_str();
  command->add_option("--control", options->control, "Where consoles attach; port 0 picks a free one")
      ->type_name("HOST:PORT")->check(checkLoopback)->capture_default_str();
  command->add_option("--seed", options->seed, "Same seed, same messages")->type_name("N")->capture_default_str();
  command->callback([options, &exit] { exit = run(*options); });
}

}  // namespace signalbox::app
