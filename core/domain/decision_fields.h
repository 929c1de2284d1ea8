// SPDX-License-Identifier: Apache-2.0
// The one list of the record's fields, in the contract's order and spelling. JSON, filters, SQL columns and exports all walk it,
// so that a field added here is everywhere. A visitor is called as visit(Field, member) with the member's own type.
#pragma once
#include <string_view>
#include <type_traits>

#include "domain/decision.h"

namespace signalbox::domain {

enum class FieldKind : std::uint8_t {
  Id,
  Time,    // microseconds UTC
  Name,    // text that repeats between decisions; empty = unknown
  Text,    // text of its own; empty = unknown
  Number,  // integer or real; nullopt = unknown
  Code,    // integer whose 0 means unknown
  Flag,
  Word,      // an enum of vocabulary.h
  Features,  // named numbers
};

// The enum behind a member that is one or may be one.
template <class T> struct WordType { using type = T; };
template <class T> struct WordType<std::optional<T>> { using type = T; };
template <class T> using WordOf = typename WordType<T>::type;
template <class T> inline constexpr bool kIsWord = std::is_enum_v<WordOf<T>>;

struct Field {
  std::string_view name;
  FieldKind kind;
};

// `D` is Decision or const Decision.
template <class D, class Visitor>
requires std::is_same_v<std::remove_const_t<D>, Decision>
void visitFields(D& d, Visitor&& visit) {
  using enum FieldKind;
  visit(Field{"id", Id}, d.id);
  visit(Field{"ts", Time}, d.ts);
  visit(Field{"router", Name}, d.router);
  visit(Field{"requested_model", Name}, d.requested_model);
  visit(Field{"domain", Name}, d.domain);
  visit(Field{"latency_sla_ms", Number}, d.latency_sla_ms);
  visit(Field{"workload", Name}, d.workload);
  visit(Field{"session", Text}, d.session);
  visit(Field{"turn", Number}, d.turn);
  visit(Field{"user_hash", Text}, d.user_hash);
  visit(Field{"key", Name}, d.key);
  visit(Field{"dialect", Word}, d.dialect);
  visit(Field{"stream", Flag}, d.stream);
  visit(Field{"prompt_hash", Text}, d.prompt_hash);
  visit(Field{"input_tokens", Number}, d.input_tokens);
  visit(Field{"output_tokens", Number}, d.output_tokens);
  visit(Field{"features", Features}, d.features);
  visit(Field{"complexity", Number}, d.complexity);
  visit(Field{"classifier", Name}, d.classifier);
  visit(Field{"policy", Code}, d.policy);
  visit(Field{"experiment", Name}, d.experiment);
  visit(Field{"arm", Name}, d.arm);
  visit(Field{"propensity", Number}, d.propensity);
  visit(Field{"override", Name}, d.override_rule);
  visit(Field{"cache", Word}, d.cache);
  visit(Field{"similarity", Number}, d.similarity);
  visit(Field{"start_tier", Name}, d.start_tier);
  visit(Field{"final_tier", Name}, d.final_tier);
  visit(Field{"reason", Word}, d.reason);
  visit(Field{"explanation", Text}, d.explanation);
  visit(Field{"escalations", Number}, d.escalations);
  visit(Field{"confidence_raw", Number}, d.confidence_raw);
  visit(Field{"confidence", Number}, d.confidence);
  visit(Field{"calibration", Name}, d.calibration);
  visit(Field{"verdict", Word}, d.verdict);
  visit(Field{"ttft_ms", Number}, d.ttft_ms);
  visit(Field{"latency_ms", Number}, d.latency_ms);
  visit(Field{"overhead_us", Number}, d.overhead_us);
  visit(Field{"cost_usd", Number}, d.cost_usd);
  visit(Field{"usage_source", Word}, d.usage_source);
  visit(Field{"status", Code}, d.status);
  visit(Field{"outcome", Word}, d.outcome);
  visit(Field{"error", Name}, d.error);
  visit(Field{"score", Number}, d.score);
  visit(Field{"score_source", Word}, d.score_source);
}

// The columns of `attempts` but for `decision_id`.
template <class A, class Visitor>
requires std::is_same_v<std::remove_const_t<A>, Attempt>
void visitFields(A& a, Visitor&& visit) {
  using enum FieldKind;
  visit(Field{"n", Number}, a.n);
  visit(Field{"tier", Name}, a.tier);
  visit(Field{"model", Name}, a.model);
  visit(Field{"upstream", Name}, a.upstream);
  visit(Field{"role", Word}, a.role);
  visit(Field{"ts", Time}, a.ts);
  visit(Field{"ttft_ms", Number}, a.ttft_ms);
  visit(Field{"latency_ms", Number}, a.latency_ms);
  visit(Field{"input_tokens", Number}, a.input_tokens);
  visit(Field{"output_tokens", Number}, a.output_tokens);
  visit(Field{"cost_usd", Number}, a.cost_usd);
  visit(Field{"confidence_raw", Number}, a.confidence_raw);
  visit(Field{"confidence", Number}, a.confidence);
  visit(Field{"validators", Name}, a.validators);
  visit(Field{"status", Code}, a.status);
  visit(Field{"error", Name}, a.error);
}

}  // namespace signalbox::domain
