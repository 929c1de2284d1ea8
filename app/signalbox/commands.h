// SPDX-License-Identifier: Apache-2.0
// The commands of `signalbox`. A command lives in its own file and has one function here: it adds its subcommand to `app` and
// sets a callback, which runs after parsing and stores how it ended. main.cpp lists them in the order of the help text.
#pragma once
#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdlib>
#include <string>

namespace signalbox::app {

// For CLI::Option::check: empty when good. CLI11's own ranges let NaN through, which is in none, and end in 309 digits where they
// have no end.
inline std::string isFinite(const std::string& text) {
  return std::isfinite(std::strtod(text.c_str(), nullptr)) ? std::string{} : "\"" + text + "\" must be a number";
}
inline std::string isPositive(const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) && value > 0 ? std::string{} : "\"" + text + "\" must be a number above 0";
}
inline std::string isNotNegative(const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) && value >= 0 ? std::string{} : "\"" + text + "\" must be 0 or a number above it";
}

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
