// SPDX-License-Identifier: Apache-2.0
// Where a request can go: upstreams (one provider endpoint each), the models they offer, and tiers, which are ordered lists
// of deployments. Immutable once configured.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "domain/price.h"
#include "domain/vocabulary.h"

namespace signalbox::domain {

// Position in the list of tiers; a higher one is dearer.
enum class TierIndex : std::uint8_t {};
[[nodiscard]] constexpr std::size_t index(TierIndex tier) { return static_cast<std::size_t>(tier); }
[[nodiscard]] constexpr TierIndex tierIndex(std::size_t at) { return static_cast<TierIndex>(at); }

struct ModelOffer {
  std::string id;
  std::optional<bool> logprobs;  // whether to ask for them; unset = ask and see
  std::optional<Price> price;    // overrides the built-in table; unset there too = unknown
  std::string provider = {};     // whose entry of the built-in table: as configured, else by host, else the upstream's name
  bool embeddings = false;       // makes them; where several do, the first is where they are made
  std::optional<bool> chat_only = {};  // completions are asked for as chats; unset = ask and see
};

struct KeepWarm {
  Duration every{};
  Duration expect_within{};
  friend bool operator==(const KeepWarm&, const KeepWarm&) = default;
};

struct GpuCost {
  double usd_per_hour = 0;
  int replicas = 1;
};

// How much of it may be going on at once; see admit/places.h.
struct UpstreamLimits {
  std::size_t in_flight = 256;
  std::size_t pending = 256;
  Duration queue = std::chrono::seconds(1);
  friend bool operator==(const UpstreamLimits&, const UpstreamLimits&) = default;
};

struct Upstream {
  std::string name;
  UpstreamApi api = UpstreamApi::OpenAi;
  std::string base_url;  // without a trailing slash, path included
  Secret key;            // may be empty
  std::string ca_file;   // PEM: whom to trust there instead of the system's authorities; empty = those
  std::optional<KeepWarm> keep_warm;
  std::optional<GpuCost> gpu_cost;
  std::vector<ModelOffer> models;
  UpstreamLimits limits{};
};

struct Deployment {
  std::string upstream;
  std::string model;
  friend bool operator==(const Deployment&, const Deployment&) = default;
};

// A second attempt beside one that is late, before anything of an answer has come.
struct Hedge {
  std::optional<Duration> after;  // unset: the 95th percentile of what the first one's deployment took lately
  double most = 0.02;             // of the requests that chose the tier
};

struct Tier {
  std::string name;
  std::vector<Deployment> deployments;  // tried in order
  Duration timeout{};                   // to the first token; the whole answer where it is short by nature
  Duration total_timeout = std::chrono::seconds(300);
  std::optional<Hedge> hedge = {};      // off unless asked for
};

}  // namespace signalbox::domain
