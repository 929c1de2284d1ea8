// SPDX-License-Identifier: Apache-2.0
// Where traces go. Nothing is sent anywhere that does not stand here.
#include <filesystem>

#include "base/strings.h"
#include "config/read_parts.h"
#include "config/urls.h"
#include "schema/pointer.h"

namespace signalbox::config {
namespace {

constexpr std::string_view kTracesPath = "/v1/traces";

// Without a path, that of the protocol.
std::string endpointOf(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return pathOf(url) == std::string::npos ? url.append(kTracesPath) : url;
}

void readHeaders(const Reading& from, const Json& headers, Otlp& otlp) {
  for (const auto& [name, value] : headers.items()) {
    const std::string pointer = "/telemetry/otlp/headers/" + schema::pointerToken(name);
    Json secret = value;
    const std::string scheme = secret.value("scheme", std::string());
    secret.erase("scheme");
    if (secret.size() != 1) {
      from.problems.error(pointer, "a header has one of env, file and keyring");
      continue;
    }
    const Secret read = readSecret(from, secret, pointer);
    if (!read.empty()) otlp.headers.emplace_back(name, scheme.empty() ? read : Secret(scheme + " " + read.reveal()));
  }
}

}  // namespace

void readTelemetry(const Reading& from, Config& config) {
  const Json telemetry = from.json.value("telemetry", Json::object());
  if (!telemetry.contains("otlp")) return;
  const Json& json = telemetry["otlp"];
  Otlp otlp;
  otlp.endpoint = endpointOf(json["endpoint"].get<std::string>());
  otlp.sample = json.value("sample", otlp.sample);
  otlp.service_name = json.value("service-name", otlp.service_name);
  readHeaders(from, json.value("headers", Json::object()), otlp);
  const std::string host = hostOf(otlp.endpoint);
  if (!otlp.headers.empty() && otlp.endpoint.starts_with("http://") && !isLoopback(host)) {
    from.problems.warn("/telemetry/otlp/endpoint", "the headers travel unencrypted to " + host + "; use https");
  }
  if (json.contains("ca")) {
    otlp.ca_file = absolutePath(from.folder, json["ca"].get<std::string>());
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(otlp.ca_file, ignored)) {
      from.problems.error("/telemetry/otlp/ca", "there is no file " + otlp.ca_file + "; it must be a PEM file with the certificates to trust");
    }
  }
  config.otlp = std::move(otlp);
}

}  // namespace signalbox::config
