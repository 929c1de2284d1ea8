// SPDX-License-Identifier: Apache-2.0
#include "dialect/evidence.h"
#include "dialect/legacy_logprobs.h"
#include "dialect/openai_completions.h"
#include "dialect/openai_stream.h"
#include "dialect/request_edits.h"

namespace signalbox::dialect {
namespace {

constexpr std::string_view kWhole = "a completion";

constexpr StreamKind kKind{"completions", [](JsonDoc::Node choice, AnswerState& state) { state.text += choice["text"].stringOr(""); },
                           [](JsonDoc::Node choice) { return choice["text"]; }, &appendLegacyEvidence, &stripLegacyLogprobs};

class CompletionsToCompletions final : public OpenAiRelay {
 public:
  explicit CompletionsToCompletions(const Additions& add) : OpenAiRelay(kKind, add) {}

  Result<Outgoing> request(const domain::Request& request, std::string_view model, bool stream) override {
    RequestEdits edits(request, model, add_, stream);
    if (add_.logprobs || add_.top_logprobs) edits.set("logprobs", request.spans.logprobs, std::to_string(add_.top));
    return Outgoing{.path = "/completions", .body = edits.apply()};
  }

  Result<std::string> whole(std::string_view body, AnswerState& state) override {
    const auto doc = readAnswer(body, kWhole);
    if (!doc) return std::unexpected(doc.error());
    const auto root = doc->root();
    const auto choices = root["choices"];
    if (!choices.isArray() || choices.size() == 0) return malformedAnswer(kWhole, "it has no choices");
    if (!choices.first()["text"].isString()) return malformedAnswer(kWhole, "its first choice has no text");
    readChoices(kKind, choices, add_.judged, state);
    state.done = true;
    state.model = root["model"].stringOr("");
    state.usage = readUsage(root["usage"], root["service_tier"]);
    TextEdits edits;
    stripLegacyLogprobs(choices, add_, edits);
    return edits.empty() ? std::string(body) : edits.apply(body);
  }

  // A server without this endpoint is no sick one: nobody else is asked before it is asked for a chat.
  Error error(int status, std::string_view body, double retry_after_s) const override {
    Error said = OpenAiRelay::error(status, body, retry_after_s);
    if (add_.completions == Completions::Seek && (status == 405 || status == 501)) said.code = ErrorCode::UpstreamRejected;
    return said;
  }
};

}  // namespace

const StreamKind& completionsStream() { return kKind; }

std::unique_ptr<Translation> completionsToCompletions(const Additions& add) { return std::make_unique<CompletionsToCompletions>(add); }

bool lacksCompletions(const Error& error) {
  if (error.status == 404 || error.status == 405 || error.status == 501) return true;
  return error.status == 400 && (error.message.find("chat model") != std::string::npos || error.message.find("chat/completions") != std::string::npos);
}

}  // namespace signalbox::dialect
