// SPDX-License-Identifier: Apache-2.0
#include "config/draft.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/strings.h"
#include "base/whole_file.h"
#include "config/price_fields.h"
#include "config/yaml.h"

namespace signalbox::config {
namespace {

constexpr mode_t kReadable = 0644;  // names of variables stand in there, no secrets

std::string comments(const std::vector<std::string>& lines) {
  std::string text;
  for (std::string line : lines) {
    std::replace_if(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');  // one line stays one line
    text += line.empty() ? "#\n" : "# " + line + "\n";
  }
  return text;
}

// US dollars a million tokens, as people read prices.
std::string perMillion(double per_token) { return shortest(std::stod(fixed(per_token * 1e6, 9))); }

std::string modelText(const DraftModel& model) {
  std::string text = "{ id: " + yamlText(model.id);
  if (model.logprobs) text += std::string(", logprobs: ") + (*model.logprobs ? "true" : "false");
  if (model.embeddings) text += ", embeddings: true";
  if (!model.provider.empty()) text += ", provider: " + yamlText(model.provider);
  if (model.price) {
    text += ", price: { input: " + perMillion(model.price->input) + ", output: " + perMillion(model.price->output);
    for (const auto& [key, litellm, field] : kPriceFields) {
      if (const auto amount = (*model.price).*field) text += ", " + std::string(key) + ": " + perMillion(*amount);
    }
    if (model.price->web_search) text += ", " + std::string(kWebSearchKey) + ": " + shortest(std::stod(fixed(*model.price->web_search * 1000, 9)));
    text += ", per: 1M }";
  }
  return text + " }";
}

std::string upstreamText(const DraftUpstream& upstream) {
  std::string text = "  - name: " + yamlText(upstream.name) + "\n    api: " + std::string(domain::name(upstream.api)) +
                     "\n    base_url: " + yamlText(upstream.base_url) + "\n";
  if (!upstream.key_env.empty()) text += "    key: { env: " + upstream.key_env + " }\n";
  if (!upstream.provider.empty()) text += "    provider: " + yamlText(upstream.provider) + "\n";
  text += "    models:\n";
  for (const auto& model : upstream.models) text += "      - " + modelText(model) + "\n";
  return text;
}

std::string tierText(const DraftTier& tier) {
  std::vector<std::string> deployments;
  for (const auto& one : tier.deployments) deployments.push_back(yamlText(one));
  std::string text = "  - { name: " + yamlText(tier.name) + ", deployments: [" + join(deployments, ", ") + "]";
  if (tier.timeout) text += ", timeout: " + formatDuration(*tier.timeout);
  if (tier.total_timeout) text += ", total-timeout: " + formatDuration(*tier.total_timeout);
  return text + " }\n";
}

std::string keyText(const DraftKey& key) {
  std::vector<std::string> limits;
  if (key.rpm) limits.push_back("rpm: " + std::to_string(*key.rpm));
  if (key.tpm) limits.push_back("tpm: " + std::to_string(*key.tpm));
  if (key.usd_per_day) limits.push_back("usd_per_day: " + shortest(*key.usd_per_day));
  return "  - { name: " + yamlText(key.name) + ", key: { env: " + key.env + " }" +
         (limits.empty() ? "" : ", limits: { " + join(limits, ", ") + " }") + " }\n";
}

// Every variable is set and every file is there: a draft is judged before its user has set anything.
class AnySecret : public SecretSource {
 public:
  Result<Secret> env(const std::string& name) override { return Secret("variable-" + name); }
  Result<Secret> file(const std::string& path) override { return Secret("file-" + path); }
  Result<Secret> keyring(const std::string& name) override { return Secret("keyring-" + name); }
  Result<Secret> credential(const std::string& name) override { return Secret("credential-" + name); }
};

}  // namespace

const DraftUpstream* Draft::upstream(std::string_view name) const {
  const auto found = std::find_if(upstreams.begin(), upstreams.end(), [&](const auto& one) { return one.name == name; });
  return found == upstreams.end() ? nullptr : &*found;
}

std::string yamlText(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@+";
  const bool plain = !text.empty() && text.find_first_not_of(kPlain) == std::string::npos && text.back() != ':' &&
                     std::string_view("._-/:@+").find(text.front()) == std::string_view::npos && plainScalar(text) == Json(text);
  return plain ? text : Json(text).dump();
}

std::string draftConfigText(const Draft& draft) {
  std::string text = comments(draft.head) + "version: 1\nlisten:  { address: 127.0.0.1, port: 8787 }\ncontrol: { address: 127.0.0.1, port: 8788 }\n"
                                            "store:   { kind: sqlite, path: signalbox.db }\n";
  if (!draft.keys.empty()) {
    text += "\n# What clients send as their API key.\nkeys:\n";
    for (const auto& key : draft.keys) text += keyText(key);
  }
  text += "\nupstreams:\n";
  for (const auto& upstream : draft.upstreams) text += upstreamText(upstream);
  text += "\n# In the order of escalation: an answer that does not stand, or does not come, is asked for from the next.\ntiers:\n";
  for (const auto& tier : draft.tiers) text += tierText(tier);
  if (!draft.aliases.empty()) {
    text += "\n# Model names that programs insist on, and where they go.\naliases:\n";
    for (const auto& [name, target] : draft.aliases) text += "  " + Json(name).dump() + ": " + yamlText(target) + "\n";
  }
  return text + "\npolicy: " + yamlText(draft.policy_file) + "\n";
}

std::string draftPolicyText(const Draft& draft) { return comments(draft.policy_head) + policyYaml(draft.policy); }

ConfigErrors checkDraft(const Draft& draft, const std::string& file_name, const PolicyCheck& check) {
  AnySecret secrets;
  const std::string policy = draftPolicyText(draft);
  const auto loaded = loadText(draftConfigText(draft), file_name, secrets, check, &policy);
  return loaded ? (*loaded)->policy_errors : loaded.error();
}

Result<void> writeDraft(const Draft& draft, const std::string& config_path, const std::string& policy_path) {
  const bool replaced = std::filesystem::exists(policy_path);
  const auto before = replaced ? readWholeFile(policy_path) : Result<std::string>(std::string());
  if (!before) return std::unexpected(before.error());
  if (auto written = writeWholeFile(policy_path, draftPolicyText(draft), kReadable); !written) return written;
  auto written = writeWholeFile(config_path, draftConfigText(draft), kReadable);
  if (written) return written;
  if (replaced) (void)writeWholeFile(policy_path, *before, kReadable);
  else ::unlink(policy_path.c_str());
  return written;
}

}  // namespace signalbox::config
