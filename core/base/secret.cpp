// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <openssl/crypto.h>

namespace signalbox {

Secret::~Secret() { OPENSSL_cleanse(value_.data(), value_.size()); }

std::string Secret::lastFour() const { return value_.size() < 12 ? std::string() : value_.substr(value_.size() - 4); }

}  // namespace signalbox
