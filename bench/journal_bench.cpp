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

#include "base/sha256.h"
#include "journal/journal.h"
#include "journal/sqlite.h"

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

// The i-th: sessions of some eight turns, of which a few dozen are going on at any time.
domain::Decision decision(std::size_t i, std::mt19937_64& random) {
  const auto real = [&](double scale) { return scale * static_cast<double>(random() % 1'000'003) / 1e6; };
  static const char* const kTiers[] = {"local", "mid", "frontier"};
  domain::Decision d;
  d.id = Uuid::v7();
  d.ts = wallNow();
  d.router = "north";
  d.requested_model = "auto";
  d.workload = random() % 4 ? "tickets" : "chat";
  d.session = sha256Hex(std::to_string(i / 8 + random() % 48)).substr(0, 20);
  d.turn = static_cast<int>(random() % 8);
  d.user_hash = "5f2b1c9d8e7a6b3c";
  d.key = "app";
  d.prompt_hash = sha256Hex(d.id.string()).substr(0, 16);
  d.input_tokens = static_cast<std::int64_t>(random() % 4000);
  d.output_tokens = static_cast<std::int64_t>(random() % 800);
  for (const char* name : {"chars", "words", "sentences", "depth", "code", "questions", "digits", "keywords"}) {
    d.features.emplace_back(name, static_cast<double>(random() % 3000));
  }
  d.complexity = real(1);
  d.classifier = "heuristic";
  d.policy = 12;
  d.propensity = 1;
  const bool escalated = random() % 5 == 0;
  d.start_tier = kTiers[0];
  d.final_tier = kTiers[escalated ? 1 + random() % 2 : 0];
  d.reason = domain::Reason::Cascade;
  d.explanation = "score 0.27 is below 0.30: local; confidence 0.91 passes its gate of 0.82";
  d.escalations = escalated;
  d.confidence_raw = real(1);
  d.confidence = real(1);
  d.calibration = "tickets/llama-3-8b";
  d.verdict = random() % 20 ? domain::Verdict::Accept : domain::Verdict::Review;
  d.ttft_ms = real(300);
  d.latency_ms = real(1500);
  d.overhead_us = static_cast<std::int64_t>(random() % 400);
  d.cost_usd = real(0.01);
  d.usage_source = domain::UsageSource::Provider;
  d.status = 200;
  if (random() % 5000 == 0) d.outcome = domain::Outcome::Error, d.error = "upstream_timeout", d.status = 504;
  for (int n = 0; n <= d.escalations; ++n) {
    domain::Attempt attempt;
    attempt.n = n;
    attempt.tier = n ? d.final_tier : d.start_tier;
    attempt.model = n ? "gpt-4o-mini" : "llama-3-8b";
    attempt.upstream = n ? "openai" : "vllm";
    attempt.ts = d.ts + n;
    attempt.ttft_ms = real(200);
    attempt.latency_ms = real(700);
    attempt.input_tokens = d.input_tokens;
    attempt.output_tokens = d.output_tokens;
    attempt.cost_usd = real(0.01);
    attempt.confidence_raw = attempt.confidence = real(1);
    attempt.validators = "pass";
    attempt.status = 200;
    d.attempts.push_back(std::move(attempt));
  }
  return d;
}

std::vector<domain::Decision> decisions(std::size_t n) {
  std::mt19937_64 random(1);
  std::vector<domain::Decision> out;
  out.reserve(n);
  for (std::size_t i = 0; i < n; ++i) out.push_back(decision(i, random));
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
