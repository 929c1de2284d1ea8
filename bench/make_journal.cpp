// SPDX-License-Identifier: Apache-2.0
// make_journal FILE ROWS [HOURS]: a store with that many made-up decisions, spread over the last HOURS (24), for benches that
// need a large one. Prints how long it took and what a row costs on disk.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "journal/journal.h"
#include "made_up_decision.h"

namespace {

using namespace signalbox;

// A UUIDv7 of this time, so that the order of the ids is that of the decisions.
Uuid idAt(WallMicros time) {
  Uuid id = Uuid::v7();
  const auto ms = static_cast<std::uint64_t>(time / 1000);
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  return id;
}

}  // namespace

int main(int argc, char** argv) {
  const auto rows = argc > 2 ? static_cast<std::size_t>(std::atoll(argv[2])) : 0;
  const double hours = argc > 3 ? std::atof(argv[3]) : 24;
  if (rows == 0 || hours <= 0) {
    std::fprintf(stderr, "usage: make_journal FILE ROWS [HOURS]\n");
    return 2;
  }
  journal::JournalOptions options;
  options.path = std::filesystem::absolute(argv[1]).string();
  options.max_bytes = std::int64_t{1} << 40;
  const SteadyTime began = steadyNow();
  {
    auto journal = journal::Journal::open(options);
    if (!journal) {
      std::fprintf(stderr, "make_journal: %s\n", journal.error().message.c_str());
      return 1;
    }
    std::mt19937_64 random(1);
    const WallMicros now = wallNow();
    const double step = hours * 3600e6 / static_cast<double>(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      domain::Decision decision = bench::decision(i, random);
      decision.ts = now - static_cast<WallMicros>(static_cast<double>(rows - i) * step);
      decision.id = idAt(decision.ts);
      while (!(*journal)->append(decision)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    (*journal)->flush();
  }
  const double seconds = std::chrono::duration<double>(steadyNow() - began).count();
  const auto bytes = static_cast<double>(std::filesystem::file_size(options.path));
  std::printf("%zu rows, %.0f MiB, %.0f bytes a row, %.0f s\n", rows, bytes / 1048576, bytes / static_cast<double>(rows), seconds);
  return 0;
}
