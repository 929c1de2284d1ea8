// SPDX-License-Identifier: Apache-2.0
#include "base/memory_limit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace signalbox {
namespace {

class MemoryLimitTest : public testing::Test {
 protected:
  MemoryLimitTest() { std::filesystem::create_directories(folder_); }
  ~MemoryLimitTest() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  [[nodiscard]] std::optional<std::uint64_t> limit() const { return memoryLimit((folder_ / "cgroup").string(), (folder_ / "fs").string()); }
  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / ("memory-limit-" + std::to_string(::getpid()));
};

TEST_F(MemoryLimitTest, theSmallestOfAllGroupsAboveHolds) {
  write("cgroup", "0::/system.slice/signalbox.service\n");
  write("fs/system.slice/memory.max", "2000000\n");
  write("fs/system.slice/signalbox.service/memory.max", "max\n");
  EXPECT_EQ(limit(), 2'000'000U);
  write("fs/system.slice/signalbox.service/memory.max", "1000000\n");
  EXPECT_EQ(limit(), 1'000'000U);
}

TEST_F(MemoryLimitTest, theFirstVersionOfControlGroupsIsReadToo) {
  write("cgroup", "5:cpu,cpuacct:/a\n4:memory:/docker/abc\n");
  write("fs/memory/memory.limit_in_bytes", "3000000\n");  // a container sees its own group as the root
  EXPECT_EQ(limit(), 3'000'000U);
  write("fs/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limit(), std::nullopt);
}

TEST_F(MemoryLimitTest, withoutControlGroupsThereIsNone) { EXPECT_EQ(limit(), std::nullopt); }

TEST(ResidentTest, thisTestUsesSomeMemory) { EXPECT_GT(residentBytes(), 1u << 20); }

TEST(PhysicalMemoryTest, isWhatTheKernelSays) {
  std::ifstream meminfo("/proc/meminfo");
  std::string name;
  std::uint64_t kilobytes = 0;
  ASSERT_TRUE(meminfo >> name >> kilobytes);
  ASSERT_EQ(name, "MemTotal:");
  EXPECT_EQ(physicalMemory(), kilobytes * 1024);
}

}  // namespace
}  // namespace signalbox
