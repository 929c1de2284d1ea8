// SPDX-License-Identifier: Apache-2.0
#include "dialect/chat_to_chat.h"

#include "dialect/openai_stream.h"

namespace signalbox::dialect {
namespace {

class ChatToChat final : public OpenAiRelay {
 public:
  explicit ChatToChat(const Additions& add) : OpenAiRelay(chatStream(), add) {}

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
};

}  // namespace

std::unique_ptr<Translation> chatToChat(const Additions& add) { return std::make_unique<ChatToChat>(add); }

}  // namespace signalbox::dialect
