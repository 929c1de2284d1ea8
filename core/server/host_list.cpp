// SPDX-License-Identifier: Apache-2.0
#include "server/host_list.h"

#include <algorithm>

#include "base/strings.h"

namespace signalbox::server {
namespace {

std::string_view withoutPort(std::string_view host) {
  const std::size_t bracket = host.starts_with('[') ? host.find(']') : 0;
  if (bracket == std::string_view::npos) return host;
  return host.substr(0, host.find(':', bracket));
}

bool matches(std::string_view name, std::string_view host) {
  if (!name.starts_with("*.")) return equalsIgnoreCase(name, host);
  const auto dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && equalsIgnoreCase(name.substr(1), host.substr(dot));
}

}  // namespace

void HostList::listenOn(std::uint16_t port) {
  const std::string with_port = ":" + std::to_string(port);
  loopback_ = {"localhost" + with_port, "127.0.0.1" + with_port, "[::1]" + with_port};
}

void HostList::setNames(std::vector<std::string> names) { names_.set(std::make_shared<const std::vector<std::string>>(std::move(names))); }

bool HostList::allows(std::string_view host) const {
  if (std::any_of(loopback_.begin(), loopback_.end(), [&](const std::string& ours) { return equalsIgnoreCase(ours, host); })) return true;
  const auto names = names_.get();
  if (!names) return false;
  const std::string_view bare = withoutPort(host);
  return std::any_of(names->begin(), names->end(), [&](const std::string& name) { return matches(name, bare); });
}

}  // namespace signalbox::server
