// SPDX-License-Identifier: Apache-2.0
// signalbox.yaml, read once into an immutable value. Every error says file:line:column, what is wrong and what is allowed.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "config/price_table.h"
#include "domain/calibration_map.h"
#include "domain/document_error.h"
#include "domain/policy_document.h"
#include "domain/tier.h"

namespace signalbox::config {

struct ConfigError {
  std::string file;
  int line = 0;    // 1-based; 0 = the file as a whole
  int column = 0;
  std::string message;  // what, and what is allowed
  [[nodiscard]] std::string string() const;  // file:line:column: message
};
using ConfigErrors = std::vector<ConfigError>;
[[nodiscard]] std::string textOf(const ConfigErrors& errors);  // one a line

struct ControlToken {
  std::string name;
  domain::Role role = domain::Role::Viewer;
  Secret token;
  std::string file{};  // that it was read from, absolute; empty = from elsewhere
};

struct ClientKey {
  std::string name;
  Secret key;
  std::vector<std::string> workloads;  // empty = all
  std::optional<int> rpm;
  std::optional<std::int64_t> tpm;
  std::optional<double> usd_per_day;
  std::string file;  // as of a token
};

struct Tls {
  std::string cert_file;  // absolute
  std::string key_file;
  ConfigError cert_at{}, key_at{};  // where they are named, for whoever reads them
};

struct Address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<Tls> tls{};  // always there beyond loopback
  std::vector<std::string> hosts{};  // Host headers to answer to beside loopback's own; none: the certificate's names
};
// Whether `host` names this machine only: 127.0.0.0/8, ::1 or localhost.
[[nodiscard]] bool isLoopback(std::string_view host);

// Where traces go, if anywhere.
struct Otlp {
  std::string endpoint;  // the whole address, path included
  std::vector<std::pair<std::string, Secret>> headers;
  std::string ca_file;   // whom to trust there; empty = the system's authorities
  std::string service_name = "signalbox";
  double sample = 1;     // of requests that come without a trace of their own
};

struct Config {
  std::string file;                    // as given; relative paths inside count from its folder
  std::string text;                    // of the file
  Sha256 topology{};                   // of upstreams, their keys and tiers: equal where these are the same
  std::vector<std::string> read_from;  // absolute: the file itself and those that it names, apart from those of who may come in
  std::string router_name;             // "name", else the machine's
  Address listen{"127.0.0.1", 8787};
  Address control{"127.0.0.1", 8788};
  std::vector<ControlToken> control_tokens;
  std::vector<ClientKey> keys;
  std::size_t workers = 0;             // 0 = auto: one per core
  std::string store_path;              // absolute
  Duration store_keep = std::chrono::hours(24 * 30);  // older decisions are deleted
  std::int64_t store_most = 1ll << 30;                // bytes; beyond them the oldest are
  std::vector<domain::Upstream> upstreams;
  std::vector<domain::Tier> tiers;
  std::vector<std::pair<std::string, std::string>> aliases;  // pattern → model, in order
  std::vector<domain::CalibrationMap> calibrations;  // read from the files that "calibration" lists
  std::string policy_file;             // absolute; empty = none given
  std::optional<domain::PolicyDocument> policy;  // read from policy_file, compiled against the tiers
  ConfigErrors policy_errors;          // why there is none though a file is named: it matters only as long as the store has no policy
  std::optional<std::uint64_t> memory_limit;  // bytes; unset: that of the control group, else half of the machine's
  std::string log_level = "info";
  std::optional<Otlp> otlp;            // nullopt: no traces are made or sent
  Duration drain_delay{};                                // still accepting, but not ready
  Duration drain_deadline = std::chrono::seconds(30);    // for open requests, after that
  ConfigErrors warnings;               // accepted, but without effect in this version; for check and serve to print

  [[nodiscard]] const domain::Upstream* upstream(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> tierNames() const;
};

// Secrets come from here, so that tests can bring their own. One with white space or control characters inside is refused.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  virtual Result<Secret> env(const std::string& name) = 0;
  virtual Result<Secret> file(const std::string& path) = 0;     // 0600 or refused
  virtual Result<Secret> keyring(const std::string& name) = 0;
  virtual Result<Secret> credential(const std::string& name) = 0;  // of the service manager
};
[[nodiscard]] std::unique_ptr<SecretSource> systemSecrets();

// Judges a policy document against the tiers: policy::check, handed in because this room comes before that one.
using PolicyCheck = std::function<domain::DocumentFindings(const domain::PolicyDocument&, const std::vector<std::string>& tiers)>;

// Reads, validates and resolves a configuration and its policy file. All errors at once. `named` gets the files that it is read from,
// as far as they are known where it fails; secrets included, then: one of them may be what is missing.
[[nodiscard]] std::expected<std::shared_ptr<const Config>, ConfigErrors> load(const std::string& file, SecretSource& secrets,
                                                                              const PolicyCheck& check, std::vector<std::string>* named = nullptr);
// The same of a text that need not be in a file yet; `policy_text` stands in for the policy file where it is given.
[[nodiscard]] std::expected<std::shared_ptr<const Config>, ConfigErrors> loadText(const std::string& text, const std::string& file,
                                                                                  SecretSource& secrets, const PolicyCheck& check,
                                                                                  const std::string* policy_text = nullptr,
                                                                                  std::vector<std::string>* named = nullptr);
// The same once more, whenever it is asked; `named` as of load().
using Loader = std::function<std::expected<std::shared_ptr<const Config>, ConfigErrors>(std::vector<std::string>& named)>;
// A file that is found again wherever the working directory goes; as it is named where that has gone already.
[[nodiscard]] std::string absoluteFile(const std::string& file);
// The default search: ./signalbox.yaml, then the XDG configuration folder. InvalidConfig names both when neither is there.
[[nodiscard]] Result<std::string> findConfigFile();
// Of the file that is named, else of the one that is found, with the system's secrets. InvalidConfig has every error, a line each.
[[nodiscard]] Result<std::shared_ptr<const Config>> loadNamed(const std::string& named, const PolicyCheck& check);

// A policy text alone (YAML or JSON) against these tiers, for policy.check, policy apply and the editor.
struct PolicyText {
  domain::PolicyDocument document;
  ConfigErrors errors;
  ConfigErrors warnings;
};
[[nodiscard]] PolicyText readPolicy(std::string_view text, const std::string& file_name, const std::vector<std::string>& tiers,
                                    const PolicyCheck& check);
// A document as YAML text, block style, in a stable order.
[[nodiscard]] std::string policyYaml(const domain::PolicyDocument& document);

// $XDG_STATE_HOME/signalbox (or ~/.local/state/signalbox), created 0700.
[[nodiscard]] Result<std::string> stateFolder();

}  // namespace signalbox::config
