// SPDX-License-Identifier: Apache-2.0
// Token probabilities and usage as servers write them. Internal to dialect/.
#pragma once
#include <optional>
#include <string_view>

#include "base/json_doc.h"
#include "domain/price.h"
#include "domain/tokens.h"

namespace signalbox::dialect {

// Whole answers with twenty alternatives a token have far more keys than any request may have.
inline constexpr JsonLimits kAnswerLimits{64, 8'000'000, 8'000'000};

// Appends the tokens of a choice's `logprobs`; false when one of them has no probability, so that none can be trusted. Tokens
// without text are the end of turn of some servers and are left out.
[[nodiscard]] bool appendEvidence(JsonDoc::Node logprobs, domain::TokenEvidence& evidence);

// Leaves out end-of-turn tokens at the end, as far as they are no part of the answer's text: some servers give them for whole
// answers only, and a confidence must not depend on that.
void dropEndTokens(domain::TokenEvidence& evidence, std::string_view text);

// A count of tokens; nullopt when it cannot be one: negative, no whole number, larger than any model's window.
[[nodiscard]] std::optional<std::int64_t> countOf(JsonDoc::Node node);

// Provider usage; nullopt when absent, null, without both counts, or with counts that cannot be true: negative, larger than any
// model's window, or a total below its parts. Who pays by it then has to estimate. `tier`: the answer's service_tier.
[[nodiscard]] std::optional<domain::Usage> readUsage(JsonDoc::Node usage, JsonDoc::Node tier = {});
// What a provider calls its tiers; Standard for all that is none of the others.
[[nodiscard]] domain::ServiceTier serviceTier(JsonDoc::Node tier);
// The same of an answer without a text of its own: only what was read is counted.
[[nodiscard]] std::optional<domain::Usage> readInputUsage(JsonDoc::Node usage);

// How much a message or a delta says of the model's thoughts, under either of the names that servers have for them.
[[nodiscard]] std::int64_t reasoningBytes(JsonDoc::Node message);
// How much is said to tools: of `tool_calls`, and of the older `function_call`; either may not be there.
[[nodiscard]] std::int64_t callBytes(JsonDoc::Node calls, JsonDoc::Node older);

// Leaves the tokens of the answer itself, where some servers have those of the thoughts before it too; none where the last ones do not
// spell `text`.
void dropThoughts(domain::TokenEvidence& evidence, std::string_view text);

// Whether a finish_reason says that the answer is not all that there was to say, and not for its length either: some providers tell so
// of their failures.
[[nodiscard]] bool isBrokenOff(std::string_view finish_reason);
// What came of such an answer.
[[nodiscard]] Error brokenOff(std::string_view finish_reason);

}  // namespace signalbox::dialect
