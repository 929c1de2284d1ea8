// SPDX-License-Identifier: Apache-2.0
// Damaged configuration and policy texts, thousands of them from one seed: each is accepted or refused with a place inside the
// text, and nothing crashes or hangs.
#include <gtest/gtest.h>
#include <source_dir.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "config/config.h"
#include "policy/policy.h"

namespace signalbox {
namespace {

std::string textOf(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string damage(std::string text) {
    static const std::vector<std::string> kPieces{"{", "}", "[", "]", ":", ": ", "-", "\n", "\n  ", "\"", "'", "*a", "&a ", "null", "1e999", ".nan", "-1",
                                                  "true", "\xff", "|\n", "0x", "#", ",", "?", "!t ", "%", "@", "~", "é", "(", "\t"};
    const auto changes = 1 + random_() % 3;
    for (unsigned i = 0; i < changes && !text.empty(); ++i) {
      const std::size_t at = random_() % text.size();
      switch (random_() % 4) {
        case 0: text.erase(at, 1 + random_() % 20); break;
        case 1: text.insert(at, kPieces[random_() % kPieces.size()]); break;
        case 2: text[at] = static_cast<char>(random_() % 256); break;
        default: text.insert(at, text.substr(random_() % text.size(), random_() % 40)); break;
      }
    }
    return text;
  }

 private:
  std::mt19937 random_;
};

void expectPlacesInside(const config::ConfigErrors& errors, const std::string& text) {
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  for (const auto& error : errors) {
    EXPECT_LE(error.line, lines + 1) << error.string() << "\n" << text;
    EXPECT_FALSE(error.message.empty());
  }
}

TEST(ConfigMutationTest, damagedPoliciesAreAcceptedOrRefusedWithAPlace) {
  const std::string sample = textOf(SIGNALBOX_SOURCE_DIR "/resources/sample/policy.yaml");
  ASSERT_FALSE(sample.empty());
  Mutator mutator(3);
  const std::vector<std::string> tiers{"local", "mid", "frontier"};
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = mutator.damage(sample);
    const auto policy = config::readPolicy(text, "p.yaml", tiers, policy::check);
    expectPlacesInside(policy.errors, text);
    if (!policy.errors.empty()) ++refused;
    else EXPECT_TRUE(policy::compile(policy.document, tiers, 1));
  }
  EXPECT_GT(refused, 1000);
}

TEST(ConfigMutationTest, damagedConfigurationsAreAcceptedOrRefusedWithAPlace) {
  const std::string sample = textOf(SIGNALBOX_SOURCE_DIR "/resources/sample/signalbox.yaml");
  std::string folder = (std::filesystem::temp_directory_path() / "signalbox-mutation-XXXXXX").string();
  ASSERT_TRUE(::mkdtemp(folder.data()));
  std::filesystem::copy_file(SIGNALBOX_SOURCE_DIR "/resources/sample/policy.yaml", folder + "/policy.yaml");
  const auto secrets = config::systemSecrets();
  Mutator mutator(4);
  int refused = 0;
  for (int i = 0; i < 1500; ++i) {
    const std::string text = mutator.damage(sample);
    std::ofstream(folder + "/signalbox.yaml", std::ios::trunc) << text;
    const auto loaded = config::load(folder + "/signalbox.yaml", *secrets, policy::check);
    if (loaded) continue;
    ++refused;
    EXPECT_FALSE(loaded.error().empty());
    if (loaded.error()[0].file.ends_with("signalbox.yaml")) expectPlacesInside(loaded.error(), text);
  }
  EXPECT_GT(refused, 500);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace signalbox
