// SPDX-License-Identifier: Apache-2.0
// JSON Schema (draft 7) on values: compiled once, used many times, shared between threads. Pure. `pattern` and `format` are
// checked by RE2, in linear time; depth, size and work are bounded, so that neither a schema nor a value can hang or crash the
// process.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"

namespace signalbox::schema {

struct Violation {
  std::string pointer;   // JSON pointer into the value
  std::string message;   // what is wrong: "unknown key \"pot\""
  std::string allowed;   // what is allowed, or the nearest known key; may be empty
  bool at_key = false;   // the key is meant, not its value
  [[nodiscard]] std::string text() const;  // message; allowed
};

class Validator {
 public:
  // InvalidInput says what is wrong with the schema and where in it. Refused: references outside the schema, references that
  // lead back without consuming anything, patternProperties, schemas deeper than 64 levels.
  [[nodiscard]] static Result<Validator> compile(const Json& schema);

  // Everything that is wrong with the value, in document order; empty = valid.
  [[nodiscard]] std::vector<Violation> validate(const Json& value) const;
  // The same verdict without words.
  [[nodiscard]] bool accepts(const Json& value) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace signalbox::schema
