// SPDX-License-Identifier: Apache-2.0
// What completions take as `prompt` and embeddings as `input`: a text, several, the numbers of a text's tokens, or several such.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json_doc.h"
#include "domain/request.h"

namespace signalbox::dialect {

struct Prompt {
  std::string text;     // of one that is given as token numbers, those numbers as they were written
  bool tokens = false;
  std::int64_t count = 0;  // of those numbers
};

// REQUIRES: `node` is there. InvalidRequest with `name` as param when it is none of the above.
[[nodiscard]] Result<std::vector<Prompt>> readPrompts(std::string_view name, JsonDoc::Node node);
// All of them as one message of the user, line by line: what is hashed, estimated and matched.
void takePrompts(const std::vector<Prompt>& prompts, domain::Request& request);

}  // namespace signalbox::dialect
