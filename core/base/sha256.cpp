// SPDX-License-Identifier: Apache-2.0
// The functions that know their algorithm: the general ones find, set up and ask a provider anew for every text, which takes longer
// than a short text's digest, and four times the code.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <stdexcept>

namespace signalbox {

Sha256 sha256(std::string_view data) {
  Sha256 digest{};
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, data.data(), data.size());
  SHA256_Final(digest.data(), &state);
  OPENSSL_cleanse(&state, sizeof state);  // it may have been a secret
  return digest;
}

std::string toHex(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

std::string sha256Hex(std::string_view data) {
  const Sha256 digest = sha256(data);
  return toHex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool equalConstantTime(const Sha256& a, const Sha256& b) { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

std::string randomToken(std::string_view prefix) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, 33> bytes{};  // 33 bytes are 44 digits of 6 bits, without a rest
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("the system gives no random numbers");
  std::string token(prefix);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned group = static_cast<unsigned>(bytes[i]) << 16 | static_cast<unsigned>(bytes[i + 1]) << 8 | bytes[i + 2];
    for (const int shift : {18, 12, 6, 0}) token += kAlphabet[(group >> shift) & 63];
  }
  return token;
}

}  // namespace signalbox
