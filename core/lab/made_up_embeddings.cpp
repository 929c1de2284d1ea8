// SPDX-License-Identifier: Apache-2.0
#include "lab/made_up_embeddings.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/base64.h"
#include "base/json_doc.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "dialect/prompts.h"
#include "text/tokens.h"

namespace signalbox::lab {
namespace {

constexpr std::int64_t kDimensions = 64;
constexpr std::int64_t kMostDimensions = 4096;

std::vector<float> vectorOf(std::string_view text, std::string_view model, std::int64_t dimensions) {
  std::vector<float> vector;
  double squares = 0;
  while (static_cast<std::int64_t>(vector.size()) < dimensions) {
    const auto digits = sha256Hex(std::to_string(vector.size()) + "\n" + std::string(model) + "\n" + std::string(text));
    for (std::size_t i = 0; i + 4 <= digits.size() && static_cast<std::int64_t>(vector.size()) < dimensions; i += 4) {
      const auto value = static_cast<float>(std::stoi(digits.substr(i, 4), nullptr, 16) - 32768) / 32768.0f;
      squares += static_cast<double>(value) * static_cast<double>(value);
      vector.push_back(value);
    }
  }
  const auto length = static_cast<float>(std::sqrt(std::max(squares, 1e-12)));
  for (float& value : vector) value /= length;
  return vector;
}

// Little-endian floats, as the API packs them.
std::string packed(const std::vector<float>& vector) {
  std::string bytes;
  for (const float value : vector) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 0xff);
  }
  return toBase64(bytes);
}

std::string numbers(const std::vector<float>& vector) {
  std::string text = "[";
  for (const float value : vector) text += (text.size() > 1 ? "," : "") + shortest(static_cast<double>(value));
  return text + "]";
}

}  // namespace

std::string madeUpEmbeddings(const domain::Request& request, std::string_view model) {
  const auto doc = JsonDoc::parse(request.body);
  const auto root = doc->root();
  const auto inputs = dialect::readPrompts("input", root["input"]);
  const bool as_bytes = root["encoding_format"].stringOr("") == "base64";
  const std::int64_t dimensions = std::clamp<std::int64_t>(root["dimensions"].integer().value_or(kDimensions), 1, kMostDimensions);
  std::string data;
  std::int64_t tokens = 0;
  std::size_t index = 0;
  for (const auto& input : *inputs) {
    const auto vector = vectorOf(input.text, model, dimensions);
    tokens += input.tokens ? input.count : text::estimateTokens(static_cast<std::int64_t>(input.text.size()));
    data += (index > 0 ? "," : "") + std::string("{\"object\":\"embedding\",\"index\":") + std::to_string(index) + ",\"embedding\":";
    data += (as_bytes ? "\"" + packed(vector) + "\"" : numbers(vector)) + "}";
    ++index;
  }
  return "{\"object\":\"list\",\"data\":[" + data + "],\"model\":" + quoteJson(model) + ",\"usage\":{\"prompt_tokens\":" + std::to_string(tokens) +
         ",\"total_tokens\":" + std::to_string(tokens) + "}}";
}

}  // namespace signalbox::lab
