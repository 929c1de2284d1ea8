// SPDX-License-Identifier: Apache-2.0
// signalbox tail: the decisions of a running router as they are made, one line each, until Ctrl-C.
#include <iostream>
#include <mutex>

#include "base/strings.h"
#include "control/wire.h"
#include "signalbox/commands.h"
#include "signalbox/control_arguments.h"
#include "signalbox/output.h"
#include "signalbox/stop_signals.h"

namespace signalbox::app {
namespace {

struct TailArguments {
  ControlArguments control;
  std::string where;
  std::size_t backlog = 10;
  bool json = false;
};

std::string cell(const std::optional<double>& value, int decimals, const char* unit = "") {
  return value ? fixed(*value, decimals) + unit : "–";
}

template <class Word>
std::string_view wordOf(const std::optional<Word>& word) {
  return word ? domain::name(*word) : "–";
}

void printRow(const domain::CommittedDecision& row, bool json) {
  const domain::Decision& d = row.decision;
  if (json) {
    std::cout << jsonText(control::toJson(row)) << '\n';
    return;
  }
  std::cout << formatIso(d.ts) << "  " << d.id.string() << "  " << (d.workload.empty() ? "–" : d.workload) << "  "
            << (d.final_tier.empty() ? "–" : d.final_tier) << "  " << wordOf(d.reason) << "  " << wordOf(d.verdict) << "  confidence "
            << cell(d.confidence, 3) << "  " << cell(d.latency_ms, 1, " ms") << "  $" << cell(d.cost_usd, 6) << "  " << d.status << '\n';
}

void printBatch(const Json& json, bool as_json) {
  const auto batch = control::batchFromJson(json);
  if (!batch) return;
  if (batch->dropped > 0) std::cerr << "(" << batch->dropped << " more were made than could be shown)\n";
  for (const auto& row : batch->items) printRow(row, as_json);
  std::cout.flush();
}

ExitCode tail(const TailArguments& arguments) {
  const StopSignals signals;  // before the first thread
  Json params{{"backlog", arguments.backlog}};
  if (!arguments.where.empty()) {
    auto where = parseJson(arguments.where);
    if (!where) {
      std::cerr << "signalbox: --where: " << where.error().message << '\n';
      return ExitCode::WrongUsage;
    }
    params["where"] = std::move(*where);
  }
  // The first rows are the answer; later ones wait for them.
  std::mutex printing;
  std::unique_lock answer_first(printing);
  auto client = connectControl(arguments.control, [&](const std::string& method, const Json& delta) {
    const std::lock_guard lock(printing);
    if (method == "decisions.delta") printBatch(delta, arguments.json);
  });
  if (!client) {
    printError(client.error());
    return ExitCode::Failed;
  }
  const auto first = (*client)->call("decisions.subscribe", params);
  if (!first) {
    answer_first.unlock();
    printError(first.error());
    return ExitCode::Failed;
  }
  printBatch(*first, arguments.json);
  answer_first.unlock();
  while ((*client)->connected()) {
    if (readerLeft()) return ExitCode::Ok;
    if (const int signal = signals.waitFor(std::chrono::milliseconds(200))) return signal == SIGINT ? ExitCode::Interrupted : ExitCode::Ok;
  }
  std::cerr << "signalbox: the router ended the connection\n";
  return ExitCode::Failed;
}

}  // namespace

void addTail(CLI::App& app, ExitCode& exit) {
  auto* command = app.add_subcommand("tail", "Watch the decisions of a running router as they are made");
  const auto arguments = std::make_shared<TailArguments>();
  addControlOptions(*command, arguments->control);
  command->add_option("--where", arguments->where, R"(Filter as JSON, such as {"verdict": ["review"]})");
  command->add_option("--backlog", arguments->backlog, "How many earlier ones to begin with")->capture_default_str()->check(CLI::Range(0, 1000));
  command->add_flag("--json", arguments->json, "One JSON object a line");
  command->callback([arguments, &exit] { exit = tail(*arguments); });
}

}  // namespace signalbox::app
