// SPDX-License-Identifier: Apache-2.0
// OpenAI embeddings. Bytes stay as they came but for the model's name; of an answer only its usage is read.
#pragma once
#include <memory>
#include <string>

#include "dialect/translation.h"
#include "http/message.h"

namespace signalbox::dialect {

// As readRequest(). The texts to embed are one message of the user.
[[nodiscard]] Result<domain::Request> readEmbeddingsRequest(std::string body, const http::Headers& headers);

// NotCarried for an upstream whose API has no embeddings.
[[nodiscard]] std::unique_ptr<Translation> relayEmbeddings(domain::UpstreamApi upstream);

}  // namespace signalbox::dialect
