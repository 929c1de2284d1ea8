// SPDX-License-Identifier: Apache-2.0
// A filter as SQL over the physical rows, with bound parameters and the index that should lead. Means exactly what
// domain::matches() means.
#pragma once
#include <variant>
#include <vector>

#include "domain/where.h"
#include "journal/words.h"

namespace signalbox::journal {

using SqlValue = std::variant<std::int64_t, double, std::string>;

struct WhereSql {
  std::string condition;         // " AND (…) AND (…)", empty when everything matches
  std::vector<SqlValue> values;  // of its `?`, in order
  std::string index;             // " INDEXED BY name", or empty: newest first by time
};

// REQUIRES: the conditions come from whereFromJson (types fit their fields). Io when the dictionary cannot be read.
[[nodiscard]] Result<WhereSql> compileWhere(const domain::Where& where, WordReader& words);

}  // namespace signalbox::journal
