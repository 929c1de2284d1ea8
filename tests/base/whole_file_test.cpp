// SPDX-License-Identifier: Apache-2.0
#include "base/whole_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace signalbox {
namespace {

namespace fs = std::filesystem;

class WholeFileTest : public testing::Test {
 protected:
  WholeFileTest() {
    std::string path = (fs::temp_directory_path() / "signalbox-file-XXXXXX").string();
    folder = ::mkdtemp(path.data());
  }
  ~WholeFileTest() override { fs::remove_all(folder); }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream in(folder / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::size_t files() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {})); }
  fs::path folder;
};

TEST_F(WholeFileTest, replacesWhatWasThereAndKeepsTheModeAsked) {
  const std::string path = (folder / "map.json").string();
  ASSERT_TRUE(writeWholeFile(path, "first", 0644));
  const std::string longer(100'000, 'x');
  ASSERT_TRUE(writeWholeFile(path, longer, 0600));
  EXPECT_EQ(text("map.json"), longer);
  EXPECT_EQ(files(), 1U) << "the temporary file is gone";
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(WholeFileTest, leavesNothingBehindWhereItCannotWrite) {
  const auto nowhere = writeWholeFile((folder / "none" / "map.json").string(), "x", 0644);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message, (folder / "none" / "map.json").string() + ": cannot be written: No such file or directory");
  fs::create_directory(folder / "taken");
  EXPECT_FALSE(writeWholeFile((folder / "taken").string(), "x", 0644)) << "a folder has that name";
  EXPECT_EQ(files(), 1U);
}

TEST_F(WholeFileTest, readsAllOfAFileAndNothingElse) {
  const std::string path = (folder / "text").string(), longer(1'000'000, 'y');
  ASSERT_TRUE(writeWholeFile(path, longer, 0644));
  EXPECT_EQ(readWholeFile(path).value(), longer);
  ASSERT_TRUE(writeWholeFile(path, "", 0644));
  EXPECT_EQ(readWholeFile(path).value(), "");
  const auto none = readWholeFile((folder / "none").string()), directory = readWholeFile(folder.string());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, (folder / "none").string() + ": cannot be opened: No such file or directory");
  ASSERT_FALSE(directory) << "not an empty text";
  EXPECT_EQ(directory.error().message, folder.string() + ": cannot be read: Is a directory");
}

}  // namespace
}  // namespace signalbox
