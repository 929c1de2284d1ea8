// SPDX-License-Identifier: Apache-2.0
#include "server/client_trust.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <map>
#include <mutex>

namespace signalbox::server {

// Reading the system's authorities takes tens of milliseconds: once a process, not once a connection.
Result<std::shared_ptr<asio::ssl::context>> clientTrust(const std::string& ca_file) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<asio::ssl::context>> known;
  const std::lock_guard lock(mutex);
  auto& kept = known[ca_file];
  if (kept) return kept;
  auto fresh = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(fresh->native_handle(), TLS1_2_VERSION);
  fresh->set_verify_mode(asio::ssl::verify_peer);
  boost::system::error_code error;
  if (ca_file.empty()) fresh->set_default_verify_paths(error);
  else fresh->load_verify_file(ca_file, error);
  if (error) return fail(ErrorCode::InvalidInput, (ca_file.empty() ? "the system's authorities" : ca_file) + " cannot be read as PEM certificates: " + error.message());
  kept = std::move(fresh);
  return kept;
}

bool expectHost(ssl_st* tls, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  const bool v4 = ::inet_pton(AF_INET, host.c_str(), address.data()) == 1;
  if (v4 || ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1) {
    return X509_VERIFY_PARAM_set1_ip(SSL_get0_param(tls), address.data(), v4 ? sizeof(in_addr) : sizeof(in6_addr)) == 1;
  }
  SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set_tlsext_host_name(tls, host.c_str()) == 1 && SSL_set1_host(tls, host.c_str()) == 1;
}

}  // namespace signalbox::server
