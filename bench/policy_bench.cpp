// SPDX-License-Identifier: Apache-2.0
// What routing costs before the first byte goes upstream: match, features and decide for a prompt of 1 KB, by strategy; the
// same with override patterns; and compiling a policy.
//   cascade tree heuristic boundaries overrides compile
#include <benchmark/benchmark.h>

#include "policy/policy.h"

namespace {

using namespace signalbox;

// About 1 KB of plain prose that no default pattern decides at its first word.
std::string prompt() {
  std::string text;
  while (text.size() < 1024) text += "The warehouse in the north received forty crates of apples on Tuesday morning. ";
  return text + "Compare this week with the last and explain why it differs.";
}

std::string documentWith(const std::string& inside) {
  return R"({"workloads": [
    {"name": "tickets", "match": {"model": "auto:tickets", "header": {"x-signalbox-workload": "tickets"}}},
    {"name": "named", "match": {"model": ["a", "b", "c"]}},
    {"name": "rest", )" + inside + "}]}";
}

void decideOn(benchmark::State& state, const std::string& inside) {
  const auto policy = policy::compile({Json::parse(documentWith(inside))}, {"local", "mid", "frontier"}, 1).value();
  domain::Request request;
  request.model = "auto";
  request.messages = {{"system", "You are a helpful assistant."}, {"user", prompt()}};
  for (auto _ : state) {
    const policy::Workload* workload = policy->match(request);
    const classify::Features features = classify::extract(request, workload->tree, workload->structured());
    benchmark::DoNotOptimize(policy::decide(*policy, *workload, request, features));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(request.messages[1].text.size()));
}

void compilePolicy(benchmark::State& state) {
  const domain::PolicyDocument document{Json::parse(documentWith(R"("route": {"strategy": "heuristic"})"))};
  for (auto _ : state) benchmark::DoNotOptimize(policy::compile(document, {"local", "mid", "frontier"}, 1));
}

}  // namespace

BENCHMARK_CAPTURE(decideOn, cascade, R"("route": {"strategy": "cascade"})");
BENCHMARK_CAPTURE(decideOn, tree, R"("route": {"strategy": "tree"})");
BENCHMARK_CAPTURE(decideOn, heuristic, R"("route": {"strategy": "heuristic"})");
BENCHMARK_CAPTURE(decideOn, boundaries, R"("route": {"strategy": "heuristic", "boundaries": [0.3, 0.7]})");
BENCHMARK_CAPTURE(decideOn, overrides, R"("overrides": [{"domain": "legal", "to": "mid"}, {"pattern": "(?i)chest pain|suicid", "to": "mid"}])");
BENCHMARK(compilePolicy)->Name("compile");
