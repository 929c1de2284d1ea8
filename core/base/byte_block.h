// SPDX-License-Identifier: Apache-2.0
// Sixteen bytes looked at together, for loops over texts that find something in one byte of hundreds. With SSE2, which every x86-64
// has, a question about all of them is one instruction; elsewhere the compiler makes what it can of the plain loop. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>
#else
#include <array>
#endif

namespace signalbox {

class ByteBlock {
 public:
  static constexpr std::size_t kSize = 16;
  // Bit i tells of byte i.
  using Bits = std::uint32_t;

  // Reads kSize bytes from `at`.
  static ByteBlock load(const char* at);
  // A shorter text, zeros after its end. REQUIRES: text.size() < kSize
  static ByteBlock loadShort(std::string_view text) {
    char padded[kSize] = {};
    for (std::size_t i = 0; i < text.size(); ++i) padded[i] = text[i];
    return load(padded);
  }
  [[nodiscard]] Bits equal(char c) const;
  // Which lie between `first` and `last`, both included and taken as unsigned.
  [[nodiscard]] Bits within(unsigned char first, unsigned char last) const;
  // Which are one of two characters, or not above `last`, taken as unsigned: one question, as strings end at one of many bytes.
  [[nodiscard]] Bits equalOrUpTo(char a, char b, unsigned char last) const;
  // All with the bit 0x20 set: of ASCII's letters, the small ones.
  [[nodiscard]] ByteBlock lowered() const;

 private:
#ifdef __SSE2__
  explicit ByteBlock(__m128i bytes) : bytes_(bytes) {}
  __m128i bytes_;
#else
  using Bytes = std::array<unsigned char, kSize>;
  explicit ByteBlock(const Bytes& bytes) : bytes_(bytes) {}
  Bytes bytes_;
#endif
};

#ifdef __SSE2__

inline ByteBlock ByteBlock::load(const char* at) { return ByteBlock(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))); }

inline ByteBlock::Bits ByteBlock::equal(char c) const { return static_cast<Bits>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c)))); }

inline ByteBlock::Bits ByteBlock::within(unsigned char first, unsigned char last) const {
  const __m128i from_first = _mm_sub_epi8(bytes_, _mm_set1_epi8(static_cast<char>(first)));
  const __m128i most = _mm_set1_epi8(static_cast<char>(last - first));
  return static_cast<Bits>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(from_first, most), from_first)));
}

inline ByteBlock::Bits ByteBlock::equalOrUpTo(char a, char b, unsigned char last) const {
  const __m128i either = _mm_or_si128(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(a)), _mm_cmpeq_epi8(bytes_, _mm_set1_epi8(b)));
  const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes_, _mm_set1_epi8(static_cast<char>(last))), bytes_);
  return static_cast<Bits>(_mm_movemask_epi8(_mm_or_si128(either, low)));
}

inline ByteBlock ByteBlock::lowered() const { return ByteBlock(_mm_or_si128(bytes_, _mm_set1_epi8(0x20))); }

#else

inline ByteBlock ByteBlock::load(const char* at) {
  Bytes bytes;
  std::memcpy(bytes.data(), at, bytes.size());
  return ByteBlock(bytes);
}

inline ByteBlock::Bits ByteBlock::equal(char c) const {
  return within(static_cast<unsigned char>(c), static_cast<unsigned char>(c));
}

inline ByteBlock::Bits ByteBlock::within(unsigned char first, unsigned char last) const {
  Bits bits = 0;
  for (std::size_t i = 0; i < bytes_.size(); ++i) bits |= static_cast<Bits>(bytes_[i] >= first && bytes_[i] <= last) << i;
  return bits;
}

inline ByteBlock::Bits ByteBlock::equalOrUpTo(char a, char b, unsigned char last) const { return equal(a) | equal(b) | within(0, last); }

inline ByteBlock ByteBlock::lowered() const {
  Bytes bytes = bytes_;
  for (auto& byte : bytes) byte |= 0x20;
  return ByteBlock(bytes);
}

#endif

}  // namespace signalbox
