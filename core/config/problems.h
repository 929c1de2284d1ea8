// SPDX-License-Identifier: Apache-2.0
// Collects errors and warnings by JSON pointer and gives them back by line. Internal to config/.
#pragma once
#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "config/config.h"
#include "config/yaml.h"

namespace signalbox::config {

class Problems {
 public:
  // REQUIRES: `places` outlives this.
  Problems(std::string file, const SourceMap& places) : file_(std::move(file)), places_(places) {}

  void error(std::string_view pointer, std::string message, bool at_key = false) { add(errors_, pointer, std::move(message), at_key); }
  void warn(std::string_view pointer, std::string message) { add(warnings_, pointer, std::move(message), true); }
  void append(ConfigErrors errors) { errors_.insert(errors_.end(), errors.begin(), errors.end()); }
  [[nodiscard]] bool clean() const { return errors_.empty(); }
  // An error to be, without its words.
  [[nodiscard]] ConfigError at(std::string_view pointer) const {
    const Place place = places_.value(pointer);
    return {file_, place.line, place.column, {}};
  }
  [[nodiscard]] const SourceMap& places() const { return places_; }

  // In the order of the text.
  [[nodiscard]] ConfigErrors takeErrors() { return sorted(std::move(errors_)); }
  [[nodiscard]] ConfigErrors takeWarnings() { return sorted(std::move(warnings_)); }

 private:
  void add(ConfigErrors& to, std::string_view pointer, std::string message, bool at_key) {
    const Place place = at_key ? places_.key(pointer) : places_.value(pointer);
    to.push_back({file_, place.line, place.column, std::move(message)});
  }
  static ConfigErrors sorted(ConfigErrors all) {
    std::stable_sort(all.begin(), all.end(), [](const ConfigError& a, const ConfigError& b) {
      return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    return all;
  }

  std::string file_;
  const SourceMap& places_;
  ConfigErrors errors_;
  ConfigErrors warnings_;
};

}  // namespace signalbox::config
