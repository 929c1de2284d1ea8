// SPDX-License-Identifier: Apache-2.0
#include "dialect/hide_secret.h"

#include <cctype>
#include <charconv>

#include "base/json_doc.h"

namespace signalbox::dialect {
namespace {

constexpr std::string_view kInstead = "[removed]";
constexpr std::size_t kShortest = 8;

bool isWordAt(std::string_view text, std::size_t at) {
  return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_' || text[at] == '-');
}

std::string replaced(std::string_view text, std::string_view secret) {
  std::string out;
  std::size_t from = 0;
  for (auto at = text.find(secret); at != std::string_view::npos; at = text.find(secret, at + 1)) {
    if (at < from) continue;  // inside the one before
    const std::size_t end = at + secret.size();
    if (secret.size() < kShortest && (isWordAt(text, at - 1) || isWordAt(text, end))) continue;
    out.append(text.substr(from, at - from)).append(kInstead);
    from = end;
  }
  return out.append(text.substr(from));
}

// A text that is no JSON to us, with the escapes of JSON undone wherever one could stand: others read texts that were cut off, or
// that say a thing twice.
std::string readLoosely(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      plain += text[at];
      continue;
    }
    unsigned code = 0;
    const char* digits = text.data() + ++at + 1;
    const bool numbered = text[at] == 'u' && text.size() - at > 4 && std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4;
    plain += numbered && code < 0x80 ? static_cast<char>(code) : text[at];
    if (numbered) at += 4;
  }
  return plain;
}

class Hiding {
 public:
  explicit Hiding(std::string_view secret) : secret_(secret) {}
  void read(JsonDoc::Node node) {
    if (const auto text = node.string()) {
      if (auto hidden = replaced(*text, secret_); hidden != *text) edits_.replace(node.begin(), node.end(), quoteJson(hidden));
      return;
    }
    if (!node.isObject() && !node.isArray()) return;
    for (auto child = node.first(); child; child = child.next()) {
      if (node.isObject() && child.key().find(secret_) != std::string::npos) in_a_name_ = true;
      read(child);
    }
  }
  // Where a member's own name quotes it there is nothing worth keeping.
  [[nodiscard]] std::string apply(std::string_view said) const {
    if (in_a_name_) return {};
    return edits_.empty() ? std::string(said) : edits_.apply(said);
  }

 private:
  std::string_view secret_;
  TextEdits edits_;
  bool in_a_name_ = false;
};

}  // namespace

std::string hideSecret(std::string_view said, const Secret& secret) {
  const std::string& bytes = secret.reveal();
  if (bytes.empty()) return std::string(said);
  const auto doc = JsonDoc::parse(said);
  if (!doc) {
    std::string hidden = replaced(said, bytes);
    const bool escaped = bytes.size() >= kShortest && hidden.find('\\') != std::string::npos && readLoosely(hidden).find(bytes) != std::string::npos;
    return escaped ? std::string() : hidden;
  }
  Hiding hiding(bytes);
  hiding.read(doc->root());
  std::string out = hiding.apply(said);
  // A number can be one too.
  return bytes.size() >= kShortest && out.find(bytes) != std::string::npos ? replaced(out, bytes) : out;
}

}  // namespace signalbox::dialect
