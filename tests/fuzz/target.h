// SPDX-License-Identifier: Apache-2.0
// What a fuzz target is: a function of any bytes that ends, touches no memory but its own, and keeps the properties that it asserts
// with require(). The same functions are run over their corpora by the tests and under a fuzzer (docs/reliability.md).
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace signalbox::fuzz {

// A property does not hold. A test shows it; a fuzzer takes it for a crash.
struct Broken : std::logic_error {
  using std::logic_error::logic_error;
};
inline void require(bool holds, const char* what) {
  if (!holds) throw Broken(what);
}

// The first byte of an input chooses among the ways it can be taken, so that one corpus holds them all.
struct Chosen {
  unsigned way = 0;
  std::string_view rest;
};
inline Chosen choose(std::string_view bytes, unsigned ways) {
  if (bytes.empty()) return {};
  return {static_cast<unsigned char>(bytes.front()) % ways, bytes.substr(1)};
}

// Calls `piece` with `bytes` in parts whose sizes depend on `seed` alone; 0: byte by byte.
template <class Piece>
void divide(std::string_view bytes, std::uint64_t seed, const Piece& piece) {
  for (std::uint64_t state = seed; !bytes.empty();) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::size_t size = seed == 0 ? 1 : 1 + (state >> 33) % 40;
    piece(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
}

void request(std::string_view bytes);        // request_target.cpp: a connection's bytes as HTTP/1 requests
void response(std::string_view bytes);       // an upstream's
void events(std::string_view bytes);         // server-sent events
void json(std::string_view bytes);           // JSON texts, their index and edits
void inflate(std::string_view bytes);        // gzip and deflate
void client(std::string_view bytes);         // bodies of every client dialect, on to every upstream dialect
void answer(std::string_view bytes);         // answers and streams of every upstream dialect, back to every client dialect
void hide(std::string_view bytes);           // what an upstream says that holds the key it was asked with
void configuration(std::string_view bytes);  // signalbox.yaml
void policy(std::string_view bytes);         // policy documents
void litellm(std::string_view bytes);        // other people's configurations
void control(std::string_view bytes);        // messages of the control plane

}  // namespace signalbox::fuzz
