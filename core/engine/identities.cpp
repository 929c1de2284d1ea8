// SPDX-License-Identifier: Apache-2.0
#include "engine/identities.h"

#include "base/clock.h"
#include "base/log.h"

namespace signalbox::engine {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kSoon = 14 * kDay;

std::shared_ptr<const server::TlsIdentity> readIdentity(const std::optional<config::Tls>& tls, config::ConfigErrors& errors) {
  if (!tls) return nullptr;
  auto identity = server::TlsIdentity::load(tls->cert_file, tls->key_file);
  if (!identity) {
    config::ConfigError error = identity.error().param == "key" ? tls->key_at : tls->cert_at;
    error.message = identity.error().message;
    errors.push_back(std::move(error));
    return nullptr;
  }
  const std::int64_t left = (*identity)->expires() - wallNow() / 1'000'000;
  if (left < 0) log::warn("the certificate in {} has ended {} days ago: clients will refuse it", tls->cert_file, -left / kDay);
  else if (left < kSoon) log::warn("the certificate in {} ends in {} days", tls->cert_file, left / kDay);
  return *identity;
}

}  // namespace

std::expected<Identities, config::ConfigErrors> readIdentities(const config::Config& config) {
  config::ConfigErrors errors;
  Identities identities;
  identities.listen = readIdentity(config.listen.tls, errors);
  identities.control = readIdentity(config.control.tls, errors);
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return identities;
}

}  // namespace signalbox::engine
