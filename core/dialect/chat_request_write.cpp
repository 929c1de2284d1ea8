// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/json_doc.h"
#include "dialect/openai_chat.h"

namespace signalbox::dialect {
namespace {

// Edits of the root object: a member that is there has its value replaced, the others are gathered and added at the end.
class RootEdits {
 public:
  explicit RootEdits(const domain::BodySpans& spans) : spans_(spans) {}
  void set(std::string_view key, domain::Span value, std::string with) {
    if (value)
      edits_.replace(value.begin, value.end, std::move(with));
    else
      added_ += ",\"" + std::string(key) + "\":" + with;
  }
  TextEdits& text() { return edits_; }
  std::string apply(std::string_view body) {
    if (!added_.empty()) edits_.insert(spans_.close, std::move(added_));
    return edits_.empty() ? std::string(body) : edits_.apply(body);
  }

 private:
  const domain::BodySpans& spans_;
  TextEdits edits_;
  std::string added_;
};

void askForUsage(const domain::Request& request, RootEdits& edits) {
  const auto& spans = request.spans;
  const bool object = spans.stream_options && request.body[spans.stream_options.begin] == '{';
  if (!object) {
    edits.set("stream_options", spans.stream_options, R"({"include_usage":true})");
  } else if (spans.include_usage) {
    edits.text().replace(spans.include_usage.begin, spans.include_usage.end, "true");
  } else {
    edits.text().insert(spans.stream_options.end - 1,
                        spans.stream_options_empty ? R"("include_usage":true)" : R"(,"include_usage":true)");
  }
}

}  // namespace

Additions additionsFor(const domain::Request& request, Evidence evidence) {
  Additions add;
  add.usage = request.stream && !request.wants_stream_usage;
  if (evidence == Evidence::None) return add;
  // One alternative even where none is read: a server exists that gives no probabilities at all without it.
  add.top = evidence == Evidence::Alternatives ? 20 : 1;
  add.keep = request.wants_logprobs ? request.top_logprobs.value_or(0) : 0;
  add.logprobs = !request.wants_logprobs;
  add.top_logprobs = request.wants_logprobs && add.keep < add.top;
  return add;
}

std::string writeChatRequest(const domain::Request& request, std::string_view model, const Additions& add,
                             std::optional<bool> stream) {
  const auto& spans = request.spans;
  RootEdits edits(spans);
  if (model != request.model) edits.set("model", spans.model, quoteJson(model));
  for (const auto& hint : spans.hints) edits.text().replace(hint.begin, hint.end, {});
  const bool streams = stream.value_or(request.stream);
  if (streams != request.stream) edits.set("stream", spans.stream, streams ? "true" : "false");
  if (streams && add.usage) {
    askForUsage(request, edits);
  } else if (!streams && request.stream && spans.stream_options) {
    edits.set("stream_options", spans.stream_options, "null");  // providers refuse options of a stream that is none
  }
  if (add.logprobs) edits.set("logprobs", spans.logprobs, "true");
  if ((add.logprobs || add.top_logprobs) && add.top > 0) edits.set("top_logprobs", spans.top_logprobs, std::to_string(add.top));
  return edits.apply(request.body);
}

}  // namespace signalbox::dialect
