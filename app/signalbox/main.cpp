// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/process.h"
#include "base/strings.h"
#include "signalbox/commands.h"
#include "signalbox/output.h"

namespace {

using signalbox::app::ExitCode;

// In the order of the help text.
constexpr void (*kCommands[])(CLI::App&, ExitCode&) = {
    signalbox::app::addServe,
    signalbox::app::addCheck,
    signalbox::app::addInit,
    signalbox::app::addImport,
    signalbox::app::addSimulate,
    signalbox::app::addReplay,
    signalbox::app::addCalibrate,
    signalbox::app::addDemo,
    signalbox::app::addPolicy,
    signalbox::app::addTail,
    signalbox::app::addExport,
    signalbox::app::addEconomics,
    signalbox::app::addToken,
};

// Ctrl-C ends a command that has nothing to tidy up; the others replace this handler. What is logged goes to stderr: stdout is
// for results.
void setUpProcess() {
  signalbox::protectProcess();
  signalbox::setUpLog("warn");
  std::signal(SIGINT, [](int) { ::_exit(static_cast<int>(ExitCode::Interrupted)); });
}

// The first word names a command; one that does not exist is the likeliest mistake and gets its own answer.
bool saysWhatIsMeant(const CLI::App& app, int argc, char** argv) {
  if (argc < 2) {
    std::cerr << app.help();
    return true;
  }
  const std::string word = argv[1];
  if (word.starts_with('-')) return false;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), word) != names.end()) return false;
  const std::string near = signalbox::nearest(word, names);
  std::cerr << "signalbox: there is no command \"" << word << '"' << (near.empty() ? "." : "; did you mean \"" + near + "\"?")
            << " There are " << signalbox::join(names, ", ") << "; see `signalbox --help`\n";
  return true;
}

// Wrong usage in one line: which command, what is wrong with it, and where to read how it goes.
std::string wrongUsage(const CLI::App* app, const CLI::Error& error) {
  std::string command = "signalbox";
  const CLI::App* last = app;
  for (auto chosen = app->get_subcommands(); !chosen.empty(); chosen = last->get_subcommands()) {
    last = chosen.front();
    command += " " + last->get_name();
  }
  std::string what = error.what();
  const auto below = last->get_subcommands([](const CLI::App*) { return true; });
  if (!below.empty() && error.get_name() == "RequiredError") {
    std::vector<std::string> names;
    for (const CLI::App* one : below) names.push_back(one->get_name());
    const auto extra = app->remaining(true);
    what = (extra.empty() ? "what to do is missing" : "there is no `" + extra.front() + "`") + "; there are " + signalbox::join(names, ", ");
  }
  return command + ": " + what + "; see `" + command + " --help`\n";
}

// An empty value is a variable that somebody's script has not set, and never what was meant.
void refuseEmptyValues(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_items_expected_max() == 0 || option->get_name() == "--reason") continue;
    option->check([](const std::string& value) { return value.empty() ? std::string("the value is empty") : std::string(); });
  }
  for (CLI::App* below : app.get_subcommands([](CLI::App*) { return true; })) refuseEmptyValues(*below);
}

// A result that nobody has got is none.
ExitCode delivered(ExitCode exit) {
  std::cout.flush();
  if (std::cout.good() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit;
  if (exit != ExitCode::Ok || signalbox::app::readerLeft()) return exit;
  std::cerr << "signalbox: the result could not be written; see whether there is room where it goes\n";
  return ExitCode::Failed;
}

}  // namespace

int main(int argc, char** argv) {
  setUpProcess();
  CLI::App app{"Routes LLM traffic to the cheapest tier that will answer correctly, and proves it.", "signalbox"};
  app.set_version_flag("--version", SIGNALBOX_VERSION, "Print the version and leave");
  app.set_help_flag("-h,--help", "Print this help and leave");
  app.require_subcommand(1);
  app.failure_message(&wrongUsage);
  app.footer("`signalbox COMMAND --help` explains a command. Exit status: 0 ok, 1 failed, 2 wrong usage.");
  ExitCode exit = ExitCode::Ok;
  for (const auto add : kCommands) add(app, exit);
  refuseEmptyValues(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (saysWhatIsMeant(app, argc, argv)) return static_cast<int>(ExitCode::WrongUsage);
    return app.exit(e) == 0 ? static_cast<int>(ExitCode::Ok) : static_cast<int>(ExitCode::WrongUsage);
  } catch (const std::exception& e) {
    std::cerr << "signalbox: " << e.what() << '\n';
    return static_cast<int>(ExitCode::Failed);
  }
  return static_cast<int>(delivered(exit));
}
