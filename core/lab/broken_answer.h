// SPDX-License-Identifier: Apache-2.0
// Answers that no honest server sends: wrong lengths, compression bombs, lines without end. Sent over a raw connection, which
// ends with them.
#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "lab/chat_writer.h"
#include "lab/fault_script.h"
#include "server/handler.h"

namespace signalbox::lab {

struct AnswerPieces {
  std::string content_type;
  std::vector<std::string> pieces;  // of a stream: an event each, the last one its end
};
[[nodiscard]] AnswerPieces wholePieces(std::string body);
[[nodiscard]] AnswerPieces streamPieces(ChatStream stream);

// Sends `answer` as `fault` says, `pause` between two pieces. REQUIRES: fault.breaksFraming().
Task<void> sendBroken(const Fault& fault, const AnswerPieces& answer, Duration pause, server::Responder& responder);

}  // namespace signalbox::lab
