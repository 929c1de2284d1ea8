// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace signalbox {

void setUpLog(const std::string& level) {
  // Made once: whoever is writing a line holds the default logger by its bare address.
  static const auto logger = [] {
    auto made = spdlog::stderr_color_mt("signalbox");
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
    spdlog::set_default_logger(made);
    return made;
  }();
  logger->set_level(spdlog::level::from_str(level == "warning" ? "warn" : level));
}

}  // namespace signalbox
