// SPDX-License-Identifier: Apache-2.0
// The far side of legacy completions: writes what a provider would send. Pure.
#pragma once
#include <string>

#include "lab/chat_writer.h"

namespace signalbox::lab {

// A text_completion. Calls of tools are no part of that API.
[[nodiscard]] std::string completion(const SimulatedAnswer& answer, const ChatShape& shape);
// As chatStream(), without an event at the beginning.
[[nodiscard]] ChatStream completionStream(const SimulatedAnswer& answer, const ChatShape& shape);

}  // namespace signalbox::lab
