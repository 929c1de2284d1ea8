// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"
#include "config/problems.h"
#include "config/yaml.h"

namespace signalbox::config {

PolicyText readPolicy(std::string_view text, const std::string& file_name, const std::vector<std::string>& tiers,
                      const PolicyCheck& check) {
  YamlDocument yaml = readYaml(text, file_name);
  PolicyText result;
  result.document.json = std::move(yaml.json);
  if (!yaml.errors.empty()) {
    result.errors = std::move(yaml.errors);
    return result;
  }
  const domain::DocumentFindings findings = check(result.document, tiers);
  Problems problems(file_name, yaml.places);
  for (const auto& error : findings.errors) problems.error(error.pointer, error.message, error.at_key);
  for (const auto& warning : findings.warnings) problems.warn(warning.pointer, warning.message);
  result.errors = problems.takeErrors();
  result.warnings = problems.takeWarnings();
  return result;
}

}  // namespace signalbox::config
