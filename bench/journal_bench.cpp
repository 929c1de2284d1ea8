// SPDX-License-Identifier: Apache-2.0
// The journal, durable. Cases:
//   journal/naive    one INSERT and one fsync for each decision, plain text columns: what one would write first
//   journal/grouped  the journal: two threads hand over, its thread commits in groups; rows/s, bytes/row, ratio to naive
//   journal/append   what handing over costs the request path
//   journal/filter   the first 100 rows of filters, common and rare, over what was written
// SIGNALBOX_BENCH_ROWS sets how many decisions are written (200,000).
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "journal/journal.h"
#include "journal/sqlite.h"
#include "made_up_decision.h"

namespace {

using namespace signalbox;

class Folder {
 public:
  // Beside the build, because the system's temporary folder may be in memory.
  Folder() : path_(std::filesystem::current_path() / randomToken("journal-bench-")) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }
  [[nodiscard]] std::int64_t bytes(const std::string& prefix) const {
    std::int64_t sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      if (entry.path().string().starts_with(prefix) && entry.path().extension() != ".inflight") {
        sum += static_cast<std::int64_t>(entry.file_size());
      }
    }
    return sum;
  }

 private:
  std::filesystem::path path_;
};

std::vector<domain::Decision> decisions(std::size_t n) {
  std::mt19937_64 random(1);
  std::vector<domain::Decision> out;
  out.reserve(n);
  for (std::size_t i = 0; i < n; ++i) out.push_back(bench::decision(i, random));
  return out;
}

std::size_t wanted() {
  const char* rows = std::getenv("SIGNALBOX_BENCH_ROWS");
  return rows ? static_cast<std::size_t>(std::atoll(rows)) : 200'000;
}

double seconds(SteadyTime since) { return std::chrono::duration<double>(steadyNow() - since).count(); }

// Rows per second of one INSERT, and so one fsync, each.
double naiveRate(const Folder& folder, const std::vector<domain::Decision>& rows) {
  const std::string path = folder.file("naive.db");
  std::fclose(std::fopen(path.c_str(), "w"));
  auto db = journal::Database::open(path, journal::Database::Mode::ReadWrite);
  (void)db->run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE decisions(id TEXT PRIMARY KEY, ts INTEGER, router "
      "TEXT, "
      "workload TEXT, session TEXT, tier TEXT, explanation TEXT, latency_ms REAL, cost_usd REAL, confidence REAL)");
  auto insert = db->prepare("INSERT INTO decisions VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const SteadyTime start = steadyNow();
  for (const auto& d : rows) {
    insert->bindCopy(1, d.id.string());
    insert->bind(2, d.ts);
    insert->bindCopy(3, d.router);
    insert->bindCopy(4, d.workload);
    insert->bindCopy(5, d.session);
    insert->bindCopy(6, d.final_tier);
    insert->bindCopy(7, d.explanation);
    insert->bind(8, d.latency_ms);
    insert->bind(9, d.cost_usd);
    insert->bind(10, d.confidence);
    (void)insert->run();
  }
  return static_cast<double>(rows.size()) / seconds(start);
}

void naive(benchmark::State& state) {
  const Folder folder;
  const auto rows = decisions(std::min<std::size_t>(wanted(), 1000));
  double rate = 0;
  for (auto _ : state) rate = naiveRate(folder, rows);
  state.counters["rows/s"] = rate;
}
BENCHMARK(naive)->Name("journal/naive")->Iterations(1)->Unit(benchmark::kMillisecond);

void grouped(benchmark::State& state) {
  const Folder folder;
  const auto rows = decisions(wanted());
  const double baseline =
      naiveRate(folder, {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(rows.size(), 1000))});
  journal::JournalOptions options;
  options.path = folder.file("store.db");
  options.max_bytes = std::int64_t{1} << 40;
  for (auto _ : state) {
    auto journal = journal::Journal::open(options);
    const SteadyTime start = steadyNow();
    const auto producer = [&](std::size_t first) {
      for (std::size_t i = first; i < rows.size(); i += 2) {
        (*journal)->begin(rows[i].id);
        while (!(*journal)->append(rows[i])) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    };
    std::thread other(producer, 1);
    producer(0);
    other.join();
    (*journal)->flush();
    const double rate = static_cast<double>(rows.size()) / seconds(start);
    journal->reset();
    state.counters["rows/s"] = rate;
    state.counters["times_naive"] = rate / baseline;
    state.counters["bytes/row"] = static_cast<double>(folder.bytes(options.path)) / static_cast<double>(rows.size());
  }
}
BENCHMARK(grouped)->Name("journal/grouped")->Iterations(1)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

void append(benchmark::State& state) {
  const Folder folder;
  const auto rows = decisions(std::min<std::size_t>(wanted(), 20'000));
  journal::JournalOptions options;
  options.path = folder.file("store.db");
  auto journal = journal::Journal::open(options);
  std::mt19937_64 random(2);
  std::size_t at = 0;
  for (auto _ : state) {
    state.PauseTiming();
    domain::Decision d = rows[at++ % rows.size()];
    d.id = Uuid::v7();
    if (at % 1000 == 0) (*journal)->flush();
    state.ResumeTiming();
    (*journal)->begin(d.id);
    benchmark::DoNotOptimize((*journal)->append(std::move(d)));
  }
}
BENCHMARK(append)->Name("journal/append");

void filter(benchmark::State& state) {
  static const Folder folder;
  static const auto journal = [] {
    journal::JournalOptions options;
    options.path = folder.file("store.db");
    options.max_bytes = std::int64_t{1} << 40;
    auto opened = std::move(*journal::Journal::open(options));
    for (const auto& row : decisions(wanted())) {
      while (!opened->append(row)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    opened->flush();
    return opened;
  }();
  static const char* const kFilters[] = {"{}",
                                         R"({"final_tier": "mid"})",
                                         R"({"workload": "chat", "verdict": "review"})",
                                         R"({"outcome": "error"})",
                                         R"({"text": "upstream_time"})",
                                         R"({"latency_ms": {"gt": 1499.9}})"};
  auto reader = std::move(*journal->reader());
  journal::DecisionQuery query;
  query.where = *domain::whereFromJson(Json::parse(kFilters[state.range(0)]));
  std::size_t found = 0;
  for (auto _ : state) found = reader->decisions(query)->size();
  state.counters["found"] = static_cast<double>(found);
  state.SetLabel(kFilters[state.range(0)]);
}
BENCHMARK(filter)->Name("journal/filter")->DenseRange(0, 5)->Unit(benchmark::kMicrosecond);

}  // namespace
