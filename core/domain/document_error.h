// SPDX-License-Identifier: Apache-2.0
// What is wrong with a document, by the place in it. Whoever read the text turns the place into line and column.
#pragma once
#include <string>
#include <vector>

namespace signalbox::domain {

struct DocumentError {
  std::string pointer;   // JSON pointer into the document
  std::string message;   // what, and what is allowed
  bool at_key = false;   // the key itself is meant, not its value
  friend bool operator==(const DocumentError&, const DocumentError&) = default;
};

struct DocumentFindings {
  std::vector<DocumentError> errors;
  std::vector<DocumentError> warnings;  // accepted, but without effect yet
};

}  // namespace signalbox::domain
