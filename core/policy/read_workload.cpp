// SPDX-License-Identifier: Apache-2.0
#include "policy/read_workload.h"

#include <algorithm>

#include "base/strings.h"
#include "schema/pointer.h"

namespace signalbox::policy {
namespace {

using domain::Signal;

constexpr const char* kSignalsAvailable = "available in this version are top-class, mean-token and min-token";

// A decision takes at most 1 KiB on disk, and its rule is a part of that.
constexpr std::size_t kRuleMost = 120;

bool isAvailable(Signal signal) {
  return signal == Signal::TopClass || signal == Signal::MeanToken || signal == Signal::MinToken;
}

template <class Enum>
Enum wordOr(const Json& json, const char* key, Enum otherwise) {
  const Json* value = member(json, key);
  return value ? domain::parse<Enum>(value->get_ref<const std::string&>()).value_or(otherwise) : otherwise;
}

Workload::Match readMatch(const Json& json) {
  Workload::Match match;
  if (const Json* value = member(json, "model")) match.models = words(*value);
  if (const Json* value = member(json, "domain")) match.domains = words(*value);
  if (const Json* value = member(json, "header")) {
    for (const auto& [name, values] : value->items()) match.headers.emplace_back(toLower(name), words(values));
  }
  return match;
}

Gate readGate(const Json& json, const std::string& pointer, const Validators& validate, Findings& findings) {
  Gate gate;
  gate.signal = wordOr(json, "signal", validate.labels.empty() ? Signal::MeanToken : Signal::TopClass);
  gate.escalate_below = json.at("escalate-below").get<double>();
  if (const Json* value = member(json, "trust-above")) gate.trust_above = value->get<double>();
  gate.stream = wordOr(json, "stream", gate.stream);
  gate.prefix_tokens = json.value("prefix-tokens", gate.prefix_tokens);
  if (const Json* value = member(json, "prefix-wait")) gate.prefix_wait = duration(*value, pointer + "/prefix-wait", findings);
  gate.prior_correction = wordOr(json, "prior-correction", gate.prior_correction);
  gate.when_unknown = wordOr(json, "when-unknown", gate.when_unknown);

  const std::string signal(domain::name(gate.signal));
  if (!isAvailable(gate.signal)) {
    findings.error(pointer + "/signal", "the signal \"" + signal + "\" is not available yet; " + kSignalsAvailable);
  }
  if (gate.signal == Signal::TopClass && validate.labels.empty()) {
    findings.error(json.contains("signal") ? pointer + "/signal" : pointer,
                   "the signal \"top-class\" compares the allowed labels, and there are none; list them in validate.enum");
  }
  if (gate.trust_above && *gate.trust_above < gate.escalate_below) {
    findings.error(pointer + "/trust-above", shortest(*gate.trust_above) + " is below escalate-below (" + shortest(gate.escalate_below) +
                                                 "); between the two lies the review band");
  }
  if (gate.prior_correction == domain::PriorCorrection::Running && gate.signal != Signal::TopClass) {
    findings.warn(pointer + "/prior-correction", "prior-correction works on the labels of \"top-class\"; with \"" + signal + "\" it changes nothing");
  }
  return gate;
}

Validators readValidators(const Json& json, const std::string& pointer, Findings& findings) {
  Validators validators;
  if (const Json* value = member(json, "enum")) validators.labels = value->get<std::vector<std::string>>();
  for (std::size_t i = 0; i < validators.labels.size(); ++i) {
    if (trim(validators.labels[i]) == validators.labels[i]) continue;
    findings.error(pointer + "/enum/" + std::to_string(i), "a label has no white space around it: answers are read without theirs, so that none would be this one");
  }
  if (const Json* value = member(json, "json-schema")) {
    auto compiled = schema::Validator::compile(*value);
    if (compiled) validators.json_schema = *std::move(compiled);
    else findings.error(pointer + "/json-schema" + compiled.error().param, compiled.error().message);
  }
  if (const Json* value = member(json, "regex")) {
    auto compiled = text::Pattern::compile(value->get<std::string>());
    if (compiled) validators.regex = *std::move(compiled);
    else findings.error(pointer + "/regex", compiled.error().message);
  }
  if (const Json* value = member(json, "max-chars")) validators.max_chars = value->get<std::size_t>();
  validators.refusals_escalate = json.contains("refusals") && json["refusals"] == "escalate";
  return validators;
}

Override readOverride(const Json& json, const std::string& pointer, const std::vector<std::string>& tiers, Findings& findings) {
  Override result;
  if (const Json* value = member(json, "domain")) {
    result.domains = words(*value);
    result.rule = "domain " + join(result.domains, ", ");
  }
  if (const Json* value = member(json, "pattern")) {
    auto compiled = text::Pattern::compile(value->get<std::string>());
    if (!compiled) findings.error(pointer + "/pattern", compiled.error().message);
    else result.pattern = *std::move(compiled);
    result.rule += (result.rule.empty() ? "pattern " : " and pattern ") + value->get<std::string>();
  }
  if (result.rule.empty()) findings.error(pointer, "an override needs a domain, a pattern, or both");
  result.rule = shortened(std::move(result.rule), kRuleMost);
  result.to = tierNamed(json.at("to").get<std::string>(), pointer + "/to", tiers, findings);
  return result;
}

// Blocks that are checked and kept, and wait for the engine to learn them.
void warnOfWhatHasNoEffectYet(const Json& json, const std::string& pointer, const std::vector<std::string>& tiers, Findings& findings) {
  const auto say = [&](const char* key) { findings.warn(pointer + "/" + key, std::string(key) + " is not available yet and has no effect"); };
  for (const char* key : {"depth", "learned", "experiment"}) {
    if (member(json, key)) say(key);
  }
  if (json.value("explore", 0.0) > 0) say("explore");
  if (const Json* text = member(json, "keep-text"); text && text->is_string()) say("keep-text");
  if (const Json* cache = member(json, "cache"); cache && (cache->value("exact", false) || member(*cache, "semantic"))) say("cache");
  if (const Json* shadows = member(json, "shadow"); shadows && !shadows->empty()) {
    say("shadow");
    for (std::size_t i = 0; i < shadows->size(); ++i) {
      (void)tierNamed((*shadows)[i].at("tier").get<std::string>(), pointer + "/shadow/" + std::to_string(i) + "/tier", tiers, findings);
    }
  }
}

}  // namespace

domain::TierIndex tierNamed(const std::string& name, const std::string& pointer, const std::vector<std::string>& tiers,
                            Findings& findings, bool at_key) {
  const auto found = std::find(tiers.begin(), tiers.end(), name);
  if (found != tiers.end()) return domain::tierIndex(static_cast<std::size_t>(found - tiers.begin()));
  const std::string near = nearest(name, tiers);
  findings.error(pointer, "unknown tier \"" + name + "\"" + (near.empty() ? "" : ": did you mean \"" + near + "\"?") + "; allowed is " +
                              join(tiers, ", "), at_key);
  return domain::tierIndex(0);
}

Workload readWorkload(const Json& json, const std::string& pointer, const std::vector<std::string>& tiers, Findings& findings) {
  Workload workload;
  workload.name = json.at("name").get<std::string>();
  if (const Json* value = member(json, "match")) workload.match = readMatch(*value);
  if (const Json* value = member(json, "validate")) workload.validate = readValidators(*value, pointer + "/validate", findings);
  readRoute(json.value("route", Json::object()), pointer + "/route", tiers, workload, findings);
  workload.gates.resize(tiers.size());
  if (const Json* value = member(json, "gate")) {
    for (const auto& [tier, gate] : value->items()) {
      const std::string place = pointer + "/gate/" + schema::pointerToken(tier);
      const auto errors = findings.all.errors.size();
      const auto at = tierNamed(tier, place, tiers, findings, true);
      const Gate read = readGate(gate, place, workload.validate, findings);
      if (findings.all.errors.size() == errors) workload.gates[domain::index(at)] = read;
    }
  }
  if (const Json* value = member(json, "overrides")) {
    for (std::size_t i = 0; i < value->size(); ++i) {
      workload.overrides.push_back(readOverride((*value)[i], pointer + "/overrides/" + std::to_string(i), tiers, findings));
    }
  }
  if (const Json* value = member(json, "latency"); value && value->value("over-budget", "direct") == "direct") {
    workload.latency_budget = duration(value->at("p95-budget"), pointer + "/latency/p95-budget", findings);
  }
  warnOfWhatHasNoEffectYet(json, pointer, tiers, findings);
  return workload;
}

}  // namespace signalbox::policy
