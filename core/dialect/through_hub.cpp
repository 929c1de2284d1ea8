// SPDX-License-Identifier: Apache-2.0
#include "dialect/anthropic_error.h"
#include "dialect/citations.h"
#include "dialect/hub.h"
#include "dialect/openai_error.h"

namespace signalbox::dialect {
namespace {

// No model says as much; whoever does would have everything that is kept of an answer grow without an end.
constexpr std::size_t kMostParts = 10'000;

class ThroughHub final : public Translation {
 public:
  ThroughHub(const ClientSide& client, const UpstreamSide& upstream, const Additions& add, std::int64_t now)
      : client_(client), upstream_(upstream), add_(add), now_(now) {}

  Result<Outgoing> request(const domain::Request& request, std::string_view model, bool stream) override {
    const auto conversation = client_.conversation(request.body);
    if (!conversation) return std::unexpected(conversation.error());
    auto written = upstream_.write(*conversation, model, add_, stream);
    if (!written) return std::unexpected(inItsWords(std::move(written.error())));
    if (client_.word != nullptr) {
      for (auto& name : written->dropped) name = std::string(client_.word(name));
    }
    reader_ = upstream_.reader(*conversation, add_);
    writer_ = client_.writer(request, now_);
    Outgoing outgoing{.path = std::string(upstream_.path), .body = std::move(written->body), .dropped = std::move(written->dropped)};
    if (upstream_.headers != nullptr) outgoing.headers = upstream_.headers(request);
    return outgoing;
  }

  Result<std::string> whole(std::string_view body, AnswerState& state) override {
    const auto reply = reader_->whole(body, state);
    if (!reply) return std::unexpected(reply.error());
    for (const auto& choice : reply->choices) {
      if (choice.parts.size() + choice.calls.size() + choice.citations.size() > kMostParts) return tooManyParts();
      if (!choice.citations.empty() && !writer_->cites()) drop(state, "citations");
    }
    return writer_->whole(*reply);
  }

  Result<Relayed> event(const http::SseEvent& event, AnswerState& state) override {
    Relayed relayed{Relayed::Kind::Events};
    const auto pieces = reader_->event(event, state);
    if (!pieces) return std::unexpected(pieces.error());
    for (const auto& piece : *pieces) {
      if (begins(piece) && ++parts_ > kMostParts) return tooManyParts();
      if (piece.kind == Piece::Kind::Citation && !writer_->cites()) drop(state, "citations");
      relayed.text += writer_->piece(piece);
    }
    return relayed;
  }

  bool ends(const http::SseEvent& event) const override { return reader_->ends(event); }
  Result<void> checkEnd(const AnswerState& state) const override { return reader_->checkEnd(state); }
  std::string terminal(const http::SseEvent*) override { return writer_->terminal(); }

  std::string failure(const Error& error) override { return writer_ ? writer_->failure(error) : std::string(); }

  // Clients of OpenAI's know one shape of what a provider said; the others' is made of it where it is told.
  Error error(int status, std::string_view body, double retry_after_s) const override {
    Error said = readUpstreamError(status, body, retry_after_s);
    if (said.code == ErrorCode::UpstreamRejected && isAnthropicError(said.detail)) said.detail = openAiErrorBody(said.detail);
    return said;
  }

 private:
  Error inItsWords(Error error) const {
    if (client_.word == nullptr || error.code != ErrorCode::NotCarried) return error;
    const std::string said = "'" + error.param + "'";
    error.param = std::string(client_.word(error.param));
    if (error.message.starts_with(said)) error.message.replace(0, said.size(), "'" + error.param + "'");
    return error;
  }

  // Whether a part, a thought or a call begins with it: what writers keep until the end.
  bool begins(const Piece& piece) {
    using enum Piece::Kind;
    if (piece.kind == ToolBegin || piece.kind == Signature || piece.kind == Redacted || piece.kind == Citation) return true;
    const bool talk = piece.kind == Text || piece.kind == Refusal || piece.kind == Reasoning;
    return talk && piece.choice == 0 && std::exchange(talk_, piece.kind) != piece.kind;
  }

  static std::unexpected<Error> tooManyParts() {
    return fail(ErrorCode::UpstreamMalformed, "the upstream's answer has more than " + std::to_string(kMostParts) + " parts");
  }

  const ClientSide& client_;
  const UpstreamSide& upstream_;
  Additions add_;
  std::int64_t now_;
  std::unique_ptr<ReplyReader> reader_;
  std::unique_ptr<ReplyWriter> writer_;
  std::size_t parts_ = 0;
  Piece::Kind talk_ = Piece::Kind::Begin;
};

}  // namespace

std::unique_ptr<Translation> throughHub(const ClientSide& client, const UpstreamSide& upstream, const Additions& add, std::int64_t now) {
  return std::make_unique<ThroughHub>(client, upstream, add, now);
}

}  // namespace signalbox::dialect
