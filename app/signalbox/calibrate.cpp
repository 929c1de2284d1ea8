// SPDX-License-Identifier: Apache-2.0
// signalbox calibrate: the gate threshold that keeps a promise about errors, and the calibration map of a model.
#include <iostream>
#include <memory>

#include "base/whole_file.h"
#include "lab/calibrate.h"
#include "signalbox/commands.h"

namespace signalbox::app {
namespace {

struct Command {
  std::string outcomes, model, signal = "token_prob";
  std::vector<std::string> tasks;
  double max_error = 0, confidence = 0.95;
  std::string out, method = "isotonic", name, workload, served_as, gate_signal = "mean-token";
  bool json = false, skip_bad = false;
};

lab::CalibrateOptions readOptions(const Command& command) {
  lab::CalibrateOptions options;
  options.model = command.model;
  options.signal = command.signal == lab::name(lab::RecordedSignal::TokenProb) ? lab::RecordedSignal::TokenProb : lab::RecordedSignal::StatedConfidence;
  options.tasks = command.tasks;
  options.promise = {command.max_error, command.confidence};
  if (command.out.empty()) return options;
  const auto method = command.method == lab::name(lab::FitMethod::Isotonic) ? lab::FitMethod::Isotonic : lab::FitMethod::Platt;
  options.fit = lab::FitOptions{method, command.name, command.workload, command.served_as, *domain::parse<domain::Signal>(command.gate_signal)};
  return options;
}

ExitCode failed(const Error& error) {
  std::cerr << "signalbox calibrate: " << error.message << '\n';
  return ExitCode::Failed;
}

ExitCode run(const Command& command) {
  const auto outcomes = lab::readOutcomes(command.outcomes, command.skip_bad);
  if (!outcomes) return failed(outcomes.error());
  for (const auto& bad : (*outcomes)->skipped()) std::cerr << command.outcomes << ':' << bad.line << ": skipped: " << bad.message << '\n';
  const auto report = lab::calibrate(**outcomes, readOptions(command));
  if (!report) return failed({report.error().code, command.outcomes + ": " + report.error().message, {}, {}, 0, 0});
  if (report->map) {
    const auto written = writeWholeFile(command.out, jsonText(lab::calibrationFile(*report), 2) + "\n", 0644);
    if (!written) return failed(written.error());
    std::cerr << command.out << ": written; list it under \"calibration\" in signalbox.yaml\n";
  }
  if (command.json) {
    std::cout << jsonText(lab::calibrationJson(*report), 2) << '\n';
  } else {
    std::cout << lab::calibrationTable(*report);
  }
  return ExitCode::Ok;
}

}  // namespace

void addCalibrate(CLI::App& app, ExitCode& exit) {
  auto options = std::make_shared<Command>();
  CLI::App* command = app.add_subcommand(
      "calibrate", "Find the lowest confidence at which a model's answers keep a promise about errors, and fit its calibration map");
  command->add_option("--outcomes", options->outcomes, "Outcomes file with the model's graded answers (JSON Lines)")->required()->type_name("F");
  command->add_option("--model", options->model, "Model in that file")->required()->type_name("M");
  command->add_option("--signal", options->signal, "Field of the file that holds the confidence")
      ->type_name("token_prob|stated_confidence")->check(CLI::IsMember({"token_prob", "stated_confidence"}))->capture_default_str();
  command->add_option("--max-error", options->max_error, "Accepted answers err at most this often, above 0 and below 1")
      ->required()->type_name("E")->check(CLI::Range(1e-6, 1 - 1e-6))->check(isFinite);
  command->add_option("--confidence", options->confidence, "How sure that must be, above 0 and below 1")
      ->type_name("C")->check(CLI::Range(1e-6, 1 - 1e-6))->check(isFinite)->capture_default_str();
  command->add_option("--task", options->tasks, "Rows of this task only; repeatable")->type_name("TASK")->allow_extra_args(false);
  auto* out = command->add_option("--out", options->out, "Fit a calibration map on half of the rows, judge it on the other half, write it here")
                  ->type_name("F");
  command->add_option("--method", options->method, "How the map is fitted")->needs(out)
      ->type_name("isotonic|platt")->check(CLI::IsMember({"isotonic", "platt"}))->capture_default_str();
  command->add_option("--workload", options->workload, "The map's workload (default: every one)")->needs(out)->type_name("NAME");
  command->add_option("--served-as", options->served_as, "The model as signalbox.yaml has it, if it is called otherwise there")->needs(out)
      ->type_name("MODEL|UPSTREAM/MODEL");
  command->add_option("--gate-signal", options->gate_signal, "The gate's signal that the confidence stands for")->needs(out)
      ->type_name("top-class|mean-token|min-token")->check(CLI::IsMember({"top-class", "mean-token", "min-token"}))->capture_default_str();
  command->add_option("--name", options->name, "What decisions call the map (default: made of model, method and rows)")->needs(out)->type_name("NAME");
  command->add_flag("--json", options->json, "Print the figures as JSON");
  command->add_flag("--skip-bad", options->skip_bad, "Go on without bad lines");
  command->callback([options, &exit] { exit = run(*options); });
}

}  // namespace signalbox::app
