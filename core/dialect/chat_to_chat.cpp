// SPDX-License-Identifier: Apache-2.0
#include "dialect/chat_to_chat.h"

#include "dialect/openai_chat.h"

namespace signalbox::dialect {
namespace {

class ChatToChat final : public Translation {
 public:
  explicit ChatToChat(const Additions& add) : add_(add) {}

  Result<Outgoing> request(const domain::Request& request, std::string_view model, bool stream) override {
    return Outgoing{.path = "/chat/completions", .body = writeChatRequest(request, model, add_, stream)};
  }
  Result<std::string> whole(std::string_view body, AnswerState& state) override {
    auto answer = readChatAnswer(body);
    if (!answer) return std::unexpected(std::move(answer.error()));
    std::string relayed = writeChatAnswer(body, *answer, add_);
    state = std::move(static_cast<AnswerState&>(*answer));
    return relayed;
  }
  Result<Relayed> event(const http::SseEvent& event, AnswerState& state) override {
    auto chunk = relayChatChunk(event.data, add_, state);
    if (!chunk) return std::unexpected(std::move(chunk.error()));
    switch (chunk->kind) {
      case RelayedChunk::Kind::AsItCame: return Relayed{};
      case RelayedChunk::Kind::Changed: return Relayed{Relayed::Kind::Data, std::move(chunk->text)};
      case RelayedChunk::Kind::Dropped: return Relayed{Relayed::Kind::Dropped};
    }
    return Relayed{};
  }
  bool ends(const http::SseEvent& event) const override { return endsStream(event.data); }
  Result<void> checkEnd(const AnswerState& state) const override { return checkStreamEnd(state); }
  // Clients look for the terminal event as it is commonly written, so that an odd one is written anew.
  std::string terminal(const http::SseEvent* event) override {
    if (event != nullptr && event->data == kStreamEnd) return std::string(event->raw);
    return http::sseEvent(kStreamEnd, event != nullptr ? event->type : std::string());
  }
  Error error(int status, std::string_view body, double retry_after_s) const override { return readUpstreamError(status, body, retry_after_s); }

 private:
  Additions add_;
};

}  // namespace

std::unique_ptr<Translation> chatToChat(const Additions& add) { return std::make_unique<ChatToChat>(add); }

}  // namespace signalbox::dialect
