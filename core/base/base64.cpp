// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <openssl/evp.h>

namespace signalbox {
namespace {
unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
}  // namespace

std::string toBase64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // it ends what it writes with a zero
  const int written = EVP_EncodeBlock(bytesOf(out), bytesOf(bytes), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(written));
  return out;
}

std::optional<std::string> fromBase64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  const std::size_t padding = (4 - text.size() % 4) % 4;
  // White space at its ends, and padding in its middle, would pass.
  if (padding == 3 || text.find_first_of("= \t\r\n") != std::string_view::npos) return std::nullopt;
  const std::string padded = std::string(text).append(padding, '=');
  std::string out(padded.size() / 4 * 3, '\0');
  const int written = EVP_DecodeBlock(bytesOf(out), bytesOf(std::string_view(padded)), static_cast<int>(padded.size()));
  if (written < 0) return std::nullopt;
  out.resize(out.size() - padding);
  return out;
}

}  // namespace signalbox
