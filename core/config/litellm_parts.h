// SPDX-License-Identifier: Apache-2.0
// The parts of a LiteLLM import, each told in a file of its own. Internal to importLitellm().
#pragma once
#include <functional>
#include <map>
#include <set>
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
  bool weighed = false;  // some deployment has a weight
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
  struct Limit {
    std::int64_t sum = 0;  // over deployments
    bool of_all = true;
    std::vector<std::string> pointers{};  // of those that have one
  };
  Limit rpm{}, tpm{};
  std::map<std::string, std::string, std::less<>> literal_keys{};  // a key that stands in the file → the variable it is to be put into
  std::set<std::string, std::less<>> variables{};                  // that the file names, or its providers' keys are looked for in

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
// A number, also as text or in a variable that is set; a null Json for anything else.
[[nodiscard]] Json litellmNumber(const LitellmReading& reading, const Json& value);
// A member that is a number of seconds; nullopt where it is not there or null, and, noted, where it is none.
[[nodiscard]] std::optional<Duration> litellmSeconds(LitellmReading& reading, const Json& members, const std::string& key, const std::string& pointer);
// Which variables are spoken for, before any is chosen.
void noteLitellmVariables(LitellmReading& reading);

}  // namespace signalbox::config
