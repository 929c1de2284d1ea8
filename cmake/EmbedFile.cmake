# SPDX-License-Identifier: Apache-2.0
# Run by embed_resource(): writes INPUT as a string_view named SYMBOL into OUTPUT. Bytes go in as numbers, so that no text can
# end the literal early and no compiler limit on literals applies.
file(READ "${INPUT}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],0x[0-9a-f][0-9a-f],)" "\\1\n" bytes "${bytes}")
file(WRITE "${OUTPUT}" "#include <string_view>
namespace {
constexpr unsigned char bytes[] = {
${bytes}0};
}
namespace signalbox::resources {
extern const std::string_view ${SYMBOL};
const std::string_view ${SYMBOL}{reinterpret_cast<const char*>(bytes), sizeof(bytes) - 1};
}
")
