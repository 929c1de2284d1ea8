// SPDX-License-Identifier: Apache-2.0
// The parts of a LiteLLM import, each told in a file of its own. Internal to importLitellm().
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/litellm.h"
#include "config/yaml.h"

namespace signalbox::config {

constexpr std::size_t kLongestModelName = 256;  // a longer one is nobody's, whatever it is an alias of

struct LitellmDeployment {
  std::size_t upstream = 0;  // of the draft
  std::string model;
  double weight = 1;
  std::optional<Duration> timeout{};        // of a whole answer
  std::optional<Duration> first_token{};    // of a stream
};

struct LitellmGroup {
  std::string name;     // as clients ask for it
  std::string pointer;  // of its first entry
  std::string tier;     // a name that we allow
  bool pinned = false;  // reached by name only: no chat
  bool refusals_escalate = false;
  std::vector<LitellmDeployment> deployments;
};

struct LitellmReading {
  const Json& json;
  const SourceMap& places;
  const std::string& file;
  const Environment& environment;
  LitellmImport result{};
  std::vector<LitellmGroup> groups{};
  std::vector<std::pair<std::string, std::string>> aliases{};  // name → group or "" for the first
  std::int64_t rpm = 0, tpm = 0;        // sums over deployments
  bool rpm_of_all = true, tpm_of_all = true;

  void leftOut(const std::string& pointer, std::string why, std::string advice = {}) { note(ImportNote::Kind::LeftOut, pointer, std::move(why), std::move(advice)); }
  void changed(const std::string& pointer, std::string why, std::string advice = {}) { note(ImportNote::Kind::Changed, pointer, std::move(why), std::move(advice)); }
  void note(ImportNote::Kind kind, const std::string& pointer, std::string why, std::string advice);
  LitellmGroup* group(std::string_view name);
};

void readLitellmModels(LitellmReading& reading);    // groups, upstreams, wildcards
void orderLitellmGroups(LitellmReading& reading);   // fallbacks; after the models
void readLitellmSettings(LitellmReading& reading);  // everything else of the file; keys and budgets
void draftLitellmRoutes(LitellmReading& reading);   // tiers, workloads, aliases; last

// The upstream of an entry's litellm_params, made where it is not there yet; nullopt, and noted, where there is none for it.
struct LitellmTarget {
  std::size_t upstream = 0;
  std::string model;
};
[[nodiscard]] std::optional<LitellmTarget> litellmTarget(LitellmReading& reading, const Json& params, const std::string& pointer);

// "os.environ/NAME" → NAME, else empty.
[[nodiscard]] std::string environmentName(const Json& value);
// A name that ours may be: other characters become dashes.
[[nodiscard]] std::string allowedName(std::string_view text);
// A number of seconds, also as text; nullopt for anything else or 0.
[[nodiscard]] std::optional<Duration> litellmSeconds(const Json& value);

}  // namespace signalbox::config
