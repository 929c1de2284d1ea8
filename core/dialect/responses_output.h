// SPDX-License-Identifier: Apache-2.0
// The output items of a response and the object around them, as JSON. Internal to dialect/.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dialect/reply.h"
#include "domain/request.h"

namespace signalbox::dialect {

struct OutputPart {
  bool refusal = false;
  std::string text = {};
  std::vector<Citation> citations = {};
  std::string logprobs = {};  // elements of OpenAI's array `content`, without its brackets
};

struct OutputItem {
  enum class Kind : std::uint8_t { Reasoning, Message, Call };
  Kind kind = Kind::Message;
  std::string id = {};
  std::vector<OutputPart> parts = {};  // of a message
  std::string text = {};               // of reasoning; a call's arguments
  std::string signature = {};          // of reasoning
  std::string call_id = {};
  std::string name = {};
  std::string status = "in_progress";
};

// Lists of logprobs are there when the client asked for them, else empty.
[[nodiscard]] std::string partJson(const OutputPart& part);
// `with_signature`: the client asked for what makes reasoning known again.
[[nodiscard]] std::string itemJson(const OutputItem& item, bool with_signature);

// What of a response does not change while it is made: the request's own parameters, told back.
class ResponseObject {
 public:
  ResponseObject(const domain::Request& request, std::int64_t now);
  // REQUIRES: once, before what is below.
  void begin(std::string_view id, std::string_view model, std::int64_t created);
  [[nodiscard]] std::string itemId(OutputItem::Kind kind, std::size_t at) const;
  struct State {
    std::string_view status = {};
    std::string output = "[]";
    std::optional<domain::Usage> usage = {};
    std::string_view incomplete = {};  // the reason
    std::string error = {};            // JSON
  };
  [[nodiscard]] std::string json(const State& state) const;
  [[nodiscard]] bool withLogprobs() const { return logprobs_; }
  [[nodiscard]] bool withSignature() const { return signature_; }

 private:
  std::string seed_;  // of ids, where the upstream gives none
  std::string base_;  // of ids
  std::string model_;
  std::int64_t created_;
  std::string echo_;  // the request's parameters, as members
  bool logprobs_ = false;
  bool signature_ = false;
};

}  // namespace signalbox::dialect
