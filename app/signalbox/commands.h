// SPDX-License-Identifier: Apache-2.0
// The commands of `signalbox`. A command lives in its own file and has one function here: it adds its subcommand to `app` and
// sets a callback, which runs after parsing and stores how it ended. main.cpp lists them in the order of the help text.
#pragma once
#include <CLI/CLI.hpp>

namespace signalbox::app {

enum class ExitCode : int { Ok = 0, Failed = 1, WrongUsage = 2, Interrupted = 130 };

void addServe(CLI::App& app, ExitCode& exit);
void addCheck(CLI::App& app, ExitCode& exit);
void addInit(CLI::App& app, ExitCode& exit);
void addImport(CLI::App& app, ExitCode& exit);
void addSimulate(CLI::App& app, ExitCode& exit);
void addReplay(CLI::App& app, ExitCode& exit);
void addCalibrate(CLI::App& app, ExitCode& exit);
void addDemo(CLI::App& app, ExitCode& exit);
void addPolicy(CLI::App& app, ExitCode& exit);
void addExport(CLI::App& app, ExitCode& exit);
void addEconomics(CLI::App& app, ExitCode& exit);
void addTail(CLI::App& app, ExitCode& exit);
void addToken(CLI::App& app, ExitCode& exit);

}  // namespace signalbox::app
