// SPDX-License-Identifier: Apache-2.0
#include "engine/control_counts.h"

#include "base/log.h"

namespace signalbox::engine {

void ControlCounts::cut(Cut why, std::string_view token_name, SteadyTime now) {
  auto& count = why == Cut::Flood ? flood_ : why == Cut::Unread ? unread_ : revoked_;
  count.fetch_add(1, std::memory_order_relaxed);
  if (why == Cut::Revoked || !told_.mayTell(now)) return;
  log::warn("a control client with the token \"{}\" was disconnected, because {}", token_name,
            why == Cut::Flood ? "it sent far more than 20 messages a second" : "it did not read its answers");
}

void ControlCounts::text(MetricsText& out) const {
  const auto value = [](const std::atomic<std::uint64_t>& count) { return static_cast<double>(count.load(std::memory_order_relaxed)); };
  out.counter("signalbox_control_throttled_total", "Calls to the control plane that were refused because there were too many.", value(throttled_));
  out.describe("signalbox_control_closed_total", "counter", "Control connections that the router closed, by why.");
  out.sample(MetricsText::label("reason", "flood"), value(flood_));
  out.sample(MetricsText::label("reason", "unread"), value(unread_));
  out.sample(MetricsText::label("reason", "revoked"), value(revoked_));
}

}  // namespace signalbox::engine
