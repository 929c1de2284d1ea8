// SPDX-License-Identifier: Apache-2.0
#include "config/read_parts.h"

#include <filesystem>
#include <map>

#include "base/strings.h"

namespace signalbox::config {
namespace {

constexpr std::uint64_t kLeastStore = 1 << 20;

// Equal secrets under two names would make it chance which name, rights and limits a caller has.
class Distinct {
 public:
  explicit Distinct(Problems& problems) : problems_(problems) {}
  void name(const std::string& name, const std::string& pointer) {
    if (!names_.emplace(name, pointer).second) problems_.error(pointer, "the name \"" + name + "\" is there twice; names are unique");
  }
  void secret(const Secret& secret, const std::string& name, const std::string& pointer) {
    if (secret.empty()) return;
    const auto [first, is_new] = secrets_.emplace(secret.digest(), name);
    if (!is_new) problems_.error(pointer, "the same secret as that of \"" + first->second + "\"; every name needs its own");
  }

 private:
  Problems& problems_;
  std::map<std::string, std::string> names_;
  std::map<Sha256, std::string> secrets_;
};

bool looksLikePem(std::string_view text) { return text.find("-----") != std::string_view::npos || text.find('\n') != std::string_view::npos; }

void readAddress(const Reading& from, const char* key, Address& into) {
  const std::string pointer = std::string("/") + key;
  const Json json = from.json.value(key, Json::object());
  into.host = json.value("address", into.host);
  into.port = json.value("port", into.port);
  into.hosts = json.value("hosts", into.hosts);
  if (json.contains("tls")) {
    const std::string tls = pointer + "/tls";
    for (const char* part : {"/cert", "/key"}) {  // a text that was pasted in place of its file must not be printed
      const std::string text = json["tls"][part + 1].get<std::string>();
      if (!looksLikePem(text)) continue;
      from.problems.error(tls + part, "this is a PEM text, not a path; write it to a file of mode 0600 and name that file here");
      return;
    }
    into.tls = Tls{absolutePath(from.folder, json["tls"]["cert"].get<std::string>()), absolutePath(from.folder, json["tls"]["key"].get<std::string>()),
                   from.problems.at(tls + "/cert"), from.problems.at(tls + "/key")};
  } else if (!isLoopback(into.host)) {
    from.problems.error(pointer + "/address", into.host + " is beyond loopback and needs tls: { cert: FILE, key: FILE }; without tls allowed "
                                                          "are 127.0.0.1, ::1 and localhost");
  }
}

// What the router makes for itself at its first start is for programs of this machine.
void needsSecrets(const Reading& from, const char* key, const Address& address, bool there, const char* what) {
  if (there || !address.tls || isLoopback(address.host)) return;  // without tls it is refused for that
  from.problems.error(std::string("/") + key + "/address", address.host + " is beyond loopback and needs " + what + " of its own");
}

}  // namespace

bool isLoopback(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host == "localhost" || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  return host.find_first_not_of("0123456789.") == std::string_view::npos && std::count(host.begin(), host.end(), '.') == 3;
}

std::string absolutePath(const std::string& folder, const std::string& path) {
  return std::filesystem::absolute(std::filesystem::path(folder) / path).lexically_normal().string();
}

std::string unknownName(std::string_view what, const std::string& name, const std::vector<std::string>& known) {
  const std::string near = nearest(name, known);
  return "unknown " + std::string(what) + " \"" + name + "\"" + (near.empty() ? "" : ": did you mean \"" + near + "\"?") +
         "; allowed is " + join(known, ", ");
}

Duration readDuration(const Reading& from, const Json& json, const std::string& pointer, bool may_be_zero) {
  const auto duration = parseDuration(json.get_ref<const std::string&>());
  if (!duration) from.problems.error(pointer, duration.error().message);
  else if (duration->count() == 0 && !may_be_zero) from.problems.error(pointer, "a duration of 0; allowed is one above it");
  return duration.value_or(Duration{});
}

Secret readSecret(const Reading& from, const Json& json, const std::string& pointer) {
  const std::string kind = json.begin().key();
  const std::string text = json.begin()->get<std::string>();
  auto secret = kind == "env"          ? from.secrets.env(text)
                : kind == "file"       ? from.secrets.file(absolutePath(from.folder, text))
                : kind == "credential" ? from.secrets.credential(text)
                                       : from.secrets.keyring(text);
  if (secret) return *std::move(secret);
  // A key that was pasted where its place belongs must not be printed, and keys hold dots and slashes as paths do. The place in the
  // file says which one is meant.
  std::error_code unseen;
  const bool there = kind != "file" || std::filesystem::exists(absolutePath(from.folder, text), unseen);
  from.problems.error(pointer + "/" + kind, there ? secret.error().message : "there is no such file here; `file` takes a path, never the key itself");
  return {};
}

std::string secretFile(const Reading& from, const Json& json) {
  return json.contains("file") ? absolutePath(from.folder, json["file"].get<std::string>()) : std::string();
}

void readListeners(const Reading& from, Config& config) {
  readAddress(from, "listen", config.listen);
  readAddress(from, "control", config.control);
  if (config.listen.port != 0 && config.listen.port == config.control.port && config.listen.host == config.control.host) {
    from.problems.error("/control", "it is the address of `listen`; each needs one of its own");
  }
  const Json tokens = from.json.value("control", Json::object()).value("tokens", Json::array());
  Distinct distinct(from.problems);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string pointer = "/control/tokens/" + std::to_string(i);
    ControlToken token;
    token.name = tokens[i]["name"].get<std::string>();
    token.role = *domain::parse<domain::Role>(tokens[i]["role"].get<std::string>());
    token.token = readSecret(from, tokens[i]["token"], pointer + "/token");
    token.file = secretFile(from, tokens[i]["token"]);
    distinct.name(token.name, pointer + "/name");
    distinct.secret(token.token, token.name, pointer + "/token");
    config.control_tokens.push_back(std::move(token));
  }
  needsSecrets(from, "control", config.control, !config.control_tokens.empty(), "control.tokens: [ { name: NAME, role: ROLE, token: { env: NAME } } ]");
}

