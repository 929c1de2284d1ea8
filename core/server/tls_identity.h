// SPDX-License-Identifier: Apache-2.0
// What a listener shows of itself under TLS: a certificate with its chain, the key, and the names it vouches for. Immutable; each
// connection keeps the one it began with, so that a new one can take its place at any time. Thread-safe.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

struct ssl_ctx_st;

namespace signalbox::server {

class TlsIdentity {
 public:
  // Reads PEM files. InvalidConfig with `param` = "cert" or "key", the one that is at fault: not there, readable by others than its
  // owner (a key), not PEM, locked by a passphrase, or no pair.
  [[nodiscard]] static Result<std::shared_ptr<const TlsIdentity>> load(const std::string& cert_file, const std::string& key_file);

  [[nodiscard]] ssl_ctx_st* context() const { return context_.get(); }
  // DNS names and addresses of the certificate, as a Host header has them; a name may begin with "*.".
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] std::int64_t expires() const { return expires_; }  // seconds of the wall clock

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  TlsIdentity() = default;

  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::vector<std::string> names_;
  std::int64_t expires_ = 0;
};

}  // namespace signalbox::server
