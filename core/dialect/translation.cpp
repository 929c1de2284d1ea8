// SPDX-License-Identifier: Apache-2.0
#include "dialect/translation.h"

#include "dialect/chat_to_chat.h"

namespace signalbox::dialect {

std::unique_ptr<Translation> translate(domain::Dialect, domain::UpstreamApi, const Additions& add, std::int64_t) { return chatToChat(add); }

}  // namespace signalbox::dialect
