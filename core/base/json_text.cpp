// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "base/json_doc.h"
#include "base/strings.h"

namespace signalbox {
namespace {

std::uint32_t hexFour(std::string_view digits) {
  std::uint32_t code = 0;
  for (const char c : digits) {
    code = code << 4 | static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  }
  return code;
}

void appendUtf8(std::uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

// Length of the character of several bytes that `text` begins with; 0 when it begins with none.
std::size_t wideCharacter(std::string_view text) {
  for (std::size_t length = 2; length <= 4 && length <= text.size(); ++length) {
    if (isValidUtf8(text.substr(0, length))) return length;
  }
  return 0;
}

}  // namespace

void unescapeJson(std::string_view raw, std::string& out) {
  for (std::size_t i = 0; i < raw.size();) {
    const auto slash = raw.find('\\', i);
    out.append(raw.substr(i, slash - i));
    if (slash == std::string_view::npos) return;
    const char kind = raw[slash + 1];
    i = slash + 2;
    switch (kind) {
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': {
        std::uint32_t code = hexFour(raw.substr(i, 4));
        i += 4;
        if (code >= 0xd800 && code <= 0xdbff) {
          code = 0x10000 + ((code - 0xd800) << 10) + (hexFour(raw.substr(i + 2, 4)) - 0xdc00);
          i += 6;
        }
        appendUtf8(code, out);
        break;
      }
      default: out += kind;
    }
  }
}

std::string quoteJson(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const bool valid = isValidUtf8(text);
  std::string out = "\"";
  out.reserve(text.size() + 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      const auto at = std::string_view("\b\f\n\r\t").find(c);
      if (at != std::string_view::npos && c != '\0') {
        out += '\\';
        out += "bfnrt"[at];
      } else {
        out += "\\u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
      }
    } else if (byte < 0x80 || valid) {
      out += c;
    } else if (const std::size_t length = wideCharacter(text.substr(i)); length > 0) {
      out += text.substr(i, length);
      i += length - 1;
    } else {
      out += "\xef\xbf\xbd";
    }
  }
  return out + '"';
}

void TextEdits::replace(std::size_t begin, std::size_t end, std::string with) { edits_.push_back({begin, end, std::move(with)}); }

void TextEdits::removeMembers(JsonDoc::Node parent, std::span<const JsonDoc::Node> children) {
  const auto start = [&](JsonDoc::Node node) { return parent.isObject() ? node.keyBegin() : node.begin(); };
  const auto removed = [&](JsonDoc::Node node) {
    return std::any_of(children.begin(), children.end(), [&](JsonDoc::Node child) { return child.begin() == node.begin(); });
  };
  // Whole runs go at once, so that the commas between kept neighbours stay exactly one.
  JsonDoc::Node kept_before;
  for (auto node = parent.first(); node;) {
    if (!removed(node)) {
      kept_before = node;
      node = node.next();
      continue;
    }
    const auto run_first = node;
    auto run_last = node;
    for (node = node.next(); node && removed(node); node = node.next()) run_last = node;
    if (kept_before) {
      edits_.push_back({kept_before.end(), run_last.end(), {}});
    } else {
      edits_.push_back({start(run_first), node ? start(node) : run_last.end(), {}});
    }
  }
}

void TextEdits::setMember(JsonDoc::Node object, std::string_view key, std::string raw_value) {
  if (const auto existing = object[key]) {
    edits_.push_back({existing.begin(), existing.end(), std::move(raw_value)});
    return;
  }
  std::string text = object.size() > 0 ? "," : "";
  text += quoteJson(key) + ":" + std::move(raw_value);
  edits_.push_back({object.end() - 1, object.end() - 1, std::move(text)});
}

std::string TextEdits::apply(std::string_view text) const {
  const auto earlier = [](const Edit& a, const Edit& b) { return a.begin < b.begin; };
  if (!std::is_sorted(edits_.begin(), edits_.end(), earlier)) {  // most come in order, and copying them would cost more than the rest
    TextEdits sorted = *this;
    std::stable_sort(sorted.edits_.begin(), sorted.edits_.end(), earlier);
    return sorted.apply(text);
  }
  std::string out;
  out.reserve(text.size() + 64);
  std::size_t at = 0;
  for (const auto& edit : edits_) {
    if (edit.begin > at) out.append(text.substr(at, edit.begin - at));
    out += edit.with;
    at = std::max(at, edit.end);
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace signalbox
