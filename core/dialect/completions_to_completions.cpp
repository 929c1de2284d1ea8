// SPDX-License-Identifier: Apache-2.0
#include "base/json_doc.h"
#include "dialect/evidence.h"
#include "dialect/legacy_logprobs.h"
#include "dialect/openai_chat.h"
#include "dialect/openai_completions.h"
#include "dialect/request_edits.h"

namespace signalbox::dialect {
namespace {

constexpr std::string_view kKind = "a completion";

std::unexpected<Error> malformed(std::string_view what) { return malformedAnswer(kKind, what); }

void readFirst(JsonDoc::Node choice, const Additions& add, AnswerState& state) {
  state.text += choice["text"].stringOr("");
  if (add.judged && !state.broken_evidence && !appendLegacyEvidence(choice["logprobs"], state.evidence)) state.broken_evidence = true;
  if (state.broken_evidence) state.evidence.clear();
  if (const auto finish = choice["finish_reason"]; finish.isString()) state.finish_reason = *finish.string();
  if (!state.finish_reason.empty()) dropEndTokens(state.evidence, state.text);
}

// The first of several choices is the one that is judged.
void readChoices(JsonDoc::Node choices, const Additions& add, AnswerState& state) {
  for (auto choice = choices.first(); choice; choice = choice.next()) {
    state.saw_choice = true;
    if (choice["index"].integer().value_or(0) == 0) readFirst(choice, add, state);
  }
}

class CompletionsToCompletions final : public Translation {
 public:
  explicit CompletionsToCompletions(const Additions& add) : add_(add) {}

  Result<Outgoing> request(const domain::Request& request, std::string_view model, bool stream) override {
    RequestEdits edits(request, model, add_, stream);
    if (add_.logprobs || add_.top_logprobs) edits.set("logprobs", request.spans.logprobs, std::to_string(add_.top));
    return Outgoing{.path = "/completions", .body = edits.apply()};
  }

  Result<std::string> whole(std::string_view body, AnswerState& state) override {
    const auto doc = readAnswer(body, kKind);
    if (!doc) return std::unexpected(doc.error());
    const auto root = doc->root();
    const auto choices = root["choices"];
    if (!choices.isArray() || choices.size() == 0) return malformed("it has no choices");
    if (!choices.first()["text"].isString()) return malformed("its first choice has no text");
    readChoices(choices, add_, state);
    state.done = true;
    state.model = root["model"].stringOr("");
    state.usage = readUsage(root["usage"], root["service_tier"]);
    TextEdits edits;
    stripLegacyLogprobs(choices, add_, edits);
    return edits.empty() ? std::string(body) : edits.apply(body);
  }

  Result<Relayed> event(const http::SseEvent& event, AnswerState& state) override {
    if (endsStream(event.data)) {
      state.done = true;
      return Relayed{};
    }
    const auto doc = JsonDoc::parse(event.data, kAnswerLimits);
    if (!doc) return malformed(doc.error().message);
    const auto root = doc->root();
    if (!root.isObject()) return malformed("an event is not an object");
    if (const auto error = root["error"]; error && !error.isNull()) return std::unexpected(readErrorMember(error.raw()));
    const auto choices = root["choices"];
    const auto usage = root["usage"];
    if (!choices.isArray() && !usage.isObject()) return malformed("an event has no choices");
    if (state.model.empty()) state.model = root["model"].stringOr("");
    if (choices.isArray()) readChoices(choices, add_, state);
    if (auto read = readUsage(usage, root["service_tier"])) state.usage = *read;
    return relayed(event.data, root);
  }

  bool ends(const http::SseEvent& event) const override { return endsStream(event.data); }
  Result<void> checkEnd(const AnswerState& state) const override {
    if (!state.done) return fail(ErrorCode::UpstreamTruncated, "the upstream's stream ended before its last event");
    if (!state.saw_choice) return malformed("its stream ended without any choice");
    if (state.finish_reason.empty()) return malformed("its stream ended without a finish_reason");
    return {};
  }
  std::string terminal(const http::SseEvent* event) override {
    if (event != nullptr && event->data == kStreamEnd) return std::string(event->raw);
    return http::sseEvent(kStreamEnd, event != nullptr ? event->type : std::string());
  }
  // A server without this endpoint is no sick one: nobody else is asked before it is asked for a chat.
  Error error(int status, std::string_view body, double retry_after_s) const override {
    Error said = readUpstreamError(status, body, retry_after_s);
    if (add_.completions == Completions::Seek && (status == 405 || status == 501)) said.code = ErrorCode::UpstreamRejected;
    return said;
  }

 private:
  // What of an event is not ours alone.
  Relayed relayed(std::string_view data, JsonDoc::Node root) const {
    TextEdits edits;
    const auto choices = root["choices"];
    if (const auto usage = root["usage"]; add_.usage && usage) {
      if (usage.isObject() && choices.isArray() && choices.size() == 0) return Relayed{.kind = Relayed::Kind::Dropped};
      if (usage.isNull()) edits.removeMember(root, usage);
    }
    stripLegacyLogprobs(choices, add_, edits);
    if (edits.empty()) return Relayed{};
    return Relayed{.kind = Relayed::Kind::Data, .text = edits.apply(data)};
  }

  Additions add_;
};

}  // namespace

std::unique_ptr<Translation> completionsToCompletions(const Additions& add) { return std::make_unique<CompletionsToCompletions>(add); }

bool lacksCompletions(const Error& error) {
  if (error.status == 404 || error.status == 405 || error.status == 501) return true;
  return error.status == 400 && (error.message.find("chat model") != std::string::npos || error.message.find("chat/completions") != std::string::npos);
}

}  // namespace signalbox::dialect
