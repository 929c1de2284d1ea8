// SPDX-License-Identifier: Apache-2.0
// The fixed words of the decision record, as enums with their spelling. Unknown words parse to nullopt.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace signalbox::domain {

enum class Dialect : std::uint8_t { OpenAiChat, OpenAiCompletions, OpenAiResponses, OpenAiEmbeddings, AnthropicMessages };
enum class UpstreamApi : std::uint8_t { OpenAi, Anthropic };
enum class Strategy : std::uint8_t { Fixed, Heuristic, Tree, Cascade, Classifier, Llm };
enum class Signal : std::uint8_t { TopClass, MeanToken, MinToken, PTrue, Stated, Agreement, Verifier };
enum class StreamGate : std::uint8_t { Prefix, Whole, Off };
enum class WhenUnknown : std::uint8_t { Accept, Escalate };
enum class PriorCorrection : std::uint8_t { Off, Running };
enum class Reason : std::uint8_t {
  Fixed, Boundary, Heuristic, Tree, Cascade, Override, Pinned, Cache, Learned, Latency, Depth, Explore, Experiment, Failover,
  EscalationFailed, Unavailable
};
enum class Verdict : std::uint8_t { Accept, Review, Escalate, Ungated };
enum class Outcome : std::uint8_t { Ok, Error, Truncated, Cancelled, Shed, Interrupted };
enum class AttemptRole : std::uint8_t { Serve, Retry, Hedge, Shadow, Probe, Judge };
enum class CacheKind : std::uint8_t { None, Exact, Semantic, Learned };
enum class UsageSource : std::uint8_t { None, Provider, Estimated };
enum class LabelSource : std::uint8_t { Person, Validator, Judge, File };  // in order of rank
enum class Role : std::uint8_t { Viewer, Tuner, Admin };                  // in order of rights

[[nodiscard]] std::string_view name(Dialect);
[[nodiscard]] std::string_view name(UpstreamApi);
[[nodiscard]] std::string_view name(Strategy);
[[nodiscard]] std::string_view name(Signal);
[[nodiscard]] std::string_view name(StreamGate);
[[nodiscard]] std::string_view name(WhenUnknown);
[[nodiscard]] std::string_view name(PriorCorrection);
[[nodiscard]] std::string_view name(Reason);
[[nodiscard]] std::string_view name(Verdict);
[[nodiscard]] std::string_view name(Outcome);
[[nodiscard]] std::string_view name(AttemptRole);
[[nodiscard]] std::string_view name(CacheKind);
[[nodiscard]] std::string_view name(UsageSource);
[[nodiscard]] std::string_view name(LabelSource);
[[nodiscard]] std::string_view name(Role);

// All spellings, in the order of the enumerators. Instantiated for every enum above.
template <class Enum>
[[nodiscard]] std::span<const std::string_view> names();

// The value whose name() is `word`. Instantiated for every enum above.
template <class Enum>
[[nodiscard]] std::optional<Enum> parse(std::string_view word);

}  // namespace signalbox::domain
