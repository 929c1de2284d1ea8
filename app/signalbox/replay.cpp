// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "lab/arrivals.h"
#include "lab/replay.h"
#include "lab/replay_report.h"
#include "signalbox/commands.h"
#include "signalbox/stop_signals.h"

namespace signalbox::app {
namespace {

struct Command {
  std::string requests;
  std::string target;
  std::string ca;
  std::string model = "auto";
  std::string key_env;
  std::string workload;
  std::string arrivals;
  std::string grade = "record";
  std::vector<std::string> ladder;
  std::vector<std::string> prices;
  double rate = 0;
  double speed = 1;
  std::size_t concurrency = 0;
  std::size_t limit = 0;
  bool label = false, stream = false, logprobs = false, repeat = false, json = false, skip_bad = false;
};

// MODEL=INPUT,OUTPUT in US dollars per million tokens.
std::optional<std::pair<std::string, domain::Price>> parsePrice(std::string_view text) {
  const auto equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  const auto parts = split(text.substr(equals + 1), ',');
  if (parts.size() != 2) return std::nullopt;
  domain::Price price;
  for (int i = 0; i < 2; ++i) {
    double& per_token = i == 0 ? price.input : price.output;
    const auto [end, error] = std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), per_token);
    if (error != std::errc{} || end != parts[i].data() + parts[i].size() || !(per_token >= 0)) return std::nullopt;
    per_token /= 1e6;
  }
  price.source = "--price";
  return std::pair(std::string(text.substr(0, equals)), price);
}

std::string checkTarget(const std::string& text) {
  const auto target = server::parseHttpTarget(text);
  return target ? std::string{} : target.error().message;
}

Result<lab::ReplayOptions> readOptions(const Command& command) {
  lab::ReplayOptions options;
  options.target = *server::parseHttpTarget(command.target);  // checked as it was read
  options.target.ca_file = command.ca;
  auto outcomes = lab::readOutcomes(command.requests, command.skip_bad);
  if (!outcomes) return std::unexpected(std::move(outcomes.error()));
  options.outcomes = std::move(*outcomes);
  for (const auto& bad : options.outcomes->skipped()) std::cerr << command.requests << ':' << bad.line << ": skipped: " << bad.message << '\n';
  options.count = options.outcomes->rows().size();
  if (!command.arrivals.empty()) {
    const auto arrivals = lab::readArrivals(command.arrivals, command.skip_bad);
    if (!arrivals) return std::unexpected(arrivals.error());
    for (const auto& arrival : arrivals->all) {
      options.arrivals.push_back(Duration(static_cast<std::int64_t>(static_cast<double>(arrival.at.count()) / command.speed)));
    }
    options.count = command.repeat ? options.arrivals.size() : std::min(options.count, options.arrivals.size());
  } else if (command.repeat) {
    options.count = SIZE_MAX;
  }
  if (command.limit > 0) options.count = std::min(options.count, command.limit);
  if (!command.key_env.empty()) {
    const char* key = std::getenv(command.key_env.c_str());
    if (!key || !*key) return fail(ErrorCode::InvalidInput, "--key-env: the environment has no " + command.key_env);
    options.call.key = Secret(key);
  }
  if (command.rate > 0) options.rate = command.rate;
  const bool open = command.rate > 0 || !command.arrivals.empty();
  options.concurrency = command.concurrency > 0 ? command.concurrency : open ? 256 : 8;
  options.call.model = command.model;
  options.call.stream = command.stream;
  options.call.logprobs = command.logprobs;
  if (!command.workload.empty()) options.call.headers.emplace_back("x-signalbox-workload", command.workload);
  options.label = command.label;
  options.grading = command.grade == "text" ? lab::Grading::Text : lab::Grading::Record;
  return options;
}

void showProgress(const lab::Replay& replay) {
  constexpr std::size_t kWidth = 40;
  const bool endless = replay.total() == SIZE_MAX;
  const std::size_t done = replay.ended();
  std::string bar = "\r";
  if (!endless) {
    const std::size_t filled = done * kWidth / replay.total();
    bar += "[" + std::string(filled, '#') + std::string(kWidth - filled, ' ') + "] ";
  }
  bar += std::to_string(done) + (endless ? "" : "/" + std::to_string(replay.total())) + ", failed " + std::to_string(replay.failed()) + "\x1b[K";
  std::cerr << bar << std::flush;
}

ExitCode failed(const Error& error) {
  std::cerr << "signalbox replay: " << error.message << '\n';
  return ExitCode::Failed;
}

