// SPDX-License-Identifier: Apache-2.0
#include "dialect/citations.h"

#include <algorithm>

#include "dialect/json_object.h"

namespace signalbox::dialect {
namespace {

JsonObject placeOf(const Citation& citation) {
  JsonObject out;
  return out.number("start_index", citation.begin).number("end_index", citation.end).text("url", citation.url).text("title", citation.title);
}

}  // namespace

std::int64_t lengthOf(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

std::optional<Citation> citationOfChat(JsonDoc::Node annotation) {
  const auto cited = annotation["url_citation"];
  if (!cited["url"].isString()) return std::nullopt;
  return Citation{cited["url"].stringOr(""), cited["title"].stringOr(""), cited["start_index"].integer().value_or(0), cited["end_index"].integer().value_or(0)};
}

std::optional<Citation> citationOfMessages(JsonDoc::Node citation, std::int64_t begin, std::int64_t end) {
  if (!citation["url"].isString()) return std::nullopt;
  return Citation{citation["url"].stringOr(""), citation["title"].stringOr(""), begin, end};
}

std::string chatAnnotation(const Citation& citation) {
  return JsonObject().raw("type", "\"url_citation\"").raw("url_citation", placeOf(citation).str()).str();
}

std::string responsesAnnotation(const Citation& citation) {
  const std::string place = placeOf(citation).str();
  return R"({"type":"url_citation",)" + place.substr(1);
}

void drop(AnswerState& state, std::string_view name) {
  if (std::ranges::find(state.dropped, name) == state.dropped.end()) state.dropped.emplace_back(name);
}

}  // namespace signalbox::dialect
