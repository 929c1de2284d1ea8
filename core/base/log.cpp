// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace signalbox {

void setUpLog(const std::string& level) {
  spdlog::drop("signalbox");
  auto logger = spdlog::stderr_color_mt("signalbox");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  logger->set_level(spdlog::level::from_str(level == "warning" ? "warn" : level));
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace signalbox
