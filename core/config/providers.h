// SPDX-License-Identifier: Apache-2.0
// Providers and model servers by the names people call them: where their API stands, which variable usually holds the
// key. What `init` and imports fill in where nobody says otherwise. Nothing here contacts anybody. Immutable.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "domain/vocabulary.h"

namespace signalbox::config {

struct Provider {
  std::string_view name;       // of the upstream, too
  std::string_view base_url;   // empty: differs from customer to customer
  std::string_view key_env;    // empty: needs no key
  domain::UpstreamApi api;
  bool logprobs;               // false: gives none, and is not asked for any
  std::string_view small;      // model ids to start with; empty: only the user knows what is installed
  std::string_view large;
  bool local;                  // a server on the user's own machine
};

[[nodiscard]] std::span<const Provider> providers();
// By name or by one of the other names in use ("together_ai", "hosted_vllm"); nullptr when there is none.
[[nodiscard]] const Provider* findProvider(std::string_view name);

}  // namespace signalbox::config
