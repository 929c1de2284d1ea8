// SPDX-License-Identifier: Apache-2.0
// What routing reads of an answer, whatever dialect it comes in, and what it asks an upstream for beside what the client wants.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/price.h"
#include "domain/tokens.h"

namespace signalbox::dialect {

// How legacy completions are asked for: as such, as a chat, or as such until the upstream shows that it has none.
enum class Completions : std::uint8_t { Seek, Native, Chat };

// What the router asks for beside what the client asked for, so that it can be taken out again.
struct Additions {
  bool logprobs = false;      // logprobs and top_logprobs were added by us
  bool top_logprobs = false;  // only top_logprobs was added or raised
  bool usage = false;         // stream_options.include_usage was added by us
  int top = 20;               // alternatives to ask for; 0: the tokens' own probabilities only
  int keep = 0;               // alternatives the client asked for itself
  Completions completions = Completions::Seek;
  bool judged = true;         // a stream's token probabilities are gathered; without, nobody looks at them
  [[nodiscard]] bool any() const { return logprobs || top_logprobs || usage; }
};

enum class Evidence : std::uint8_t { None, Tokens, Alternatives };

// An answer, or what of a stream has come so far. The first choice is the one that is judged.
struct AnswerState {
  std::string text;  // its refusal where there is no content
  std::string finish_reason;
  std::string model;
  bool has_tool_calls = false;
  bool refused = false;  // `text` is the provider's own refusal
  bool done = false;     // a whole answer, or a stream whose terminal event was seen
  bool saw_choice = false;
  bool judged = false;   // by what has come: probabilities of what is still to come are not gathered
  bool broken_evidence = false;      // some token came without its probability: there is no evidence
  domain::TokenEvidence evidence;    // end-of-turn tokens left out
  std::int64_t other_bytes = 0;  // of thoughts, calls and answers beside the first: no part of its text, but generated and paid
  std::map<std::int64_t, bool> beside;  // of a stream: answers beside the first, by their index, and whether each has ended
  std::int64_t steps = 0;        // of a stream: events that brought something. Whatever else comes is no progress
  std::vector<std::string> dropped;  // members of it that the client's dialect has no word for
  std::optional<domain::Usage> usage;
  std::optional<domain::Usage> begun;  // of a stream that counts its input first: as long as the rest is not counted
};

// Whether somebody still wants the probabilities of a stream's tokens.
[[nodiscard]] inline bool gathers(const Additions& add, const AnswerState& state) { return add.judged && !state.judged; }

}  // namespace signalbox::dialect
