// SPDX-License-Identifier: Apache-2.0
#include "console/options.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace signalbox::app {
namespace {

struct Answer {
  std::optional<int> status;
  ConsoleOptions options;
  std::string said;
};

Answer ask(std::vector<std::string> words) {
  words.insert(words.begin(), "signalbox-console");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  Answer answer;
  testing::internal::CaptureStderr();
  answer.status = parseOptions(static_cast<int>(argv.size()), argv.data(), answer.options);
  answer.said = testing::internal::GetCapturedStderr();
  return answer;
}

TEST(OptionsTest, whatCannotBeMeantTogetherEndsWithTwoAndTheNameOfIt) {
  const struct {
    std::vector<std::string> words;
    const char* named;
  } table[] = {
      {{"--attach", "ws://127.0.0.1:8788", "--headless"}, "--attach"},
      {{"--attach", "ws://127.0.0.1:8788", "--demo"}, "--attach"},
      {{"--demo", "--config", "signalbox.yaml"}, "--config"},
      {{"--attach", "http://127.0.0.1:8788"}, "http://127.0.0.1:8788"},
      {{"--token-env", "TOKEN"}, "--attach"},
      {{"--no-such-option"}, "--no-such-option"},
  };
  for (const auto& row : table) {
    const Answer answer = ask(row.words);
    EXPECT_EQ(answer.status, 2) << row.words.front();
    EXPECT_NE(answer.said.find(row.named), std::string::npos) << answer.said;
  }
}

TEST(OptionsTest, aTokenIsThereAndGoesToNobodyInThePlain) {
  ::setenv("SIGNALBOX_OPTIONS_TOKEN", "sbx-a-token", 1);
  ::unsetenv("SIGNALBOX_OPTIONS_NONE");
  const Answer empty = ask({"--attach", "wss://router.example", "--token-env", "SIGNALBOX_OPTIONS_NONE"});
  EXPECT_EQ(empty.status, 2);
  EXPECT_NE(empty.said.find("SIGNALBOX_OPTIONS_NONE"), std::string::npos) << empty.said;
  const std::vector<std::string> plain = {"--attach", "ws://router.example:8788", "--token-env", "SIGNALBOX_OPTIONS_TOKEN"};
  EXPECT_EQ(ask(plain).status, 2) << "readable on the way";
  EXPECT_NE(ask(plain).said.find("--plain"), std::string::npos);
  std::vector<std::string> meant = plain;
  meant.push_back("--plain");
  EXPECT_FALSE(ask(meant).status);
  EXPECT_FALSE(ask({"--attach", "ws://127.0.0.1:8788", "--token-env", "SIGNALBOX_OPTIONS_TOKEN"}).status) << "it never leaves this computer";
}

TEST(OptionsTest, whatWasAskedForIsPassedOn) {
  ::setenv("TOKEN", "sbx-a-token", 1);
  const Answer attached = ask({"--attach", "wss://router.example", "--token-env", "TOKEN"});
  ASSERT_FALSE(attached.status) << attached.said;
  EXPECT_EQ(attached.options.attach, "wss://router.example");
  EXPECT_EQ(attached.options.token_env, "TOKEN");
  const Answer headless = ask({"--config", "mine.yaml", "--headless"});
  ASSERT_FALSE(headless.status) << headless.said;
  EXPECT_TRUE(headless.options.headless);
  EXPECT_EQ(headless.options.config, "mine.yaml");
  EXPECT_FALSE(headless.options.demo);
}

}  // namespace
}  // namespace signalbox::app
