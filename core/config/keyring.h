// SPDX-License-Identifier: Apache-2.0
// The desktop keyring (Secret Service), by the name under which a key was stored. May wait for the user to unlock it.
#pragma once
#include <string>

#include "base/error.h"
#include "base/secret.h"

namespace signalbox::config {

// NotFound when there is no such entry, Io when there is no keyring to ask.
[[nodiscard]] Result<Secret> readKeyring(const std::string& name);
// Writes the entry, or replaces it. `label` is what people see in their keyring's window.
[[nodiscard]] Result<void> storeKeyring(const std::string& name, const std::string& label, const Secret& secret);

}  // namespace signalbox::config
