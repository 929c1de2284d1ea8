// SPDX-License-Identifier: Apache-2.0
// Answers of chat completions, as the hub has them.
#include <map>

#include "base/sha256.h"
#include "dialect/chat_hub.h"
#include "dialect/chat_read.h"
#include "dialect/citations.h"
#include "dialect/evidence.h"
#include "dialect/json_object.h"
#include "dialect/strip.h"

namespace signalbox::dialect {
namespace {

constexpr std::size_t kSeedLength = 20;

Finish readFinish(std::string_view word) {
  if (word == "length" || word == "model_length") return Finish::Length;
  if (word == "tool_calls" || word == "function_call") return Finish::ToolCalls;
  if (word == "content_filter") return Finish::ContentFilter;
  return word.empty() ? Finish::None : Finish::Stop;
}

std::string reasoningOf(JsonDoc::Node message) {
  auto text = message["reasoning_content"].stringOr("");
  return text.empty() ? message["reasoning"].stringOr("") : text;
}

// Which text a server met is told by few, beside the specification.
std::string stopSequence(JsonDoc::Node choice) { return choice["stop_reason"].stringOr(""); }

// The elements of `content`, as far as the client asked for them.
std::string logprobsFor(JsonDoc::Node choice, const Additions& add) {
  const auto content = choice["logprobs"]["content"];
  if (add.logprobs || !content.isArray() || content.size() == 0) return {};
  const auto inner = [](std::string_view array) { return std::string(array.substr(1, array.size() - 2)); };
  if (!add.top_logprobs) return inner(content.raw());
  const std::string alone = R"([{"logprobs":)" + std::string(choice["logprobs"].raw()) + "}]";
  const auto doc = JsonDoc::parse(alone, kAnswerLimits);
  if (!doc) return {};
  TextEdits edits;
  stripLogprobs(doc->root(), add, edits);
  const std::string cut = edits.apply(alone);
  const auto again = JsonDoc::parse(cut, kAnswerLimits);
  return again ? inner(again->root().first()["logprobs"]["content"].raw()) : std::string();
}

std::vector<Part> readParts(JsonDoc::Node message) {
  std::vector<Part> parts;
  if (auto text = reasoningOf(message); !text.empty()) parts.push_back({.kind = Part::Kind::Reasoning, .text = std::move(text)});
  const auto content = message["content"];
  if (auto text = content.string()) {
    if (!text->empty()) parts.push_back({.text = std::move(*text)});
  } else if (content.isArray()) {
    if (auto thoughts = contentThoughts(content); !thoughts.empty()) parts.push_back({.kind = Part::Kind::Reasoning, .text = std::move(thoughts)});
    for (auto part = content.first(); part; part = part.next()) {
      if (auto text_part = part["text"].stringOr(""); !text_part.empty()) parts.push_back({.text = std::move(text_part)});
    }
  }
  if (auto refusal = message["refusal"].stringOr(""); !refusal.empty()) parts.push_back({.kind = Part::Kind::Refusal, .text = std::move(refusal)});
  return parts;
}

std::vector<ToolCall> readCalls(JsonDoc::Node message) {
  std::vector<ToolCall> calls;
  const auto add = [&](std::string id, JsonDoc::Node function) {
    calls.push_back({std::move(id), function["name"].stringOr(""), argumentsText(function["arguments"])});
  };
  if (const auto list = message["tool_calls"]; list.isArray()) {
    for (auto call = list.first(); call; call = call.next()) add(call["id"].stringOr(""), call["function"]);
  }
  if (const auto function = message["function_call"]; function.isObject()) add({}, function);
  return calls;
}

// Whom the words are from, and what else there is beside them that the hub has no word for.
std::vector<Citation> readCitations(JsonDoc::Node message, AnswerState& state) {
  std::vector<Citation> citations;
  if (!message.isObject()) return citations;
  for (auto member = message.first(); member; member = member.next()) {
    if (saysNothing(member)) continue;
    const std::string name = member.key();
    if (name != "annotations" || !member.isArray()) {
      if (!isReadMember(name)) drop(state, name);
      continue;
    }
    for (auto annotation = member.first(); annotation; annotation = annotation.next()) {
      if (auto citation = citationOfChat(annotation)) citations.push_back(std::move(*citation));
      else drop(state, name);
    }
  }
  return citations;
}

class ChatReader final : public ReplyReader {
 public:
  ChatReader(const Additions& add, std::size_t turns) : add_(add), turns_(turns) {}

  Result<Reply> whole(std::string_view body, AnswerState& state) override {
    const auto doc = JsonDoc::parse(body, kAnswerLimits);
    if (!doc) return fail(ErrorCode::UpstreamMalformed, "the upstream's answer is not a chat completion: " + doc.error().message);
    const auto root = doc->root();
    auto answer = readChatAnswer(root);
    if (!answer) return std::unexpected(std::move(answer.error()));
    Reply reply{.id = root["id"].stringOr(""), .model = answer->model, .created = root["created"].integer().value_or(0), .usage = answer->usage};
    const std::string seed = seedOf(reply.id, reply.created);
    for (auto node = root["choices"].first(); node; node = node.next()) {
      const auto message = node["message"];
      auto calls = readCalls(message);
      for (std::size_t i = 0; i < calls.size(); ++i) {
        if (calls[i].id.empty()) calls[i].id = madeId(seed, static_cast<int>(reply.choices.size()), static_cast<int>(i));
      }
      reply.choices.push_back({.parts = readParts(message),
                               .calls = std::move(calls),
                               .citations = readCitations(message, *answer),
                               .finish = readFinish(node["finish_reason"].stringOr("")),
                               .stop_sequence = stopSequence(node),
                               .logprobs = logprobsFor(node, add_)});
    }
    state = std::move(static_cast<AnswerState&>(*answer));
    return reply;
  }

