// SPDX-License-Identifier: Apache-2.0
// A configuration that is yet to be written: what `init` asked for, or what was found in another program's file, as the two texts
// that people go on with. Pure; checkDraft() finds in the texts what load() would.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"

namespace signalbox::config {

struct DraftModel {
  std::string id;
  std::optional<bool> logprobs{};
  std::string provider{};               // whose prices; empty = as load() finds it
  std::optional<domain::Price> price{};  // per token
  bool embeddings = false;
};

struct DraftUpstream {
  std::string name;
  domain::UpstreamApi api = domain::UpstreamApi::OpenAi;
  std::string base_url;
  std::string key_env;   // empty = no key
  std::string provider;  // as of a model
  std::vector<DraftModel> models;
};

struct DraftTier {
  std::string name;
  std::vector<std::string> deployments;  // UPSTREAM/MODEL
  std::optional<Duration> timeout{};
  std::optional<Duration> total_timeout{};
};

struct DraftKey {
  std::string name;
  std::string env;
  std::optional<std::int64_t> rpm{};
  std::optional<std::int64_t> tpm{};
  std::optional<double> usd_per_day{};
};

struct Draft {
  std::vector<std::string> head;  // comments, one a line, without their #
  std::vector<DraftKey> keys;
  std::vector<DraftUpstream> upstreams;
  std::vector<DraftTier> tiers;
  std::vector<std::pair<std::string, std::string>> aliases;
  std::string policy_file = "policy.yaml";
  std::vector<std::string> policy_head;
  domain::PolicyDocument policy;

  [[nodiscard]] const DraftUpstream* upstream(std::string_view name) const;
};

[[nodiscard]] std::string draftConfigText(const Draft& draft);
[[nodiscard]] std::string draftPolicyText(const Draft& draft);
// What would keep the two texts from loading, every secret taken for given; empty = nothing.
[[nodiscard]] ConfigErrors checkDraft(const Draft& draft, const std::string& file_name, const PolicyCheck& check);
// Writes both files, each whole or not at all; the second one failing takes the first one back. REQUIRES: no signal ends the process
// between the two.
[[nodiscard]] Result<void> writeDraft(const Draft& draft, const std::string& config_path, const std::string& policy_path);
// Text as one line of YAML that reads back as the same text, between brackets too.
[[nodiscard]] std::string yamlText(const std::string& text);

}  // namespace signalbox::config
