// SPDX-License-Identifier: Apache-2.0
// One target as the program that a fuzzer runs.
#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  signalbox::fuzz::SIGNALBOX_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
