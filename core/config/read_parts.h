// SPDX-License-Identifier: Apache-2.0
// The parts of signalbox.yaml, each read from JSON whose shape the schema has checked. Internal to load().
#pragma once
#include <string>

#include "config/config.h"
#include "config/problems.h"

namespace signalbox::config {

struct Reading {
  const Json& json;
  std::string folder;  // relative paths count from here
  SecretSource& secrets;
  Problems& problems;
};

void readListeners(const Reading& from, Config& config);
void readKeys(const Reading& from, Config& config);
void readLimits(const Reading& from, Config& config);
void readStore(const Reading& from, Config& config);
void readUpstreams(const Reading& from, Config& config);
void readTiers(const Reading& from, Config& config);     // after the upstreams
void readAliases(const Reading& from, Config& config);   // after the tiers
void readTelemetry(const Reading& from, Config& config);
void checkBudgets(const Reading& from, const Config& config);  // after the keys and tiers
void readCalibration(const Reading& from, Config& config);  // after the upstreams

// Reported and empty when the place does not yield it.
[[nodiscard]] Secret readSecret(const Reading& from, const Json& json, const std::string& pointer);
// Where a secret that stands in a file stands; empty for one from elsewhere.
[[nodiscard]] std::string secretFile(const Reading& from, const Json& json);
[[nodiscard]] Duration readDuration(const Reading& from, const Json& json, const std::string& pointer, bool may_be_zero = false);
// A file that one of these files names, whole; why it cannot be had, without its name.
[[nodiscard]] Result<std::string> readFile(const std::string& path);
[[nodiscard]] std::string absolutePath(const std::string& folder, const std::string& path);
// Whose price list applies when the file does not say; never a guess from a model's name.
[[nodiscard]] std::string providerOf(domain::UpstreamApi api, const std::string& base_url, const std::string& upstream);
// "unknown WHAT "NAME": did you mean …?; allowed is …"
[[nodiscard]] std::string unknownName(std::string_view what, const std::string& name, const std::vector<std::string>& known);

}  // namespace signalbox::config
