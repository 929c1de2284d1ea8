// SPDX-License-Identifier: Apache-2.0
#include "lab/demo_history.h"

#include <atomic>
#include <span>
#include <thread>

#include "base/log.h"

namespace signalbox::lab {
namespace {

Uuid idAt(WallMicros time, Random& random) {
  Uuid id;
  const std::uint64_t ms = static_cast<std::uint64_t>(time / 1000), high = random.next(), low = random.next();
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  for (std::size_t i = 6; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(high >> (8 * i));
  for (std::size_t i = 8; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(low >> (8 * (i - 8)));
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0F));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));
  return id;
}

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

// The kinds of decisions there are, each worked out once: a row, asked for whole or as a stream.
class Kinds {
 public:
  Kinds(const SampleTraffic& traffic, const policy::CompiledPolicy& policy, const config::Config& config)
      : traffic_(traffic), policy_(policy), config_(config), known_(traffic.outcomes->rows().size() * 2) {}
  const domain::Decision& of(const SampleWorkload& workload, std::size_t row, bool stream) {
    auto& kind = known_[row * 2 + (stream ? 1 : 0)];
    if (!kind) kind = pastDecision(traffic_, policy_, config_, workload, row, stream);
    return *kind;
  }

 private:
  const SampleTraffic& traffic_;
  const policy::CompiledPolicy& policy_;
  const config::Config& config_;
  std::vector<std::optional<domain::Decision>> known_;
};

void drawTimes(domain::Decision& decision, const SampleTraffic& traffic, Random& random) {
  double passed = 0;
  for (auto& attempt : decision.attempts) {
    const auto model = std::ranges::find(traffic.models, attempt.model, &SampleModel::name);
    attempt.ts = decision.ts + static_cast<WallMicros>(passed * 1000);
    const double ttft = milliseconds(model->latency.firstToken(random));
    const double rest = milliseconds(model->latency.perToken()) * static_cast<double>(attempt.output_tokens.value_or(0));
    if (decision.stream) attempt.ttft_ms = ttft;
    attempt.latency_ms = ttft + rest;
    const bool last = &attempt == &decision.attempts.back();
    if (decision.stream && last) decision.ttft_ms = passed + (decision.verdict == domain::Verdict::Ungated ? ttft : ttft + rest);
    passed += ttft + rest;
  }
  decision.latency_ms = passed;
}

constexpr std::size_t kGradesAtOnce = 8192;
constexpr std::int64_t kLook = 1000;  // decisions between two looks at whether to go on

std::unexpected<Error> ended() { return fail(ErrorCode::Cancelled, "it was ended while the past was made up; nothing was served"); }

struct Grade {
  domain::DecisionId id;
  WallMicros ts;
  double score;
};

// Many grades at once: the journal commits them in groups.
void writeGrades(journal::Journal& journal, std::span<const Grade> grades) {
  std::atomic<std::size_t> left{grades.size()};
  std::atomic<std::size_t> refused{0};
  for (const Grade& grade : grades) {
    domain::Label label{grade.id, grade.ts, grade.score, domain::LabelSource::File, {}};
    journal.addLabel(std::move(label), std::nullopt, [&](Result<void> done) {
      if (!done) refused.fetch_add(1);
      left.fetch_sub(1);
      left.notify_one();
    });
  }
  for (std::size_t now = left.load(); now > 0; now = left.load()) left.wait(now);
  if (refused > 0) log::warn("{} made-up grades were refused by the store", refused.load());
}

}  // namespace

Result<std::int64_t> writeHistory(journal::Journal& journal, const SampleTraffic& traffic, const config::Config& config,
                                  const HistoryOptions& options) {
  const auto policy = policy::compile(*config.policy, config.tierNames(), 1);
  if (!policy) {
    const auto& error = policy.error().front();
    return fail(ErrorCode::InvalidConfig, "the demo's policy: " + error.pointer + ": " + error.message);
  }
  Kinds kinds(traffic, **policy, config);
  Random random(options.seed);
  std::vector<Grade> grades;
  std::int64_t rows = 0;
  const auto expected = static_cast<std::int64_t>(options.rate * static_cast<double>(options.length.count()) / 1e9);
  double at = static_cast<double>(options.until) - static_cast<double>(options.length.count()) / 1e3;
  while (true) {
    const double per_second = options.rate * dailyShape(static_cast<WallMicros>(at));
    at += random.exponential(1e6 / per_second);
    if (at >= static_cast<double>(options.until)) break;
    const SampleWorkload& workload = traffic.pickWorkload(random);
    const std::size_t row = workload.rows[random.below(workload.rows.size())];
    domain::Decision decision = kinds.of(workload, row, random.chance(workload.streamed));
    decision.ts = static_cast<WallMicros>(at);
    decision.id = idAt(decision.ts, random);
    decision.session = "s-" + std::to_string(random.below(4000));
    drawTimes(decision, traffic, random);
    if (random.chance(options.graded) && decision.score) {
      const auto later = static_cast<WallMicros>(*decision.latency_ms * 1000 + random.exponential(40e6));
      grades.push_back({decision.id, std::min(decision.ts + later, options.until), *decision.score});
    }
    decision.score.reset();  // the store takes scores from grades alone
    while (!journal.append(decision)) journal.flush();
    ++rows;
    if (rows % kLook == 0 && options.go_on && !options.go_on(rows, std::max(rows, expected))) return ended();
  }
  journal.flush();
  for (std::span<const Grade> left = grades; !left.empty();) {
    const auto some = left.first(std::min(left.size(), kGradesAtOnce));
    writeGrades(journal, some);
    left = left.subspan(some.size());
    if (options.go_on && !options.go_on(rows, rows)) return ended();
  }
  return rows;
}

}  // namespace signalbox::lab
