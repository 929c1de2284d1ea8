// SPDX-License-Identifier: Apache-2.0
#include "base/byte_block.h"

#include <gmock/gmock.h>

#include <string>

namespace signalbox {
namespace {

std::string blockWith(unsigned char byte, std::size_t at) {
  std::string block(ByteBlock::kSize, '\0');
  block[at] = static_cast<char>(byte);
  return block;
}

TEST(ByteBlockTest, answersForEveryByteAtEveryPlace) {
  for (unsigned byte = 1; byte < 256; ++byte) {
    for (std::size_t at = 0; at < ByteBlock::kSize; ++at) {
      const auto text = blockWith(static_cast<unsigned char>(byte), at);
      const auto block = ByteBlock::load(text.data());
      const ByteBlock::Bits bit = 1U << at;
      EXPECT_EQ(block.equal(static_cast<char>(byte)), bit) << byte;
      EXPECT_EQ(block.within(1, 0xff), bit) << byte;
      EXPECT_EQ(block.within('a', 'z'), byte >= 'a' && byte <= 'z' ? bit : 0U) << byte;
      EXPECT_EQ(block.within(0x80, 0xff), byte >= 0x80 ? bit : 0U) << byte;
      EXPECT_EQ(block.lowered().within('a', 'z') & bit, (byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z' ? bit : 0U) << byte;
    }
  }
}

TEST(ByteBlockTest, aShortTextIsFollowedByZeros) {
  for (std::size_t size = 0; size < ByteBlock::kSize; ++size) {
    const auto block = ByteBlock::loadShort(std::string(size, 'x'));
    EXPECT_EQ(block.equal('x'), (1U << size) - 1) << size;
    EXPECT_EQ(block.equal('\0'), 0xffffU & ~((1U << size) - 1)) << size;
  }
}

}  // namespace
}  // namespace signalbox
