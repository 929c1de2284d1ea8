// SPDX-License-Identifier: Apache-2.0
#include "dialect/prompts.h"

#include "dialect/field_types.h"

namespace signalbox::dialect {
namespace {

bool isTokenNumber(JsonDoc::Node node) {
  const auto value = node.integer();
  return value && *value >= 0;
}

Result<Prompt> tokenNumbers(const std::string& where, JsonDoc::Node list) {
  std::size_t index = 0;
  for (auto number = list.first(); number; number = number.next(), ++index) {
    if (!isTokenNumber(number)) return wrongType(where + "[" + std::to_string(index) + "]", "the number of a token", number);
  }
  if (index == 0) return fail(ErrorCode::InvalidRequest, "'" + where + "' must not be empty", where);
  return Prompt{std::string(list.raw()), true, static_cast<std::int64_t>(index)};
}

}  // namespace

Result<std::vector<Prompt>> readPrompts(std::string_view name, JsonDoc::Node node) {
  const std::string where(name);
  if (auto text = node.string()) return std::vector<Prompt>{{std::move(*text)}};
  if (!node.isArray()) return wrongType(where, "a string or an array", node);
  if (node.size() == 0) return fail(ErrorCode::InvalidRequest, "'" + where + "' must not be empty", where);
  std::vector<Prompt> prompts;
  if (node.first().kind() == JsonDoc::Kind::Number) {
    auto one = tokenNumbers(where, node);
    if (!one) return std::unexpected(std::move(one.error()));
    prompts.push_back(std::move(*one));
    return prompts;
  }
  prompts.reserve(node.size());
  for (auto each = node.first(); each; each = each.next()) {
    if (auto text = each.string()) {
      prompts.push_back({std::move(*text)});
      continue;
    }
    const auto here = where + "[" + std::to_string(prompts.size()) + "]";
    if (!each.isArray()) return wrongType(here, "a string or an array of token numbers", each);
    auto one = tokenNumbers(here, each);
    if (!one) return std::unexpected(std::move(one.error()));
    prompts.push_back(std::move(*one));
  }
  return prompts;
}

void takePrompts(const std::vector<Prompt>& prompts, domain::Request& request) {
  std::string text;
  for (const auto& prompt : prompts) {
    if (!text.empty()) text += '\n';
    text += prompt.text;
    if (!prompt.tokens) continue;
    request.token_numbers += prompt.count;
    request.token_number_bytes += static_cast<std::int64_t>(prompt.text.size()) + 1;
  }
  request.messages.push_back({"user", std::move(text)});
}

}  // namespace signalbox::dialect
