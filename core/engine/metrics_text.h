// SPDX-License-Identifier: Apache-2.0
// The text exposition format of Prometheus, version 0.0.4, written line by line. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/seconds_histogram.h"

namespace signalbox::engine {

class MetricsText {
 public:
  // HELP and TYPE of what follows; `type` is counter, gauge or histogram.
  void describe(std::string_view name, std::string_view type, std::string_view help);
  // `labels` as label() writes them, joined by commas; of the metric described last.
  void sample(const std::string& labels, double value);
  void histogram(const std::string& labels, const SecondsHistogram& times);
  // One that stands alone.
  void counter(std::string_view name, std::string_view help, double value);
  void gauge(std::string_view name, std::string_view help, double value);

  [[nodiscard]] static std::string label(std::string_view key, std::string_view value);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void line(std::string_view suffix, const std::string& labels, double value);
  std::string name_;
  std::string text_;
};

}  // namespace signalbox::engine
