// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <sys/stat.h>

#include "config/config.h"
#include "config/config_files.h"

namespace signalbox::config {
namespace {

using testing::HasSubstr;

TEST(SecretsTest, filesAreReadOnlyWhenNobodyElseCan) {
  const ConfigFiles files;
  const auto secrets = systemSecrets();
  const std::string path = files.write("key", "sk-canary-1234567\n");
  ::chmod(path.c_str(), 0600);
  const auto secret = secrets->file(path);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->reveal(), "sk-canary-1234567") << "without the end of the line";
  for (const mode_t mode : {0640, 0604, 0644, 0660}) {
    ::chmod(path.c_str(), mode);
    const auto refused = secrets->file(path);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("0600"));
    EXPECT_THAT(refused.error().message, testing::Not(HasSubstr("canary")));
  }
}

TEST(SecretsTest, filesThatAreNoSecretsAreRefused) {
  const ConfigFiles files;
  const auto secrets = systemSecrets();
  EXPECT_THAT(secrets->file(files.path("none")).error().message, HasSubstr("cannot be opened"));
  const std::string empty = files.write("empty", "\n");
  ::chmod(empty.c_str(), 0600);
  EXPECT_THAT(secrets->file(empty).error().message, HasSubstr("is empty"));
  const std::string large = files.write("large", std::string(100'000, 'x'));
  ::chmod(large.c_str(), 0600);
  EXPECT_THAT(secrets->file(large).error().message, HasSubstr("larger than"));
  EXPECT_THAT(secrets->file("/").error().message, HasSubstr("not a regular file"));
}

TEST(SecretsTest, aSecretIsOneWordWhereverItIsKept) {
  const ConfigFiles files;
  const auto secrets = systemSecrets();
  for (const std::string text : {"canary-one\ncanary-two\n", "canary one", "canary\tone", "canary\r\nX-Field: 1", "canary\x01" "one", "canary\x7fone"}) {
    const std::string path = files.write("key", text);
    ::chmod(path.c_str(), 0600);
    ::setenv("SIGNALBOX_TEST_SECRET", text.c_str(), 1);
    for (const auto& read : {secrets->file(path), secrets->env("SIGNALBOX_TEST_SECRET")}) {
      ASSERT_FALSE(read) << text;
      EXPECT_THAT(read.error().message, HasSubstr("more than a key"));
      EXPECT_THAT(read.error().message, testing::Not(HasSubstr("canary")));
    }
  }
  ::unsetenv("SIGNALBOX_TEST_SECRET");
}

TEST(SecretsTest, credentialsComeFromTheFolderOfTheServiceManagerAndFromNowhereElse) {
  const ConfigFiles files;
  const auto secrets = systemSecrets();
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_THAT(secrets->credential("api").error().message, HasSubstr("CREDENTIALS_DIRECTORY is not set"));
  const std::string path = files.write("api", "sk-canary-1234567\n");
  ::chmod(path.c_str(), 0440);  // as the service manager's access lists look
  ::setenv("CREDENTIALS_DIRECTORY", files.path("").c_str(), 1);
  const auto secret = secrets->credential("api");
  ASSERT_TRUE(secret) << secret.error().message;
  EXPECT_EQ(secret->reveal(), "sk-canary-1234567");
  EXPECT_THAT(secrets->credential("none").error().message, HasSubstr("no credential of that name"));
  for (const char* name : {"../api", "/etc/passwd", "..", "sub/api"}) EXPECT_FALSE(secrets->credential(name)) << name;
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST(SecretsTest, variablesMustBeSetAndNotEmpty) {
  const auto secrets = systemSecrets();
  ::setenv("SIGNALBOX_TEST_SECRET", "value", 1);
  EXPECT_EQ(secrets->env("SIGNALBOX_TEST_SECRET")->reveal(), "value");
  ::setenv("SIGNALBOX_TEST_SECRET", "", 1);
  EXPECT_THAT(secrets->env("SIGNALBOX_TEST_SECRET").error().message, HasSubstr("is empty"));
  ::unsetenv("SIGNALBOX_TEST_SECRET");
  EXPECT_THAT(secrets->env("SIGNALBOX_TEST_SECRET").error().message, HasSubstr("is not set"));
}

TEST(SecretsTest, withoutAKeyringTheErrorSaysSo) {
  ::setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
  const auto refused = systemSecrets()->keyring("none");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("keyring"));
}

class FolderTest : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("HOME", files.path("home").c_str(), 1);
    ::unsetenv("XDG_STATE_HOME");
    ::unsetenv("XDG_CONFIG_HOME");
    here_ = std::filesystem::current_path();
    std::filesystem::create_directories(files.path("work"));
    std::filesystem::current_path(files.path("work"));
  }
  void TearDown() override { std::filesystem::current_path(here_); }
  ConfigFiles files;
  std::filesystem::path here_;
};

TEST_F(FolderTest, theStateFolderIsMadeForTheOwnerOnly) {
  const auto folder = stateFolder();
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(*folder, files.path("home/.local/state/signalbox"));
  struct stat status {};
  ASSERT_EQ(::stat(folder->c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ::chmod(folder->c_str(), 0755);
  ASSERT_TRUE(stateFolder());
  ::stat(folder->c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0700U) << "one that was open to others is closed";
  ::setenv("XDG_STATE_HOME", files.path("state").c_str(), 1);
  EXPECT_EQ(*stateFolder(), files.path("state/signalbox"));
}

TEST_F(FolderTest, aStateFolderThatCannotBeIsAnError) {
  ::setenv("XDG_STATE_HOME", files.write("file", "x").c_str(), 1);
  EXPECT_FALSE(stateFolder());
}

TEST_F(FolderTest, theConfigurationIsLookedForHereAndThenInTheXdgFolder) {
  auto found = findConfigFile();
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr(files.path("home/.config/signalbox/signalbox.yaml")));
  std::filesystem::create_directories(files.path("home/.config/signalbox"));
  files.write("home/.config/signalbox/signalbox.yaml", "");
  EXPECT_EQ(*findConfigFile(), files.path("home/.config/signalbox/signalbox.yaml"));
  files.write("work/signalbox.yaml", "");
  EXPECT_EQ(*findConfigFile(), "signalbox.yaml");
}

}  // namespace
}  // namespace signalbox::config
