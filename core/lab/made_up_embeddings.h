// SPDX-License-Identifier: Apache-2.0
// Vectors that mean nothing: the same for the same text, of length one, and another for any other text. Pure.
#pragma once
#include <string>
#include <string_view>

#include "domain/request.h"

namespace signalbox::lab {

// The body of an answer to an embeddings request. REQUIRES: its reader accepted the request.
[[nodiscard]] std::string madeUpEmbeddings(const domain::Request& request, std::string_view model);

}  // namespace signalbox::lab
