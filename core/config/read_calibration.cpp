// SPDX-License-Identifier: Apache-2.0
// Calibration maps: a list of files, each judged as strictly as the configuration itself.
#include <filesystem>

#include "config/read_parts.h"

namespace signalbox::config {
namespace {

std::string sameKey(const domain::CalibrationMap& a, const domain::CalibrationMap& b) {
  if (a.name == b.name) return "the name \"" + a.name + "\" is there twice; names are unique";
  if (a.workload != b.workload || a.model != b.model || a.signal != b.signal) return {};
  return "\"" + b.name + "\" and \"" + a.name + "\" are both for the same model, workload and signal";
}

bool isServed(const Config& config, const domain::CalibrationMap& map) {
  for (const auto& upstream : config.upstreams) {
    for (const auto& offer : upstream.models) {
      if (map.fits({upstream.name, offer.id})) return true;
    }
  }
  return false;
}

std::vector<std::string> modelsOf(const Config& config) {
  std::vector<std::string> models;
  for (const auto& upstream : config.upstreams) {
    for (const auto& offer : upstream.models) models.push_back(upstream.name + "/" + offer.id);
  }
  return models;
}

}  // namespace

void readCalibration(const Reading& from, Config& config) {
  const Json files = from.json.value("calibration", Json::array());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string pointer = "/calibration/" + std::to_string(i);
    const std::string written = files[i].get<std::string>();
    const auto problem = [&](const std::string& what) { from.problems.error(pointer, written + ": " + what); };
    const auto text = readFile(absolutePath(from.folder, written));
    if (!text) {
      problem(text.error().message);
      continue;
    }
    const auto json = parseJson(*text);
    if (!json) {
      problem(json.error().message);
      continue;
    }
    auto read = domain::calibrationFromJson(*json);
    for (const auto& error : read.errors) problem((error.pointer.empty() ? "" : error.pointer + ": ") + error.message);
    if (!read.errors.empty()) continue;
    if (!isServed(config, read.map)) problem(unknownName("model", read.map.model, modelsOf(config)));
    for (const auto& other : config.calibrations) {
      const std::string twice = sameKey(other, read.map);
      if (!twice.empty()) problem(twice);
    }
    config.calibrations.push_back(std::move(read.map));
  }
}

}  // namespace signalbox::config
