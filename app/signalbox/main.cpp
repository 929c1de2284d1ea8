// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "signalbox/commands.h"

namespace {

using signalbox::app::ExitCode;

// In the order of the help text.
constexpr void (*kCommands[])(CLI::App&, ExitCode&) = {
    signalbox::app::addServe,
    signalbox::app::addCheck,
    signalbox::app::addSimulate,
    signalbox::app::addReplay,
    signalbox::app::addDemo,
};

// What a process that holds keys owes its user: files for the owner only, no memory image on disk. Ctrl-C ends a command that
// has nothing to tidy up; the others replace this handler.
void setUpProcess() {
  ::umask(077);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  std::signal(SIGINT, [](int) { ::_exit(static_cast<int>(ExitCode::Interrupted)); });
}

}  // namespace

int main(int argc, char** argv) {
  setUpProcess();
  CLI::App app{"Routes LLM traffic to the cheapest tier that will answer correctly, and proves it.", "signalbox"};
  app.set_version_flag("--version", SIGNALBOX_VERSION, "Print the version and leave");
  app.set_help_flag("-h,--help", "Print this help and leave");
  app.require_subcommand(1);
  app.footer("`signalbox COMMAND --help` explains a command. Exit status: 0 ok, 1 failed, 2 wrong usage.");
  ExitCode exit = ExitCode::Ok;
  for (const auto add : kCommands) add(app, exit);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? static_cast<int>(ExitCode::Ok) : static_cast<int>(ExitCode::WrongUsage);
  } catch (const std::exception& e) {
    std::cerr << "signalbox: " << e.what() << '\n';
    return static_cast<int>(ExitCode::Failed);
  }
  return static_cast<int>(exit);
}
