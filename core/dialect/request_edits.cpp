// SPDX-License-Identifier: Apache-2.0
#include "dialect/request_edits.h"

namespace signalbox::dialect {

RequestEdits::RequestEdits(const domain::Request& request, std::string_view model, const Additions& add, std::optional<bool> stream)
    : request_(request) {
  const auto& spans = request.spans;
  if (model != request.model) set("model", spans.model, quoteJson(model));
  for (const auto& hint : spans.hints) edits_.replace(hint.begin, hint.end, {});
  const bool streams = stream.value_or(request.stream);
  if (streams != request.stream) set("stream", spans.stream, streams ? "true" : "false");
  if (streams && add.usage) {
    askForUsage();
  } else if (!streams && request.stream && spans.stream_options) {
    set("stream_options", spans.stream_options, "null");  // providers refuse options of a stream that is none
  }
}

void RequestEdits::set(std::string_view key, domain::Span value, std::string with) {
  if (value)
    edits_.replace(value.begin, value.end, std::move(with));
  else
    added_ += ",\"" + std::string(key) + "\":" + with;
}

void RequestEdits::askForUsage() {
  const auto& spans = request_.spans;
  const bool object = spans.stream_options && request_.body[spans.stream_options.begin] == '{';
  if (!object) {
    set("stream_options", spans.stream_options, R"({"include_usage":true})");
  } else if (spans.include_usage) {
    edits_.replace(spans.include_usage.begin, spans.include_usage.end, "true");
  } else {
    edits_.insert(spans.stream_options.end - 1, spans.stream_options_empty ? R"("include_usage":true)" : R"(,"include_usage":true)");
  }
}

std::string RequestEdits::apply() {
  if (!added_.empty()) edits_.insert(request_.spans.close, std::move(added_));
  return edits_.empty() ? request_.body : edits_.apply(request_.body);
}

}  // namespace signalbox::dialect
