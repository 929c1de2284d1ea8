// SPDX-License-Identifier: Apache-2.0
#include "engine/access.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "admit/token_file.h"

namespace signalbox::engine {
namespace {

namespace fs = std::filesystem;

class AccessTest : public testing::Test {
 protected:
  AccessTest() : folder_(fs::temp_directory_path() / randomToken("access-")) {
    fs::create_directories(folder_);
    ::setenv("XDG_STATE_HOME", folder_.c_str(), 1);
  }
  ~AccessTest() override {
    ::unsetenv("XDG_STATE_HOME");
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] std::string stateFolder() const { return (folder_ / "signalbox").string(); }
  // As an editor or a provisioning tool does it: a new file takes the old one's place.
  [[nodiscard]] std::string put(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path + ".new") << text;
    ::chmod((path + ".new").c_str(), mode);
    fs::rename(path + ".new", path);
    return path;
  }
  [[nodiscard]] std::unique_ptr<Access> open(config::Config config = {}) const {
    auto access = Access::open({std::make_shared<const config::Config>(std::move(config)), {}, {}});
    EXPECT_TRUE(access) << access.error().message;
    return access ? std::move(*access) : nullptr;
  }
  [[nodiscard]] static std::string nameOf(const Access& access, const std::string& key) {
    http::Headers headers;
    headers.add("x-api-key", key);
    const auto ring = access.keys().get();
    const auto client = ring->authenticate(headers);
    return client ? (*client)->name : "";
  }
  fs::path folder_;
};

TEST_F(AccessTest, takesRotatedTokensOfTheStateFolderAndForgetsTheOldOnes) {
  const auto access = open();
  const std::string old = access->clientToken().reveal();
  std::vector<Access::ControlTokens> told;
  access->watch(std::chrono::hours(1), [&](Access::ControlTokens tokens) { told.push_back(std::move(tokens)); });
  EXPECT_EQ(nameOf(*access, old), "local");
  (void)access->look();
  EXPECT_FALSE(access->look()) << "nothing has happened";
  const auto client = admit::rotateToken(stateFolder(), admit::kClientTokenFile);
  ASSERT_TRUE(client);
  EXPECT_TRUE(access->look());
  EXPECT_EQ(nameOf(*access, old), "");
  EXPECT_EQ(nameOf(*access, client->token.reveal()), "local");
  EXPECT_EQ(access->clientToken().reveal(), client->token.reveal());
  EXPECT_TRUE(told.empty()) << "the control plane's token is the same";

  const auto control = admit::rotateToken(stateFolder(), admit::kControlTokenFile);
  ASSERT_TRUE(control);
  EXPECT_TRUE(access->look());
  ASSERT_EQ(told.size(), 1u);
  ASSERT_EQ(told[0].size(), 1u);
  EXPECT_EQ(told[0][0].token.reveal(), control->token.reveal());
  EXPECT_EQ(told[0][0].role, domain::Role::Admin);
  access->stop();
}

TEST_F(AccessTest, readsATokenFileAtTheStartAsItReadsItLater) {
  fs::create_directories(stateFolder());
  for (const char* file : {admit::kClientTokenFile, admit::kControlTokenFile}) {
    (void)put(std::string("signalbox/") + file, "my-own-token\n# made by a tool\n");
    const auto refused = Access::open({std::make_shared<const config::Config>(), {}, {}});
    ASSERT_FALSE(refused) << "half a second later nobody could come in";
    EXPECT_THAT(refused.error().message, testing::HasSubstr(file));
    EXPECT_THAT(refused.error().message, testing::Not(testing::HasSubstr("my-own")));
    (void)put(std::string("signalbox/") + file, "  " + std::string("my-own-token-") + file + "\n");
  }
  const auto access = open();
  ASSERT_TRUE(access);
  EXPECT_EQ(nameOf(*access, "my-own-token-client-token"), "local");
  EXPECT_FALSE(access->look());
  EXPECT_EQ(nameOf(*access, "my-own-token-client-token"), "local");
}

TEST_F(AccessTest, followsTheFilesOfConfiguredKeysAndTokens) {
  config::Config config;
  config.keys.push_back({"app", Secret("app-key-one"), {"tickets"}, {}, {}, {}, put("app", "app-key-one\n")});
  config.keys.push_back({"batch", Secret("batch-key"), {}, {}, {}, {}, {}});
  config.control_tokens.push_back({"ada", domain::Role::Tuner, Secret("ada-one"), put("ada", "ada-one")});
  const auto access = open(config);
  EXPECT_TRUE(access->clientFile().empty());
  (void)put("app", "app-key-two\n");
  (void)put("ada", "ada-two");
  EXPECT_TRUE(access->look());
  EXPECT_EQ(nameOf(*access, "app-key-one"), "");
  EXPECT_EQ(nameOf(*access, "app-key-two"), "app");
  EXPECT_EQ(nameOf(*access, "batch-key"), "batch");
  EXPECT_EQ(access->controlTokens().at(0).token.reveal(), "ada-two");
  EXPECT_EQ(access->controlTokens().at(0).role, domain::Role::Tuner);
}

TEST_F(AccessTest, keepsTheOldSecretWhereAFileNoLongerYieldsAGoodOne) {
  config::Config config;
  const std::string path = put("app", "app-key-one");
  config.keys.push_back({"app", Secret("app-key-one"), {}, {}, {}, {}, path});
  config.keys.push_back({"batch", Secret("batch-key"), {}, {}, {}, {}, {}});
  const auto access = open(config);
  (void)put("app", "   \n");
  EXPECT_FALSE(access->look()) << "an empty one";
  (void)put("app", "app-key-two", 0644);
  EXPECT_FALSE(access->look()) << "one that others may read";
  (void)put("app", "batch-key");
  EXPECT_FALSE(access->look()) << "the secret of another name";
  fs::remove(path);
  EXPECT_FALSE(access->look()) << "none";
  EXPECT_EQ(nameOf(*access, "app-key-one"), "app");
  EXPECT_EQ(nameOf(*access, "batch-key"), "batch");
  (void)put("app", "app-key-three");
  EXPECT_TRUE(access->look());
  EXPECT_EQ(nameOf(*access, "app-key-three"), "app");
}

TEST_F(AccessTest, changesAreToldInTheOrderInWhichTheyWereMade) {
  config::Config config;
  config.control_tokens = {{"eve", domain::Role::Admin, Secret("first"), put("eve", "first")}};
  const auto access = open(config);
  std::mutex mutex;
  std::condition_variable another;
  int begun = 0;
  std::vector<std::string> told;
  access->watch(std::chrono::hours(1), [&](const Access::ControlTokens& tokens) {
    std::unique_lock lock(mutex);
    ++begun;
    another.notify_all();
    // The first of them is slow; whoever comes after it must not be overtaken.
    if (begun == 1) another.wait_for(lock, std::chrono::milliseconds(300), [&] { return begun == 2; });
    told.push_back(tokens.front().token.reveal());
  });
  (void)put("eve", "second");
  std::jthread look([&] { EXPECT_TRUE(access->look()); });
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(another.wait_for(lock, std::chrono::seconds(10), [&] { return begun == 1; }));
  }
  config.control_tokens = {{"ada", domain::Role::Admin, Secret("third"), {}}};
  const auto next = open(config);
  access->adopt(*next);
  look.join();
  EXPECT_EQ(told, (std::vector<std::string>{"second", "third"}));
  access->stop();
}

}  // namespace
}  // namespace signalbox::engine
