// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "signalbox/commands.h"

namespace signalbox::app {

void addCheck(CLI::App& app, ExitCode& exit) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("check", "Validate configuration and policy; nothing is started");
  command->add_option("--config", *file, "Configuration file (default: ./signalbox.yaml, then the XDG folder)");
  command->callback([file, &exit] { exit = ExitCode::Failed; });
}

}  // namespace signalbox::app
