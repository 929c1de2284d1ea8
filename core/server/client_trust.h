// SPDX-License-Identifier: Apache-2.0
// Whom this room's clients (the control client, replay) trust under TLS. Thread-safe.
#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/task.h"

struct ssl_st;

namespace signalbox::server {

// Trusts the authorities of a PEM file, or those of the system where it is empty. InvalidInput names a file that holds none.
[[nodiscard]] Result<std::shared_ptr<asio::ssl::context>> clientTrust(const std::string& ca_file);
// The certificate must be for this name or address; false when it cannot be one.
[[nodiscard]] bool expectHost(ssl_st* tls, const std::string& host);

}  // namespace signalbox::server
