// SPDX-License-Identifier: Apache-2.0
// A folder of configuration files for one test, and secrets that are made up.
#pragma once
#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "config/config.h"

namespace signalbox::config {

class FakeSecrets : public SecretSource {
 public:
  Result<Secret> env(const std::string& name) override {
    if (name.starts_with("MISSING")) return fail(ErrorCode::NotFound, "the environment variable " + name + " is not set");
    return Secret("env-" + name);
  }
  Result<Secret> file(const std::string& path) override {
    files.push_back(path);
    return Secret("file-" + path);
  }
  Result<Secret> keyring(const std::string& name) override { return Secret("keyring-" + name); }
  Result<Secret> credential(const std::string& name) override { return Secret("credential-" + name); }
  std::vector<std::string> files;
};

class ConfigFiles {
 public:
  ConfigFiles() {
    std::string path = (std::filesystem::temp_directory_path() / "signalbox-config-XXXXXX").string();
    folder_ = ::mkdtemp(path.data());
  }
  ~ConfigFiles() { std::filesystem::remove_all(folder_); }
  ConfigFiles(const ConfigFiles&) = delete;
  ConfigFiles& operator=(const ConfigFiles&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

// A policy check with nothing to say.
inline domain::DocumentFindings acceptAll(const domain::PolicyDocument&, const std::vector<std::string>&) { return {}; }

// "line:column: message" of each.
inline std::vector<std::string> lines(const ConfigErrors& errors) {
  std::vector<std::string> all;
  for (const auto& one : errors) all.push_back(std::to_string(one.line) + ":" + std::to_string(one.column) + ": " + one.message);
  return all;
}

}  // namespace signalbox::config
