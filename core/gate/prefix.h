// SPDX-License-Identifier: Apache-2.0
// When the beginning of a stream is enough to judge the answer by, so that the rest can go straight through. Pure.
#pragma once
#include <string_view>

#include "domain/tokens.h"
#include "policy/policy.h"

namespace signalbox::gate {

// Whether a beginning can be enough: not where a validator reads the whole text (json-schema, regex, max-chars).
[[nodiscard]] bool judgesPrefix(const policy::Validators& validators);

// Whether what has come of an answer decides. Where labels are allowed: as soon as it is one of them and no longer one begins with
// it, or can be none. Else once `prefix-tokens` tokens have come; of text without their probabilities nothing will be known, so that it
// decides at once, or where refusals are looked for, which are known by how they begin, with as many `events` that brought something.
// REQUIRES: judgesPrefix().
[[nodiscard]] bool prefixSuffices(const policy::Gate& gate, const policy::Validators& validators, std::string_view text,
                                  const domain::TokenEvidence& evidence, std::int64_t events);

// Whether a beginning is no label yet and may become one, so that neither it nor its probabilities say anything.
[[nodiscard]] bool isUnfinishedLabel(const policy::Validators& validators, std::string_view text);

}  // namespace signalbox::gate
