// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "config/config.h"
#include "config/read_parts.h"
#include "schema/validator.h"

namespace signalbox::resources {
extern const std::string_view configSchema;
}

namespace signalbox::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = 4 << 20;

const schema::Validator& fileSchema() {
  // Ours and checked by a test, so that value() cannot throw.
  static const schema::Validator validator = schema::Validator::compile(Json::parse(resources::configSchema)).value();
  return validator;
}

std::string machineName() {
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 && name[0] ? name : "signalbox";
}

void readPolicyFile(const Reading& from, Config& config, const PolicyCheck& check, const std::string* given, ConfigErrors& warnings) {
  if (!from.json.contains("policy")) return;
  const std::string written = from.json["policy"].get<std::string>();
  config.policy_file = absolutePath(from.folder, written);
  // Named as the user would: beside the configuration as that was given.
  const std::string shown = fs::path(written).is_absolute() ? written : (fs::path(config.file).parent_path() / written).lexically_normal().string();
  const auto text = given ? Result<std::string>(*given) : readFile(config.policy_file);
  if (!text) {
    config.policy_errors.push_back(from.problems.at("/policy"));
    config.policy_errors.back().message = shown + ": " + text.error().message;
    return;
  }
  PolicyText policy = readPolicy(*text, shown, config.tierNames(), check);
  if (policy.errors.empty()) config.policy = std::move(policy.document);
  config.policy_errors = std::move(policy.errors);
  warnings = std::move(policy.warnings);
}

// Clients' keys and control tokens in files are followed by whoever lets them in; so are the authorities of upstreams.
void noteFiles(const Reading& from, Config& config) {
  config.read_from.push_back(absoluteFile(config.file));
  if (!config.policy_file.empty()) config.read_from.push_back(config.policy_file);
  for (const Json& file : from.json.value("calibration", Json::array())) config.read_from.push_back(absolutePath(from.folder, file.get<std::string>()));
  for (const auto& tls : {config.listen.tls, config.control.tls}) {
    if (tls) config.read_from.insert(config.read_from.end(), {tls->cert_file, tls->key_file});
  }
  for (const Json& upstream : from.json.value("upstreams", Json::array())) {
    const std::string key = secretFile(from, upstream.value("key", Json::object()));
    if (!key.empty()) config.read_from.push_back(key);
  }
}

std::vector<std::string> allNamed(const Config& config) {
  std::vector<std::string> all = config.read_from;
  for (const auto& key : config.keys) all.push_back(key.file);
  for (const auto& token : config.control_tokens) all.push_back(token.file);
  std::erase(all, std::string());
  return all;
}

// A key may be another where its file or variable has the same name: what it is counts, as a digest.
Sha256 topologyOf(const Json& json, const Config& config) {
  const auto words = [&](const char* key) { return jsonText(json.value(key, Json())); };
  std::string all = words("upstreams") + words("tiers");
  for (const auto& upstream : config.upstreams) all += sha256Hex(upstream.key.reveal());
  return sha256(all);
}

}  // namespace

Result<std::string> readFile(const std::string& path) {
  std::error_code failure;
  if (!fs::exists(path, failure)) {
    if (failure) return fail(ErrorCode::Io, "it cannot be looked at: " + failure.message());
    return fail(ErrorCode::NotFound, "there is no such file");
  }
  if (!fs::is_regular_file(path, failure)) return fail(ErrorCode::Io, "not a regular file");
  if (fs::file_size(path, failure) > kMaxFileBytes) return fail(ErrorCode::Io, "larger than " + std::to_string(kMaxFileBytes >> 20) + " MiB");
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(ErrorCode::Io, "the file cannot be read: " + std::system_category().message(errno));
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf())) {
    if (stream && stream.peek() == std::ifstream::traits_type::eof()) return std::string();  // an empty file fails `<<`
    return fail(ErrorCode::Io, "the file cannot be read");
  }
  return text.str();
}