void readKeys(const Reading& from, Config& config) {
  const Json keys = from.json.value("keys", Json::array());
  Distinct distinct(from.problems);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string pointer = "/keys/" + std::to_string(i);
    ClientKey key;
    key.name = keys[i]["name"].get<std::string>();
    key.key = readSecret(from, keys[i]["key"], pointer + "/key");
    key.file = secretFile(from, keys[i]["key"]);
    key.workloads = keys[i].value("workloads", std::vector<std::string>());
    const Json limits = keys[i].value("limits", Json::object());
    if (limits.contains("rpm")) key.rpm = limits["rpm"].get<int>();
    if (limits.contains("tpm")) key.tpm = limits["tpm"].get<std::int64_t>();
    if (limits.contains("usd_per_day")) key.usd_per_day = limits["usd_per_day"].get<double>();
    distinct.name(key.name, pointer + "/name");
    distinct.secret(key.key, key.name, pointer + "/key");
    config.keys.push_back(std::move(key));
  }
  needsSecrets(from, "listen", config.listen, !config.keys.empty(), "keys: [ { name: NAME, key: { env: NAME } } ]");
}

void readLimits(const Reading& from, Config& config) {
  const Json limits = from.json.value("limits", Json::object());
  if (!limits.contains("memory")) return;
  const auto memory = parseSize(limits["memory"].get_ref<const std::string&>());
  constexpr std::uint64_t kLeast = 64ull << 20;
  if (!memory) from.problems.error("/limits/memory", memory.error().message);
  else if (*memory < kLeast) from.problems.error("/limits/memory", limits["memory"].get<std::string>() + " is less than the router takes by itself; allowed is a size from 64MiB on");
  else config.memory_limit = *memory;
}

void readStore(const Reading& from, Config& config) {
  const Json store = from.json.value("store", Json::object());
  if (store.value("kind", "sqlite") == "postgres") {
    from.problems.error("/store/kind", "the store \"postgres\" is not available yet; allowed is sqlite");
  } else if (store.contains("url")) {
    from.problems.error("/store/url", "only the store \"postgres\" has a url; sqlite has a path", true);
  }
  config.store_path = absolutePath(from.folder, store.value("path", std::string("signalbox.db")));
  if (store.contains("keep")) config.store_keep = readDuration(from, store["keep"], "/store/keep");
  if (!store.contains("most")) return;
  const auto most = parseSize(store["most"].get_ref<const std::string&>());
  if (!most) {
    from.problems.error("/store/most", most.error().message);
  } else if (*most < kLeastStore) {
    from.problems.error("/store/most", "a store of less than 1MiB holds next to nothing; allowed is a size from 1MiB on");
  } else {
    config.store_most = static_cast<std::int64_t>(*most);
  }
}

}  // namespace signalbox::config
