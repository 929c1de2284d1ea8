// SPDX-License-Identifier: Apache-2.0
// Types that a specification allows for the members of a request. Internal to dialect/.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json_doc.h"

namespace signalbox::dialect {

namespace field_types {
inline constexpr std::uint8_t kBool = 1, kInteger = 2, kNumber = 4, kString = 8, kArray = 16, kObject = 32;
}

struct Field {
  std::string_view name;
  std::uint8_t types;  // of field_types, or-ed
};

// InvalidRequest with `param` when `member` is one of `known` and has a type that it must not have. Null stands for "not given".
// `where` is what stands before its name in `param`: "messages[0]."
[[nodiscard]] Result<void> checkField(std::span<const Field> known, std::string_view name, JsonDoc::Node member, std::string_view where = {});

// "'temperature' must be a number, not a string"
[[nodiscard]] std::unexpected<Error> wrongType(std::string param, std::string_view wanted, JsonDoc::Node found);

}  // namespace signalbox::dialect
