// SPDX-License-Identifier: Apache-2.0
// Answers out of the hub, as legacy completions.
#include <map>

#include "dialect/citations.h"
#include "dialect/completions_hub.h"
#include "dialect/evidence.h"
#include "dialect/json_object.h"
#include "dialect/openai_chat.h"

namespace signalbox::dialect {
namespace {

std::string_view finishWord(Finish finish) {
  if (finish == Finish::Length) return "length";
  return finish == Finish::ContentFilter ? "content_filter" : "stop";
}

std::string usageText(const domain::Usage& usage) {
  return JsonObject().number("prompt_tokens", usage.input).number("completion_tokens", usage.output).number("total_tokens", usage.input + usage.output).str();
}

std::string alternativesText(JsonDoc::Node token) {
  std::map<std::string, std::string> seen;  // two tokens may be written alike, but no two members may
  JsonObject map;
  const auto add = [&](JsonDoc::Node entry) {
    const auto text = entry["token"].stringOr("");
    if (entry["logprob"] && seen.emplace(text, std::string()).second) map.named(text, entry["logprob"].raw());
  };
  if (const auto list = token["top_logprobs"]; list.isArray()) {
    for (auto entry = list.first(); entry; entry = entry.next()) add(entry);
  }
  add(token);
  return map.str();
}

// Elements of a chat's logprobs as the four lists of completions. `offset` goes on from piece to piece.
std::string logprobsText(std::string_view elements, std::int64_t& offset) {
  if (elements.empty()) return "null";
  const std::string array = "[" + std::string(elements) + "]";
  const auto doc = JsonDoc::parse(array, kAnswerLimits);
  if (!doc) return "null";
  JsonArray tokens, logprobs, alternatives, offsets;
  for (auto token = doc->root().first(); token; token = token.next()) {
    const auto text = token["token"].stringOr("");
    tokens.text(text);
    logprobs.raw(token["logprob"] ? token["logprob"].raw() : std::string_view("null"));
    alternatives.raw(alternativesText(token));
    offsets.raw(std::to_string(offset));
    offset += lengthOf(text);
  }
  return JsonObject().raw("tokens", tokens.str()).raw("token_logprobs", logprobs.str()).raw("top_logprobs", alternatives.str()).raw("text_offset", offsets.str()).str();
}

class CompletionsWriter final : public ReplyWriter {
 public:
  CompletionsWriter(const domain::Request& request, std::int64_t now) : wants_usage_(request.wants_stream_usage), created_(now) {}

  std::string whole(const Reply& reply) override {
    begin(reply.id, reply.model, reply.created);
    JsonArray choices;
    int index = 0;
    for (const auto& choice : reply.choices) {
      std::string text;
      for (const auto& part : choice.parts) {
        if (part.kind == Part::Kind::Text || part.kind == Part::Kind::Refusal) text += part.text;
      }
      choices.raw(choiceText(index++, text, choice.logprobs, finishWord(choice.finish)));
    }
    return answer(choices.str(), reply.usage ? usageText(*reply.usage) : std::string());
  }

  // Thoughts and calls of tools have no place in a completion.
  std::string piece(const Piece& piece) override {
    switch (piece.kind) {
      case Piece::Kind::Begin: begin(piece.id, piece.name, piece.created); return {};
      case Piece::Kind::Text:
      case Piece::Kind::Refusal: return event(choiceText(piece.choice, piece.text, {}, {}));
      case Piece::Kind::Logprobs: return event(choiceText(piece.choice, {}, piece.text, {}));
      case Piece::Kind::Finish: return event(choiceText(piece.choice, {}, {}, finishWord(piece.finish)));
      case Piece::Kind::Usage: usage_ = piece.usage; return {};
      default: return {};
    }
  }

  std::string terminal() override {
    std::string end;
    if (wants_usage_ && usage_) end = http::sseEvent(answer("[]", usageText(*usage_)));
    return end + http::sseEvent(kStreamEnd);
  }

 private:
  void begin(std::string_view id, std::string_view model, std::int64_t created) {
    constexpr std::string_view kOfChats = "chatcmpl-";
    id_ = id.starts_with(kOfChats) ? "cmpl-" + std::string(id.substr(kOfChats.size())) : std::string(id);
    model_ = model;
    if (created > 0) created_ = created;
  }

  std::string choiceText(int index, std::string_view text, std::string_view logprobs, std::string_view finish) {
    JsonObject choice;
    choice.text("text", text).number("index", index).raw("logprobs", logprobsText(logprobs, offsets_[index])).textOrNull("finish_reason", finish);
    return choice.str();
  }

  std::string event(const std::string& choice) const { return http::sseEvent(answer("[" + choice + "]", wants_usage_ ? "null" : "")); }

  std::string answer(std::string_view choices, std::string_view usage) const {
    JsonObject out;
    out.text("id", id_).raw("object", "\"text_completion\"").number("created", created_).text("model", model_).raw("choices", choices);
    if (!usage.empty()) out.raw("usage", usage);
    return out.str();
  }

  bool wants_usage_;
  std::int64_t created_;
  std::string id_;
  std::string model_;
  std::optional<domain::Usage> usage_;
  std::map<int, std::int64_t> offsets_;  // by choice
};

}  // namespace

std::unique_ptr<ReplyWriter> completionsReplyWriter(const domain::Request& request, std::int64_t now) {
  return std::make_unique<CompletionsWriter>(request, now);
}

}  // namespace signalbox::dialect
