// SPDX-License-Identifier: Apache-2.0
// Every target over its corpus, and over changes of it that are the same at every run.
#include <gtest/gtest.h>
#include <source_dir.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "fuzz/target.h"

namespace signalbox::fuzz {
namespace {

struct Target {
  const char* name;
  void (*run)(std::string_view);
};
constexpr Target kTargets[] = {{"request", request}, {"response", response}, {"events", events}, {"json", json}, {"inflate", inflate}, {"client", client},
                               {"answer", answer}, {"hide", hide}, {"configuration", configuration}, {"policy", policy}, {"litellm", litellm}, {"control", control}};
constexpr int kChangesOfEach = 200;

struct Input {
  std::string name, bytes;
};

std::vector<Input> corpus(const std::string& target) {
  std::vector<Input> all;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(SIGNALBOX_SOURCE_DIR) / "tests/fuzz/corpus" / target)) {
    std::ifstream file(entry.path(), std::ios::binary);
    all.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>(file), {}}});
  }
  std::ranges::sort(all, {}, &Input::name);
  return all;
}

// Bytes and blocks that are changed, left out, said twice or taken from another input.
std::string changed(std::string bytes, const std::vector<Input>& all, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  for (std::size_t n = 1 + below(4); n > 0; --n) {
    const std::size_t at = below(bytes.size() + 1), size = std::min(below(24), bytes.size() - at);
    const std::string& other = all[below(all.size())].bytes;
    const std::size_t from = below(other.size() + 1);
    switch (below(5)) {
      case 0: if (at < bytes.size()) bytes[at] = static_cast<char>(below(256)); break;
      case 1: bytes.erase(at, size); break;
      case 2: bytes.insert(at, bytes.substr(at, size)); break;
      case 3: bytes.replace(at, size, other.substr(from, below(48))); break;
      default: bytes.insert(at, 1, "\"\\{}[],:\r\n 0-"[below(13)]);
    }
  }
  return bytes;
}

std::string shown(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, 400)) {
    constexpr char kDigits[] = "0123456789abcdef";
    if (c >= ' ' && c < 127) text += c;
    else (text += "\\x") += {kDigits[static_cast<unsigned char>(c) >> 4], kDigits[c & 15]};
  }
  return text;
}

void holds(const Target& target, const Input& input, std::string_view bytes) {
  try {
    target.run(bytes);
  } catch (const std::exception& broken) {
    FAIL() << target.name << '/' << input.name << ": " << broken.what() << "\n" << shown(bytes);
  }
}

class CorpusTest : public testing::TestWithParam<Target> {};

TEST_P(CorpusTest, keepsItsProperties) {
  const auto all = corpus(GetParam().name);
  ASSERT_GT(all.size(), 5u);
  for (const auto& input : all) holds(GetParam(), input, input.bytes);
}

TEST_P(CorpusTest, keepsThemUnderChanges) {
  const auto all = corpus(GetParam().name);
  std::mt19937_64 random(20250901);
  for (const auto& input : all) {
    for (int n = 0; n < kChangesOfEach; ++n) {
      holds(GetParam(), input, changed(input.bytes, all, random));
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, CorpusTest, testing::ValuesIn(kTargets), [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace signalbox::fuzz