ExitCode run(const Command& command) {
  lab::ReportOptions reporting;
  for (const auto& text : command.prices) {
    const auto price = parsePrice(text);
    if (!price) throw CLI::ValidationError("--price", "must be MODEL=INPUT,OUTPUT in US dollars per million tokens");
    reporting.prices.insert(*price);
  }
  const StopSignals stop;
  auto options = readOptions(command);
  if (!options) return failed(options.error());
  const auto outcomes = options->outcomes;
  reporting.target = command.target;
  reporting.model = command.model;
  reporting.ladder = command.ladder;
  reporting.graded = options->label;
  reporting.grading = options->grading;

  lab::Replay replay(std::move(*options));
  auto running = std::async(std::launch::async, [&replay] { return replay.run(); });
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  int signal = 0;
  while (running.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    if (signal == 0 && (signal = stop.waitFor(std::chrono::milliseconds(20))) != 0) replay.stop();
    if (signal != 0) running.wait();
    if (terminal) showProgress(replay);
  }
  if (terminal) std::cerr << "\r\x1b[K";
  const auto ended = running.get();
  if (!ended) return signal != 0 ? ExitCode::Interrupted : failed(ended.error());
  const lab::ReplayReport report = lab::report(*outcomes, *ended, std::move(reporting));
  if (command.json) {
    std::cout << jsonText(lab::reportJson(report), 2) << '\n';
  } else {
    std::cout << lab::reportTable(report);
  }
  if (signal != 0) return ExitCode::Interrupted;
  const lab::ReplayCounts& counts = ended->tally.counts;
  const bool nothing = counts.ended > 0 && counts.failed + counts.truncated == counts.ended;
  return nothing ? failed({ErrorCode::UpstreamError, "not one request was answered", {}, {}, 0, 0}) : ExitCode::Ok;
}

}  // namespace

void addReplay(CLI::App& app, ExitCode& exit) {
  auto options = std::make_shared<Command>();
  CLI::App* command = app.add_subcommand("replay", "Send the prompts of an outcomes file to a router or any OpenAI-compatible target, and sum up");
  command->add_option("--requests", options->requests, "Outcomes file whose prompts are sent (JSON Lines)")->required()->type_name("F");
  command->add_option("--target", options->target, "Where to send them; without a path, /v1 is added")->required()->type_name("URL")->check(checkTarget);
  command->add_option("--ca", options->ca, "PEM file with the authorities to trust with https://, instead of the system's")->check(CLI::ExistingFile);
  command->add_option("--model", options->model, "Model to ask for")->type_name("M")->capture_default_str();
  command->add_option("--workload", options->workload, "Sent as x-signalbox-workload")->type_name("NAME");
  command->add_option("--key-env", options->key_env, "Environment variable that holds the client key")->type_name("NAME");
  auto* rate = command->add_option("--rate", options->rate, "Requests a second, evenly spaced")->type_name("N")->check(isPositive);
  auto* arrivals = command->add_option("--arrivals", options->arrivals, "Arrival times from a trace: Azure's CSV or Mooncake's JSON Lines")
      ->type_name("F")->excludes(rate);
  command->add_option("--speed", options->speed, "How many times faster than the trace")->type_name("N")->needs(arrivals)->check(isPositive)->capture_default_str();
  command->add_option("--concurrency", options->concurrency, "Most requests at a time (default 8; 256 with --rate or --arrivals)")
      ->type_name("N")->check(CLI::Range(1, 10000));
  command->add_option("--limit", options->limit, "Most requests in all")->type_name("N")->check(isPositive);
  command->add_flag("--repeat", options->repeat, "Go round the file until --limit, the trace's end or Ctrl-C");
  auto* label = command->add_flag("--label", options->label, "Grade each answer and post the grade as feedback");
  command->add_option("--grade", options->grade, "By the record of the model that answered, or by comparing the text with the answer")
      ->type_name("record|text")->needs(label)->check(CLI::IsMember({"record", "text"}))->capture_default_str();
  command->add_flag("--stream", options->stream, "Ask for streams");
  command->add_flag("--logprobs", options->logprobs, "Ask for logprobs");
  command->add_option("--ladder", options->ladder, "Models of the baselines, cheapest first (default: as the target tells)")
      ->type_name("M,M…")->delimiter(',')->allow_extra_args(false);
  command->add_option("--price", options->prices, "MODEL=INPUT,OUTPUT in US dollars per million tokens, for the baselines; repeatable")
      ->type_name("PRICE")->allow_extra_args(false);
  command->add_flag("--json", options->json, "Print the figures as JSON");
  command->add_flag("--skip-bad", options->skip_bad, "Go on without bad lines");
  command->callback([options, &exit] { exit = run(*options); });
}

}  // namespace signalbox::app
