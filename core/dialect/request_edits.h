// SPDX-License-Identifier: Apache-2.0
// A client's request edited in place for an upstream that speaks its dialect: every byte that need not change stays as it came.
// Internal to dialect/.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/json_doc.h"
#include "dialect/answer.h"
#include "domain/request.h"

namespace signalbox::dialect {

class RequestEdits {
 public:
  // Model replaced, hints taken out; the usage of a stream asked for where `add` says so. `stream` overrides the client's choice.
  RequestEdits(const domain::Request& request, std::string_view model, const Additions& add, std::optional<bool> stream);
  // A member of the root object: what is there has its value replaced, the others are gathered and added at the end.
  void set(std::string_view key, domain::Span value, std::string with);
  // Elements of an array of the request's body that are not sent on.
  void remove(JsonDoc::Node array, std::span<const JsonDoc::Node> elements) { edits_.removeMembers(array, elements); }
  [[nodiscard]] std::string apply();

 private:
  void askForUsage();

  const domain::Request& request_;
  TextEdits edits_;
  std::string added_;
};

}  // namespace signalbox::dialect
