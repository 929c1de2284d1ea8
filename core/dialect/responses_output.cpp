// SPDX-License-Identifier: Apache-2.0
#include "dialect/responses_output.h"

#include <array>

#include "base/sha256.h"
#include "dialect/hints.h"
#include "dialect/citations.h"
#include "dialect/json_object.h"
#include "dialect/request_parts.h"
#include "dialect/responses_hub.h"

namespace signalbox::dialect {
namespace {

constexpr std::size_t kIdLength = 40;

std::string usageJson(const domain::Usage& usage) {
  JsonObject out;
  out.number("input_tokens", usage.input);
  out.raw("input_tokens_details", JsonObject().number("cached_tokens", usage.cached_input).number("cache_write_tokens", usage.cache_write).str());
  out.number("output_tokens", usage.output);
  out.raw("output_tokens_details", JsonObject().number("reasoning_tokens", usage.reasoning).str());
  return out.number("total_tokens", usage.input + usage.output).str();
}

// The client's own, without the hints that were for the router.
std::string metadataJson(JsonDoc::Node metadata) {
  JsonObject out;
  if (metadata.isObject()) {
    for (auto member = metadata.first(); member; member = member.next()) {
      if (!isHintName(member.key())) out.named(member.key(), member.raw());
    }
  }
  return out.str();
}

std::string echoOf(JsonDoc::Node root) {
  const auto value = [&](std::string_view name, std::string_view unless) { return given(root[name]) ? root[name].raw() : unless; };
  const auto reasoning = root["reasoning"];
  const auto text = root["text"];
  JsonObject out;
  for (const std::string_view name : {"instructions", "max_output_tokens", "max_tool_calls", "temperature", "top_p"}) out.raw(name, value(name, "null"));
  out.raw("metadata", metadataJson(root["metadata"])).raw("parallel_tool_calls", value("parallel_tool_calls", "true"));
  out.raw("previous_response_id", "null").raw("background", "false").raw("store", "false");
  out.raw("tool_choice", value("tool_choice", "\"auto\"")).raw("tools", value("tools", "[]")).raw("truncation", value("truncation", "\"disabled\""));
  out.raw("top_logprobs", value("top_logprobs", "0"));
  out.raw("reasoning", given(reasoning) ? reasoning.raw() : std::string_view(R"({"effort":null,"summary":null})"));
  JsonObject format;
  format.raw("format", given(text["format"]) ? text["format"].raw() : std::string_view(R"({"type":"text"})"));
  if (given(text["verbosity"])) format.raw("verbosity", text["verbosity"].raw());
  out.raw("text", format.str());
  for (const std::string_view name : {"prompt_cache_key", "safety_identifier", "service_tier", "user"}) {
    if (given(root[name])) out.raw(name, root[name].raw());
  }
  const std::string all = out.str();
  return all.substr(1, all.size() - 2);
}

}  // namespace

std::string partJson(const OutputPart& part) {
  if (part.refusal) return JsonObject().raw("type", "\"refusal\"").text("refusal", part.text).str();
  JsonArray annotations;
  for (const auto& citation : part.citations) annotations.raw(responsesAnnotation(citation));
  return JsonObject().raw("type", "\"output_text\"").raw("annotations", annotations.str()).raw("logprobs", "[" + part.logprobs + "]").text("text", part.text).str();
}

std::string itemJson(const OutputItem& item, bool with_signature) {
  JsonObject out;
  out.text("id", item.id);
  if (item.kind == OutputItem::Kind::Reasoning) {
    JsonArray summary;
    if (!item.text.empty()) summary.raw(JsonObject().raw("type", "\"summary_text\"").text("text", item.text).str());
    out.raw("type", "\"reasoning\"").raw("summary", summary.str());
    if (with_signature) out.textOrNull("encrypted_content", item.signature);
    return out.text("status", item.status).str();
  }
  if (item.kind == OutputItem::Kind::Call) {
    out.raw("type", "\"function_call\"").text("status", item.status).text("arguments", item.text);
    return out.text("call_id", item.call_id).text("name", item.name).str();
  }
  JsonArray content;
  for (const auto& part : item.parts) content.raw(partJson(part));
  return out.raw("type", "\"message\"").text("status", item.status).raw("content", content.str()).raw("role", "\"assistant\"").str();
}

ResponseObject::ResponseObject(const domain::Request& request, std::int64_t now) : seed_(std::to_string(now)), created_(now) {
  const auto doc = JsonDoc::parse(request.body);
  if (!doc) return;  // it was read before
  echo_ = echoOf(doc->root());
  logprobs_ = request.wants_logprobs;
  signature_ = includes(doc->root(), kIncludeReasoning);
  seed_ += sha256Hex(request.body);
}

void ResponseObject::begin(std::string_view id, std::string_view model, std::int64_t created) {
  base_ = sha256Hex(id.empty() ? std::string_view(seed_) : id).substr(0, kIdLength);
  model_ = model;
  if (created > 0) created_ = created;
}

std::string ResponseObject::itemId(OutputItem::Kind kind, std::size_t at) const {
  static constexpr std::array<std::string_view, 3> kHeads{"rs_", "msg_", "fc_"};
  return std::string(kHeads[static_cast<std::size_t>(kind)]) + base_ + "_" + std::to_string(at);
}

std::string ResponseObject::json(const State& state) const {
  JsonObject out;
  out.text("id", "resp_" + base_).raw("object", "\"response\"").number("created_at", created_).text("status", state.status);
  out.raw("error", state.error.empty() ? "null" : state.error);
  out.raw("incomplete_details", state.incomplete.empty() ? "null" : JsonObject().text("reason", state.incomplete).str());
  out.text("model", model_).raw("output", state.output);
  if (state.usage) out.raw("usage", usageJson(*state.usage));
  std::string text = out.str();
  text.pop_back();
  return text + "," + echo_ + "}";
}

}  // namespace signalbox::dialect
