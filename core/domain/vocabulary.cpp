// SPDX-License-Identifier: Apache-2.0
#include "domain/vocabulary.h"

#include <array>
#include <span>

namespace signalbox::domain {
namespace {

constexpr std::array<std::string_view, 5> kDialects{"openai.chat", "openai.completions", "openai.responses",
                                                    "openai.embeddings", "anthropic.messages"};
constexpr std::array<std::string_view, 2> kApis{"openai", "anthropic"};
constexpr std::array<std::string_view, 6> kStrategies{"fixed", "heuristic", "tree", "cascade", "classifier", "llm"};
constexpr std::array<std::string_view, 7> kSignals{"top-class", "mean-token", "min-token", "p-true",
                                                   "stated",    "agreement",  "verifier"};
constexpr std::array<std::string_view, 3> kStreamGates{"prefix", "whole", "off"};
constexpr std::array<std::string_view, 2> kWhenUnknown{"accept", "escalate"};
constexpr std::array<std::string_view, 2> kPriorCorrections{"off", "running"};
constexpr std::array<std::string_view, 16> kReasons{
    "fixed",   "boundary", "heuristic", "tree",    "cascade",    "override", "pinned",            "cache",
    "learned", "latency",  "depth",     "explore", "experiment", "failover", "escalation_failed", "unavailable"};
constexpr std::array<std::string_view, 4> kVerdicts{"accept", "review", "escalate", "ungated"};
constexpr std::array<std::string_view, 6> kOutcomes{"ok", "error", "truncated", "cancelled", "shed", "interrupted"};
constexpr std::array<std::string_view, 6> kAttemptRoles{"serve", "retry", "hedge", "shadow", "probe", "judge"};
constexpr std::array<std::string_view, 4> kCacheKinds{"none", "exact", "semantic", "learned"};
constexpr std::array<std::string_view, 3> kUsageSources{"none", "provider", "estimated"};
constexpr std::array<std::string_view, 4> kLabelSources{"person", "validator", "judge", "file"};
constexpr std::array<std::string_view, 3> kRoles{"viewer", "tuner", "admin"};

template <class Enum>
constexpr std::span<const std::string_view> words();
template <> constexpr std::span<const std::string_view> words<Dialect>() { return kDialects; }
template <> constexpr std::span<const std::string_view> words<UpstreamApi>() { return kApis; }
template <> constexpr std::span<const std::string_view> words<Strategy>() { return kStrategies; }
template <> constexpr std::span<const std::string_view> words<Signal>() { return kSignals; }
template <> constexpr std::span<const std::string_view> words<StreamGate>() { return kStreamGates; }
template <> constexpr std::span<const std::string_view> words<WhenUnknown>() { return kWhenUnknown; }
template <> constexpr std::span<const std::string_view> words<PriorCorrection>() { return kPriorCorrections; }
template <> constexpr std::span<const std::string_view> words<Reason>() { return kReasons; }
template <> constexpr std::span<const std::string_view> words<Verdict>() { return kVerdicts; }
template <> constexpr std::span<const std::string_view> words<Outcome>() { return kOutcomes; }
template <> constexpr std::span<const std::string_view> words<AttemptRole>() { return kAttemptRoles; }
template <> constexpr std::span<const std::string_view> words<CacheKind>() { return kCacheKinds; }
template <> constexpr std::span<const std::string_view> words<UsageSource>() { return kUsageSources; }
template <> constexpr std::span<const std::string_view> words<LabelSource>() { return kLabelSources; }
template <> constexpr std::span<const std::string_view> words<Role>() { return kRoles; }

template <class Enum>
std::string_view wordOf(Enum value) {
  return words<Enum>()[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view name(Dialect v) { return wordOf(v); }
std::string_view name(UpstreamApi v) { return wordOf(v); }
std::string_view name(Strategy v) { return wordOf(v); }
std::string_view name(Signal v) { return wordOf(v); }
std::string_view name(StreamGate v) { return wordOf(v); }
std::string_view name(WhenUnknown v) { return wordOf(v); }
std::string_view name(PriorCorrection v) { return wordOf(v); }
std::string_view name(Reason v) { return wordOf(v); }
std::string_view name(Verdict v) { return wordOf(v); }
std::string_view name(Outcome v) { return wordOf(v); }
std::string_view name(AttemptRole v) { return wordOf(v); }
std::string_view name(CacheKind v) { return wordOf(v); }
std::string_view name(UsageSource v) { return wordOf(v); }
std::string_view name(LabelSource v) { return wordOf(v); }
std::string_view name(Role v) { return wordOf(v); }

template <class Enum>
std::optional<Enum> parse(std::string_view word) {
  const auto all = words<Enum>();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

template std::optional<Dialect> parse(std::string_view);
template std::optional<UpstreamApi> parse(std::string_view);
template std::optional<Strategy> parse(std::string_view);
template std::optional<Signal> parse(std::string_view);
template std::optional<StreamGate> parse(std::string_view);
template std::optional<WhenUnknown> parse(std::string_view);
template std::optional<PriorCorrection> parse(std::string_view);
template std::optional<Reason> parse(std::string_view);
template std::optional<Verdict> parse(std::string_view);
template std::optional<Outcome> parse(std::string_view);
template std::optional<AttemptRole> parse(std::string_view);
template std::optional<CacheKind> parse(std::string_view);
template std::optional<UsageSource> parse(std::string_view);
template std::optional<LabelSource> parse(std::string_view);
template std::optional<Role> parse(std::string_view);

template <class Enum>
std::span<const std::string_view> names() {
  return words<Enum>();
}

template std::span<const std::string_view> names<Dialect>();
template std::span<const std::string_view> names<UpstreamApi>();
template std::span<const std::string_view> names<Strategy>();
template std::span<const std::string_view> names<Signal>();
template std::span<const std::string_view> names<StreamGate>();
template std::span<const std::string_view> names<WhenUnknown>();
template std::span<const std::string_view> names<PriorCorrection>();
template std::span<const std::string_view> names<Reason>();
template std::span<const std::string_view> names<Verdict>();
template std::span<const std::string_view> names<Outcome>();
template std::span<const std::string_view> names<AttemptRole>();
template std::span<const std::string_view> names<CacheKind>();
template std::span<const std::string_view> names<UsageSource>();
template std::span<const std::string_view> names<LabelSource>();
template std::span<const std::string_view> names<Role>();

}  // namespace signalbox::domain
