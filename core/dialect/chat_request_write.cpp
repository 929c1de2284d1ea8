// SPDX-License-Identifier: Apache-2.0
#include "dialect/openai_chat.h"
#include "dialect/request_edits.h"

namespace signalbox::dialect {

Additions additionsFor(const domain::Request& request, Evidence evidence) {
  Additions add;
  add.usage = request.stream && !request.wants_stream_usage;
  if (evidence == Evidence::None) return add;
  // One alternative even where none is read: a server exists that gives no probabilities at all without it.
  const int most = request.dialect == domain::Dialect::OpenAiCompletions ? 5 : 20;  // that the APIs take
  add.top = evidence == Evidence::Alternatives ? most : 1;
  add.keep = request.wants_logprobs ? request.top_logprobs.value_or(0) : 0;
  add.logprobs = !request.wants_logprobs;
  add.top_logprobs = request.wants_logprobs && add.keep < add.top;
  return add;
}

std::string writeChatRequest(const domain::Request& request, std::string_view model, const Additions& add,
                             std::optional<bool> stream) {
  RequestEdits edits(request, model, add, stream);
  if (add.logprobs) edits.set("logprobs", request.spans.logprobs, "true");
  if ((add.logprobs || add.top_logprobs) && add.top > 0) edits.set("top_logprobs", request.spans.top_logprobs, std::to_string(add.top));
  return edits.apply();
}

}  // namespace signalbox::dialect