std::string ConfigError::string() const {
  if (line == 0) return file + ": " + message;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message;
}

std::string textOf(const ConfigErrors& errors) {
  std::string all;
  for (const auto& error : errors) all += (all.empty() ? "" : "\n") + error.string();
  return all;
}

const domain::Upstream* Config::upstream(std::string_view name) const {
  for (const auto& one : upstreams) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

std::string absoluteFile(const std::string& file) {
  std::error_code gone;
  const auto path = fs::absolute(file, gone);
  return (gone ? fs::path(file) : path).lexically_normal().string();
}

std::vector<std::string> Config::tierNames() const {
  std::vector<std::string> names;
  for (const auto& tier : tiers) names.push_back(tier.name);
  return names;
}

std::expected<std::shared_ptr<const Config>, ConfigErrors> load(const std::string& file, SecretSource& secrets, const PolicyCheck& check, std::vector<std::string>* named) {
  if (named != nullptr) *named = {absoluteFile(file)};
  const auto text = readFile(file);
  if (!text) return std::unexpected(ConfigErrors{{file, 0, 0, text.error().message}});
  return loadText(*text, file, secrets, check, nullptr, named);
}

Result<std::shared_ptr<const Config>> loadNamed(const std::string& named, const PolicyCheck& check) {
  std::string file = named;
  if (file.empty()) {
    auto found = findConfigFile();
    if (!found) return std::unexpected(std::move(found.error()));
    file = std::move(*found);
  }
  const auto secrets = systemSecrets();
  auto loaded = load(file, *secrets, check);
  if (loaded) return std::move(*loaded);
  return fail(ErrorCode::InvalidConfig, textOf(loaded.error()));
}

std::expected<std::shared_ptr<const Config>, ConfigErrors> loadText(const std::string& text, const std::string& file, SecretSource& secrets,
                                                                    const PolicyCheck& check, const std::string* policy_text, std::vector<std::string>* named) {
  const YamlDocument yaml = readYaml(text, file);
  if (!yaml.errors.empty()) return std::unexpected(yaml.errors);
  Problems problems(file, yaml.places);
  for (const auto& violation : fileSchema().validate(yaml.json)) problems.error(violation.pointer, violation.text(), violation.at_key);
  if (!problems.clean()) return std::unexpected(problems.takeErrors());

  auto config = std::make_shared<Config>();
  config->file = file;
  config->text = text;
  const Reading from{yaml.json, fs::path(absoluteFile(file)).parent_path().string(), secrets, problems};
  config->router_name = yaml.json.value("name", machineName());
  const Json workers = yaml.json.value("workers", Json("auto"));
  config->workers = workers.is_number() ? workers.get<std::size_t>() : 0;
  config->log_level = yaml.json.value("log", Json::object()).value("level", config->log_level);
  const Json drain = yaml.json.value("drain", Json::object());
  if (drain.contains("delay")) config->drain_delay = readDuration(from, drain["delay"], "/drain/delay", true);
  if (drain.contains("deadline")) config->drain_deadline = readDuration(from, drain["deadline"], "/drain/deadline");
  readListeners(from, *config);
  readKeys(from, *config);
  readStore(from, *config);
  readLimits(from, *config);
  readUpstreams(from, *config);
  readTiers(from, *config);
  config->topology = topologyOf(yaml.json, *config);
  readAliases(from, *config);
  readTelemetry(from, *config);
  checkBudgets(from, *config);
  readCalibration(from, *config);
  ConfigErrors policy_warnings;
  if (problems.clean()) readPolicyFile(from, *config, check, policy_text, policy_warnings);
  noteFiles(from, *config);
  if (named != nullptr) *named = allNamed(*config);
  if (!problems.clean()) return std::unexpected(problems.takeErrors());
  config->warnings = problems.takeWarnings();
  config->warnings.insert(config->warnings.end(), policy_warnings.begin(), policy_warnings.end());
  return config;
}

}  // namespace signalbox::config
