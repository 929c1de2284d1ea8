// SPDX-License-Identifier: Apache-2.0
// Whether an answer declines to answer. English; the beginning of the answer is what counts, so that a text which quotes a
// refusal is none. Pure.
#pragma once
#include <string_view>

namespace signalbox::gate {

[[nodiscard]] bool isRefusal(std::string_view answer);

}  // namespace signalbox::gate
