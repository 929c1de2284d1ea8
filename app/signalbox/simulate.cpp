// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/strings.h"
#include "lab/simulated_upstream.h"
#include "server/self_signed_front.h"
#include "server/server.h"
#include "signalbox/commands.h"
#include "signalbox/endpoint.h"
#include "signalbox/stop_signals.h"

namespace signalbox::app {
namespace {

struct Simulate {
  std::string outcomes;
  std::vector<std::string> models;
  std::vector<std::string> listen{"127.0.0.1:0"};
  std::vector<std::string> ttft{"0,0"};
  std::vector<double> tokens_per_s{0};
  std::vector<std::string> faults{""};
  std::vector<std::string> apis{"openai"};
  double token_spread = 0;
  std::uint64_t seed = 1;
  std::size_t workers = 1;
  bool generate = false;
  bool skip_bad = false;
};

// One value for all listeners, or one for each.
template <class T>
const T& valueFor(const std::vector<T>& values, std::size_t listener) {
  return values.size() == 1 ? values.front() : values[listener];
}

std::string checkTtft(const std::string& text) {
  const auto read = lab::parseTtft(text);
  return read ? std::string{} : read.error().message;
}

std::string checkFault(const std::string& text) {
  const auto read = lab::FaultScript::parse(text);
  return read ? std::string{} : read.error().message;
}

void requireOneOrEach(const char* option, std::size_t values, std::size_t listeners) {
  if (values == 1 || values == listeners) return;
  throw CLI::ValidationError(option, "is given once for all, or once for each --listen");
}

// A model for each listener; or one listener that offers them all.
void checkCounts(const Simulate& options) {
  const std::size_t listeners = options.listen.size();
  if (listeners != 1 && listeners != options.models.size()) {
    throw CLI::ValidationError("--listen", "is given once, or once for each --model");
  }
  requireOneOrEach("--ttft-ms", options.ttft.size(), listeners);
  requireOneOrEach("--tokens-per-s", options.tokens_per_s.size(), listeners);
  requireOneOrEach("--fault", options.faults.size(), listeners);
  requireOneOrEach("--api", options.apis.size(), listeners);
}

struct Listener {
  std::unique_ptr<lab::SimulatedUpstream> upstream;
  std::unique_ptr<server::Server> server;
  std::unique_ptr<server::SelfSignedFront> front;  // with the fault bad-certificate
  std::string line;  // what to say once it serves
};

Result<Listener> open(const Simulate& options, std::size_t at, const std::shared_ptr<const lab::Outcomes>& outcomes) {
  lab::SimulationOptions simulation;
  if (options.listen.size() == 1) {
    simulation.models = options.models;
  } else {
    simulation.models = {options.models[at]};
  }
  simulation.latency = *lab::parseTtft(valueFor(options.ttft, at));  // both were checked as they were read
  simulation.latency.tokens_per_s = valueFor(options.tokens_per_s, at);
  const auto fault = lab::FaultScript::parse(valueFor(options.faults, at));
  simulation.fault = *fault;
  simulation.api = *domain::parse<domain::UpstreamApi>(valueFor(options.apis, at));
  simulation.seed = options.seed;
  simulation.generate = options.generate;
  simulation.token_spread = options.token_spread;

  Listener listener;
  server::ServerOptions serving;
  const server::Endpoint listen = *parseEndpoint(options.listen[at]);
  if (!fault->badCertificate()) serving.listen = listen;
  serving.workers = options.workers;
  serving.check_host = false;  // reverse proxies in front of it name it as they like
  listener.upstream = std::make_unique<lab::SimulatedUpstream>(outcomes, simulation);
  auto bound = server::Server::bind(serving, *listener.upstream, nullptr);
  if (!bound) return std::unexpected(std::move(bound.error()));
  listener.server = std::move(*bound);
  std::string address = "http://" + hostPort(listen, listener.server->port());
  if (fault->badCertificate()) {
    auto front = server::SelfSignedFront::open(listen, listener.server->port());
    if (!front) return std::unexpected(std::move(front.error()));
    listener.front = std::move(*front);
    address = "https://" + hostPort(listen, listener.front->port());
  }
  for (const auto& model : simulation.models) {
    listener.line += "listening data=" + address + " model=" + model + "\n";
  }
  return listener;
}

ExitCode failed(const Error& error) {
  std::cerr << "signalbox simulate: " << error.message << '\n';
  return ExitCode::Failed;
}

ExitCode simulate(const Simulate& options) {
  checkCounts(options);
  const auto outcomes = lab::readOutcomes(options.outcomes, options.skip_bad);
  if (!outcomes) return failed(outcomes.error());
  for (const auto& bad : (*outcomes)->skipped()) std::cerr << options.outcomes << ':' << bad.line << ": skipped: " << bad.message << '\n';
  for (const auto& model : options.models) {
    if ((*outcomes)->models().contains(model) || options.generate) continue;
    std::vector<std::string> known;
    for (const auto& [name, rows] : (*outcomes)->models()) known.push_back(name);
    return failed({ErrorCode::InvalidInput, options.outcomes + " has no model `" + model + "`; it has " + join(known, ", "), {}, {}, 0, 0});
  }
  const StopSignals stop;
  std::vector<Listener> listeners;
  for (std::size_t i = 0; i < options.listen.size(); ++i) {
    auto listener = open(options, i, *outcomes);
    if (!listener) return failed(listener.error());
    listeners.push_back(std::move(*listener));
  }
  for (auto& listener : listeners) listener.server->start();
  for (const auto& listener : listeners) std::cout << listener.line;
  std::cout.flush();
  const int signal = stop.wait();
  for (auto& listener : listeners) listener.server->drain(std::chrono::seconds(1));
  return signal == SIGINT ? ExitCode::Interrupted : ExitCode::Ok;
}

}  // namespace

void addSimulate(CLI::App& app, ExitCode& exit) {
  auto options = std::make_shared<Simulate>();
  CLI::App* command = app.add_subcommand(
      "simulate", "Run an OpenAI- or Anthropic-compatible upstream that answers the prompts of an outcomes file as one of its models did");
  command->add_option("--outcomes", options->outcomes, "Outcomes file (JSON Lines)")->required()->type_name("F");
  command->add_option("--model", options->models, "Model to play; repeat it, together with --listen, for several")
      ->required()->type_name("M")->allow_extra_args(false);
  command->add_option("--listen", options->listen, "Where to listen; port 0 picks a free one. Once for all models, or once for each")
      ->type_name("HOST:PORT")->check(checkEndpoint)->allow_extra_args(false)->capture_default_str();
  command->add_option("--api", options->apis, "What it speaks: openai or anthropic. Once for all listeners, or once for each")
      ->type_name("API")->check(CLI::IsMember({"openai", "anthropic"}))->allow_extra_args(false)->capture_default_str();
  command->add_option("--ttft-ms", options->ttft, "Median and 99th percentile of the time to the first token, in milliseconds")
      ->type_name("P50,P99")->check(checkTtft)->allow_extra_args(false)->capture_default_str();
  command->add_option("--tokens-per-s", options->tokens_per_s, "Tokens per second after the first; 0 is all at once")
      ->type_name("N")->check(CLI::Range(0.0, 1e6))->check(isFinite)->allow_extra_args(false)->capture_default_str();
  command->add_option("--token-spread", options->token_spread,
                      "How unlike each other the probabilities of an answer's tokens are: sigma of a log-normal weight on the logarithm of each, "
                      "their mean as recorded")
      ->type_name("SIGMA")->check(CLI::Range(0.0, 4.0))->check(isFinite)->capture_default_str();
  command->add_option("--fault", options->faults,
                      "What goes wrong, as steps: \"5*status=503,retry-after=1; delay=2s; reset-after=3\". Faults: ok status=CODE retry-after=S "
                      "delay=TIME drip=TIME stall-after=N reset-after=N end-after=N junk-json junk-sse error-frame no-logprobs no-usage "
                      "empty-stream usage=negative|huge|total length=[-]N (of Content-Length) gzip gzip-bomb endless-line endless-header; "
                      "and alone, for the whole listener: bad-certificate")
      ->type_name("SCRIPT")->check(checkFault)->allow_extra_args(false);
  command->add_option("--seed", options->seed, "Same seed, same answers and latencies")->type_name("N")->capture_default_str();
  command->add_option("--workers", options->workers, "Threads for each listener")->type_name("N")->check(CLI::Range(1, 64))->capture_default_str();
  command->add_flag("--generate", options->generate, "Make an answer up where the file has none, instead of 404");
  command->add_flag("--skip-bad", options->skip_bad, "Go on without the bad lines of the outcomes file");
  command->callback([options, &exit] { exit = simulate(*options); });
}

}  // namespace signalbox::app
