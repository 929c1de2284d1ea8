// SPDX-License-Identifier: Apache-2.0
// POST /v1/messages/count_tokens: the provider's own count where the model asked for is an Anthropic upstream's, else an estimate.
// Nothing is decided, so nothing is written down.
#pragma once
#include "admit/keys.h"
#include "base/task.h"
#include "http/message.h"
#include "policy/policy.h"
#include "upstream/client.h"

namespace signalbox::engine {

// References outlive the task.
struct CountServices {
  const config::Config& config;
  std::shared_ptr<const policy::CompiledPolicy> policy;
  const admit::Client& key;
  upstream::Client& client;
};

// x-signalbox-usage-source says which it is: `provider` or `estimated`.
[[nodiscard]] Task<http::Response> countTokens(CountServices services, http::Request request);

}  // namespace signalbox::engine
