// SPDX-License-Identifier: Apache-2.0
// A key or token. It cannot be printed, formatted, compared with == or turned into JSON; whoever needs the bytes says so by
// calling reveal() at the one place where they leave the process.
#pragma once
#include <string>
#include <string_view>

#include "base/sha256.h"

namespace signalbox {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  ~Secret();
  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) noexcept = default;

  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  [[nodiscard]] std::string lastFour() const;  // all that is ever shown; empty for secrets shorter than 12
  [[nodiscard]] Sha256 digest() const { return sha256(value_); }

 private:
  std::string value_;
};

}  // namespace signalbox