  Result<std::vector<Piece>> event(const http::SseEvent& event, AnswerState& state) override {
    std::vector<Piece> pieces;
    if (endsStream(event.data)) {
      state.done = true;
      return pieces;
    }
    const auto doc = JsonDoc::parse(event.data, kAnswerLimits);
    if (!doc) return malformedChunk(doc.error().message);
    const auto root = doc->root();
    if (auto read = readChatChunk(root, gathers(add_, state), state); !read) return std::unexpected(std::move(read.error()));
    if (const auto choices = root["choices"]; choices.isArray()) {
      begin(root, pieces);
      for (auto choice = choices.first(); choice; choice = choice.next()) readChoice(choice, state, pieces);
    }
    if (const auto usage = readUsage(root["usage"], root["service_tier"])) pieces.push_back({.kind = Piece::Kind::Usage, .usage = *usage});
    return pieces;
  }

  bool ends(const http::SseEvent& event) const override { return endsStream(event.data); }
  Result<void> checkEnd(const AnswerState& state) const override { return checkStreamEnd(state); }

 private:
  // Providers exist whose first event is about the request, with neither id nor model.
  void begin(JsonDoc::Node root, std::vector<Piece>& pieces) {
    if (begun_) return;
    Piece piece{.kind = Piece::Kind::Begin, .id = root["id"].stringOr(""), .name = root["model"].stringOr(""), .created = root["created"].integer().value_or(0)};
    begun_ = root["choices"].size() > 0 || !piece.id.empty() || !piece.name.empty();
    if (!begun_) return;
    id_seed_ = seedOf(piece.id, piece.created);
    pieces.push_back(std::move(piece));
  }

  // What ids of calls are made of where the upstream gives none: no two answers of a conversation have the same.
  std::string seedOf(std::string_view id, std::int64_t created) const {
    return sha256Hex(std::string(id) + "/" + std::to_string(created) + "/" + std::to_string(turns_)).substr(0, kSeedLength);
  }
  static std::string madeId(std::string_view seed, int choice, int index) {
    return "call_" + std::string(seed) + "_" + std::to_string(choice) + "_" + std::to_string(index);
  }

  void readChoice(JsonDoc::Node choice, AnswerState& state, std::vector<Piece>& pieces) {
    const int n = static_cast<int>(choice["index"].integer().value_or(0));
    const auto delta = choice["delta"];
    const auto say = [&](Piece::Kind kind, std::string text) {
      if (!text.empty()) pieces.push_back({.kind = kind, .choice = n, .text = std::move(text)});
    };
    say(Piece::Kind::Reasoning, reasoningOf(delta));
    const auto content = delta["content"];
    if (content.isArray()) say(Piece::Kind::Reasoning, contentThoughts(content));
    say(Piece::Kind::Text, contentText(content));
    say(Piece::Kind::Refusal, delta["refusal"].stringOr(""));
    for (auto& citation : readCitations(delta, state)) pieces.push_back({.kind = Piece::Kind::Citation, .choice = n, .citation = std::move(citation)});
    if (const auto calls = delta["tool_calls"]; calls.isArray()) {
      int at = 0;
      for (auto call = calls.first(); call; call = call.next(), ++at) {
        readCall(n, static_cast<int>(call["index"].integer().value_or(at)), call["id"].stringOr(""), call["function"], pieces);
      }
    }
    if (const auto function = delta["function_call"]; function.isObject()) readCall(n, 0, {}, function, pieces);
    say(Piece::Kind::Logprobs, logprobsFor(choice, add_));
    if (const auto finish = readFinish(choice["finish_reason"].stringOr("")); finish != Finish::None) {
      pieces.push_back({.kind = Piece::Kind::Finish, .choice = n, .text = stopSequence(choice), .finish = finish});
    }
  }

  // Some servers repeat name and id in every delta, some make up an id for each, and some give every call of an answer the same index.
  void readCall(int choice, int index, std::string id, JsonDoc::Node function, std::vector<Piece>& pieces) {
    auto name = function["name"].stringOr("");
    auto& call = calls_[{choice, index}];
    if (call.place < 0 || (!id.empty() && !call.id.empty() && id != call.id && !name.empty())) {
      call = {begun_calls_[choice]++, id};
      if (id.empty()) id = madeId(id_seed_, choice, call.place);
      pieces.push_back({.kind = Piece::Kind::ToolBegin, .choice = choice, .index = call.place, .id = std::move(id), .name = std::move(name)});
    }
    if (auto text = argumentsText(function["arguments"]); !text.empty()) {
      pieces.push_back({.kind = Piece::Kind::ToolArguments, .choice = choice, .index = call.place, .text = std::move(text)});
    }
  }

  Additions add_;
  std::size_t turns_;
  std::string id_seed_;
  bool begun_ = false;
  struct Call {
    int place = -1;  // among those of its choice; -1: has not begun
    std::string id;  // as the upstream gives it
  };
  std::map<std::pair<int, int>, Call> calls_;  // by choice and index, the last one of each
  std::map<int, int> begun_calls_;             // how many, by choice
};

}  // namespace

std::string argumentsText(JsonDoc::Node arguments) {
  if (auto text = arguments.string()) return std::move(*text);
  return arguments && !arguments.isNull() ? std::string(arguments.raw()) : std::string();
}

std::unique_ptr<ReplyReader> chatReplyReader(const Conversation& conversation, const Additions& add) {
  return std::make_unique<ChatReader>(add, conversation.turns.size());
}

}  // namespace signalbox::dialect
