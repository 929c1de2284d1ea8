// SPDX-License-Identifier: Apache-2.0
#include "domain/policy_document.h"

#include <array>

namespace signalbox::domain {
namespace {
constexpr std::array<std::string_view, 7> kStates{"live", "ended", "rolled_back", "reverted", "staged", "canary", "aborted"};
}

std::string_view name(RevisionState state) { return kStates[static_cast<std::size_t>(state)]; }

std::optional<RevisionState> parseRevisionState(std::string_view word) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates[i] == word) return static_cast<RevisionState>(i);
  }
  return std::nullopt;
}

}  // namespace signalbox::domain
