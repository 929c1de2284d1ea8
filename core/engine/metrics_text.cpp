// SPDX-License-Identifier: Apache-2.0
#include "engine/metrics_text.h"

#include "base/strings.h"

namespace signalbox::engine {

void MetricsText::describe(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void MetricsText::line(std::string_view suffix, const std::string& labels, double value) {
  text_.append(name_).append(suffix);
  if (!labels.empty()) text_.append("{").append(labels).append("}");
  text_.append(" ").append(shortest(value)).append("\n");
}

void MetricsText::sample(const std::string& labels, double value) { line({}, labels, value); }

void MetricsText::histogram(const std::string& labels, const SecondsHistogram& times) {
  const auto counts = times.counts();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sum += counts[i];
    const std::string bound = i < times.bounds().size() ? shortest(times.bounds()[i]) : "+Inf";
    line("_bucket", (labels.empty() ? "" : labels + ",") + label("le", bound), static_cast<double>(sum));
  }
  line("_sum", labels, times.sum());
  line("_count", labels, static_cast<double>(sum));
}

void MetricsText::counter(std::string_view name, std::string_view help, double value) {
  describe(name, "counter", help);
  sample({}, value);
}

void MetricsText::gauge(std::string_view name, std::string_view help, double value) {
  describe(name, "gauge", help);
  sample({}, value);
}

std::string MetricsText::label(std::string_view key, std::string_view value) {
  std::string text = std::string(key) + "=\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text + '"';
}

}  // namespace signalbox::engine
