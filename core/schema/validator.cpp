// SPDX-License-Identifier: Apache-2.0
#include "schema/validator.h"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/constraints/concrete_constraints.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <stdexcept>

#include "schema/explain.h"
#include "schema/pointer.h"
#include "schema/prepare.h"

namespace signalbox::schema {
namespace {

// Far more than any sensible schema does to any answer; reached only where branches multiply at every level of a value.
constexpr int kMaxSteps = 10'000;
thread_local int steps_left = 0;

struct TooMuchWork : std::runtime_error {
  TooMuchWork() : std::runtime_error("too much work") {}
};

// A keyword of our own inside the library: the one way in which it calls back.
template <class Self>
struct OwnConstraint : valijson::constraints::PolyConstraint {
  valijson::constraints::Constraint* cloneInto(void* memory) const override { return new (memory) Self(static_cast<const Self&>(*this)); }
  std::size_t sizeOf() const override { return sizeof(Self); }
};

struct TextConstraint : OwnConstraint<TextConstraint> {
  explicit TextConstraint(const TextRule& r) : rule(r) {}
  bool validate(const valijson::adapters::Adapter& target, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    std::string text;
    if (!target.isString() || !target.getString(text)) return true;
    const std::string objection = rule.objection(text);
    if (!objection.empty() && results) results->pushError(context, objection);
    return objection.empty();
  }
  TextRule rule;
};

struct StepConstraint : OwnConstraint<StepConstraint> {
  bool validate(const valijson::adapters::Adapter&, const std::vector<std::string>&, valijson::ValidationResults*) const override {
    if (--steps_left < 0) throw TooMuchWork();
    return true;
  }
};

struct TextBuilder : valijson::ConstraintBuilder {
  explicit TextBuilder(const std::vector<TextRule>& r) : rules(r) {}
  valijson::constraints::Constraint* make(const valijson::adapters::Adapter& index) const override {
    return new TextConstraint(rules.at(static_cast<std::size_t>(index.asInteger())));
  }
  const std::vector<TextRule>& rules;
};

struct StepBuilder : valijson::ConstraintBuilder {
  valijson::constraints::Constraint* make(const valijson::adapters::Adapter&) const override { return new StepConstraint; }
};

// "<root>", "[name]", "[0]" → "/name/0".
std::string pointerOf(const std::vector<std::string>& context) {
  std::string pointer;
  for (std::size_t i = 1; i < context.size(); ++i) {
    const std::string& step = context[i];
    pointer += "/" + pointerToken(step.size() >= 2 && step.front() == '[' ? step.substr(1, step.size() - 2) : step);
  }
  return pointer;
}

std::vector<Violation> inTheLibrarysWords(valijson::ValidationResults& results) {
  // Each level repeats that something below it failed; the deepest is the cause.
  Violation deepest{"", "does not match the schema", "", false};
  std::size_t depth = 0;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    if (error.context.size() >= depth) {
      depth = error.context.size() + 1;
      deepest = {pointerOf(error.context), error.description, "", false};
    }
  }
  return {deepest};
}

}  // namespace

struct Validator::Compiled {
  Json source;
  valijson::Schema schema;

  // Throws when it is too much work. REQUIRES: bounded depth.
  bool accepts(const Json& value, valijson::ValidationResults* results) const {
    steps_left = kMaxSteps;
    return valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(value), results);
  }
};

std::string Violation::text() const { return allowed.empty() ? message : message + "; " + allowed; }

Result<Validator> Validator::compile(const Json& schema) {
  auto prepared = prepare(schema);
  if (!prepared) return std::unexpected(std::move(prepared.error()));
  auto compiled = std::make_shared<Compiled>();
  try {
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.addConstraintBuilder(kTextRule, new TextBuilder(prepared->rules));
    parser.addConstraintBuilder(kStep, new StepBuilder);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(prepared->schema), compiled->schema);
  } catch (const std::exception& e) {
    return fail(ErrorCode::InvalidInput, std::string("not a JSON Schema: ") + e.what());
  }
  compiled->source = schema;
  Validator validator;
  validator.compiled_ = std::move(compiled);
  return validator;
}

std::vector<Violation> Validator::validate(const Json& value) const {
  if (!isNoDeeperThan(value, kMaxDepth)) {
    return {{"", "nested deeper than " + std::to_string(kMaxDepth) + " levels", "", false}};
  }
  const auto whole = withWholeNumbers(value);
  const Json& looked_at = whole ? *whole : value;
  try {
    if (compiled_->accepts(looked_at, nullptr)) return {};
    if (auto words = explain(compiled_->source, value); !words.empty()) return words;
    valijson::ValidationResults results;
    (void)compiled_->accepts(looked_at, &results);
    return inTheLibrarysWords(results);
  } catch (const std::exception& e) {
    return {{"", std::string("could not be checked: ") + e.what(), "", false}};
  }
}

bool Validator::accepts(const Json& value) const {
  if (!isNoDeeperThan(value, kMaxDepth)) return false;
  const auto whole = withWholeNumbers(value);
  try {
    return compiled_->accepts(whole ? *whole : value, nullptr);
  } catch (const std::exception&) {
    return false;  // too much work, or a case the library gives up on: not shown to be valid
  }
}

}  // namespace signalbox::schema
