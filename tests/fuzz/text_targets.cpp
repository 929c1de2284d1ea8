// SPDX-License-Identifier: Apache-2.0
// Texts that people and consoles write: JSON, configurations, policies, messages of the control plane.
#include "base/json.h"
#include "base/json_doc.h"
#include "config/config.h"
#include "config/litellm.h"
#include "control/rpc.h"
#include "control/wire.h"
#include "fuzz/target.h"
#include "policy/policy.h"

namespace signalbox::fuzz {
namespace {

// The two readers of JSON see the same value.
void requireSame(JsonDoc::Node node, const Json& value) {
  using Kind = JsonDoc::Kind;
  switch (node.kind()) {
    case Kind::Null: return require(value.is_null(), "null is null");
    case Kind::True:
    case Kind::False: return require(value.is_boolean() && node.boolean() == value.get<bool>(), "a truth is the same to both");
    case Kind::Number: return require(value.is_number() && node.number() == value.get<double>(), "a number is the same to both");
    case Kind::String: return require(value.is_string() && node.string() == value.get_ref<const std::string&>(), "a text is the same to both");
    case Kind::Array:
    case Kind::Object: break;
  }
  require(node.size() == value.size() && node.isObject() == value.is_object(), "a container is the same to both");
  std::size_t index = 0;
  for (auto child = node.first(); child; child = child.next(), ++index) {
    require(child.begin() >= node.begin() && child.end() <= node.end(), "what is inside lies inside");
    if (node.isObject()) {
      require(value.contains(child.key()) && node[child.key()].begin() == child.begin(), "a member is found by its key");
      requireSame(child, value.at(child.key()));
    } else {
      requireSame(child, value.at(index));
    }
  }
  require(index == value.size(), "the walk meets every one");
}

class GivenSecrets : public config::SecretSource {
 public:
  Result<Secret> env(const std::string&) override { return Secret("sbx-0123456789abcdef"); }
  Result<Secret> file(const std::string&) override { return Secret("sbx-0123456789abcdef"); }
  Result<Secret> keyring(const std::string&) override { return Secret("sbx-0123456789abcdef"); }
  Result<Secret> credential(const std::string&) override { return Secret("sbx-0123456789abcdef"); }
};

void requirePlaces(const config::ConfigErrors& errors) {
  require(!errors.empty(), "what is refused says why");
  for (const auto& one : errors) require(!one.message.empty() && one.line >= 0 && one.column >= 0, "every error says what and where");
}

// What was read and written is read again as the same.
template <class Value>
void again(const Json& json, Result<Value> (*read)(const Json&)) {
  const auto value = read(json);
  if (!value) return require(!value.error().message.empty(), "what is refused says why");
  const Json written = control::toJson(*value);
  const auto second = read(written);
  require(second.has_value(), "what was written can be read");
  require(control::toJson(*second) == written, "what is read again is the same");
}

}  // namespace

void json(std::string_view bytes) {
  const auto doc = JsonDoc::parse(bytes);
  const auto value = parseJson(bytes);
  require(doc.has_value() || !value.has_value(), "what one reader refuses, the other does not take");
  if (!doc) return require(doc.error().message.contains(" byte "), "an error names its place");
  if (!value) return;  // a number out of range
  requireSame(doc->root(), *value);
  const std::string canonical = canonicalJson(*value);
  const auto back = parseJson(canonical);
  require(back && canonicalJson(*back) == canonical, "the canonical text stays as it is");
  if (!doc->root().isObject()) return;
  TextEdits edits;
  edits.setMember(doc->root(), "added", quoteJson(bytes.substr(0, 20)));
  if (const auto first = doc->root().first(); first && doc->root().size() > 1 && !doc->root()["added"]) edits.removeMember(doc->root(), first);
  const std::string edited = edits.apply(bytes);
  const auto read = JsonDoc::parse(edited);
  require(read && read->root()["added"].string() == JsonDoc::parse(quoteJson(bytes.substr(0, 20)))->root().string(), "an edited text is JSON with the edit in it");
}

void configuration(std::string_view bytes) {
  GivenSecrets secrets;
  const std::string policy = "workloads: [{name: all, route: {strategy: cascade}}]";
  const auto loaded = config::loadText(std::string(bytes), "signalbox.yaml", secrets, policy::check, &policy);
  if (!loaded) return requirePlaces(loaded.error());
  require(!(*loaded)->tierNames().empty(), "what is served has a tier");
}

void policy(std::string_view bytes) {
  const std::vector<std::string> tiers{"local", "mid", "frontier"};
  const auto read = config::readPolicy(bytes, "policy.yaml", tiers, policy::check);
  const auto compiled = policy::compile(read.document, tiers, 1);
  if (read.errors.empty()) require(compiled.has_value(), "a file without errors compiles");
  else requirePlaces(read.errors);
  require(policy::diff(read.document, read.document).empty(), "nothing differs from itself");
}

void litellm(std::string_view bytes) {
  const auto read = config::importLitellm(bytes, "config.yaml", [](const std::string&) { return std::optional<std::string>("http://127.0.0.1:9/v1"); });
  if (!read) return requirePlaces(read.error());
  const auto problems = config::checkDraft(read->draft, "signalbox.yaml", policy::check);
  require(problems.empty(), "what was imported can be loaded");
}

void control(std::string_view bytes) {
  const auto parsed = parseJson(bytes);
  if (!parsed) return;
  const auto call = control::callFromJson(*parsed);
  const Json answered = Json::parse(call ? control::answerText(call->id, call->params) : control::errorText(nullptr, call.error()));
  require(answered.at("jsonrpc") == "2.0" && answered.contains(call ? "result" : "error"), "every call has an answer");
  const Json& value = call ? call->params : *parsed;
  again(value, control::decisionFeedFromJson);
  again(value, control::decisionQueryFromJson);
  again(value, control::metricsFeedFromJson);
  again(value, control::metricsQueryFromJson);
  again(value, control::policyApplyFromJson);
  again(value, control::policyHistoryQueryFromJson);
  again(value, control::labelAddFromJson);
  // What a console reads of a router that may be any program.
  again(value, control::helloFromJson);
  again(value, control::statusFromJson);
  again(value, control::batchFromJson);
  again(value, control::pageFromJson);
  again(value, control::detailFromJson);
  again(value, control::reportFromJson);
  again(value, control::metricsDeltaFromJson);
  again(value, control::policyStateFromJson);
  again(value, control::policyRevisionFromJson);
  again(value, control::policyCheckFromJson);
  again(value, control::policyAppliedFromJson);
  again(value, control::auditPageFromJson);
}

}  // namespace signalbox::fuzz
