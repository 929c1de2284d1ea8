// SPDX-License-Identifier: Apache-2.0
// What the two listeners show of themselves, read from the files that the configuration names. For the start, a reload and `check`.
#pragma once
#include <expected>
#include <memory>

#include "config/config.h"
#include "server/tls_identity.h"

namespace signalbox::engine {

struct Identities {
  std::shared_ptr<const server::TlsIdentity> listen, control;  // null where that one has no tls
};

// Every file that is at fault, at the line that names it. A certificate that has ended or soon does is told of in the log.
[[nodiscard]] std::expected<Identities, config::ConfigErrors> readIdentities(const config::Config& config);

}  // namespace signalbox::engine
