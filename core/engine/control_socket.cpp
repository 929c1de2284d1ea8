// SPDX-License-Identifier: Apache-2.0
#include "engine/control_socket.h"

#include <algorithm>

#include "base/strings.h"
#include "control/rpc.h"
#include "engine/control_session.h"

namespace signalbox::engine {

struct ControlSocket::State {
  struct Entry {
    std::string name;
    domain::Role role;
    Sha256 digest;
  };
  struct Open {
    std::string name;
    domain::Role role;
    Sha256 digest;
    std::weak_ptr<server::SocketPeer> peer;
  };

  std::shared_ptr<control::ConsoleService> service;
  ControlSocketOptions options;
  std::shared_ptr<ControlCounts> counts = std::make_shared<ControlCounts>();
  std::shared_ptr<Ticker> ticker = std::make_shared<Ticker>();  // for sessions whose peer has fallen behind
  std::mutex mutex;
  std::vector<Entry> entries;
  std::map<std::uint64_t, Open> open;
  std::uint64_t next = 1;

  void setEntries(const std::vector<config::ControlToken>& tokens) {
    entries.clear();
    for (const config::ControlToken& token : tokens) entries.push_back({token.name, token.role, token.token.digest()});
  }
  // Looks at every token, whichever matches, so that time tells nothing.
  [[nodiscard]] const Entry* find(std::string_view token) const {
    const Sha256 digest = sha256(token);
    const Entry* found = nullptr;
    for (const Entry& entry : entries) {
      if (equalConstantTime(entry.digest, digest)) found = &entry;
    }
    return token.empty() ? nullptr : found;
  }
};

namespace {

std::string_view bearer(const http::Request& upgrade) {
  const std::string_view value = upgrade.headers.get("Authorization");
  constexpr std::string_view kScheme = "Bearer ";
  if (value.size() <= kScheme.size() || !equalsIgnoreCase(value.substr(0, kScheme.size()), kScheme)) return {};
  return trim(value.substr(kScheme.size()));
}

bool offersProtocol(const http::Request& upgrade) {
  for (const auto& [name, value] : upgrade.headers.all()) {
    if (!equalsIgnoreCase(name, "Sec-WebSocket-Protocol")) continue;
    for (const std::string_view offered : split(value, ',')) {
      if (trim(offered) == control::kSubprotocol) return true;
    }
  }
  return false;
}

}  // namespace

ControlSocket::ControlSocket(std::shared_ptr<control::ConsoleService> service, ControlSocketOptions options)
    : state_(std::make_shared<State>()) {
  state_->service = std::move(service);
  state_->setEntries(options.tokens);
  state_->options = std::move(options);
  state_->options.tokens.clear();
}

ControlSocket::~ControlSocket() = default;

std::expected<std::unique_ptr<server::SocketSession>, server::SocketHandler::Refusal> ControlSocket::accept(
    const http::Request& upgrade, std::shared_ptr<server::SocketPeer> peer) {
  const auto refuse = [](int status, std::string message) { return std::unexpected(Refusal{status, std::move(message)}); };
  if (upgrade.path() != control::kControlPath) return refuse(404, "the control plane is at /control");
  if (upgrade.target.size() != upgrade.path().size()) return refuse(400, "/control takes no query; the token goes into Authorization");
  if (upgrade.headers.has("Origin")) {
    const std::string_view origin = upgrade.headers.get("Origin");
    if (std::ranges::find(state_->options.origins, origin) == state_->options.origins.end()) {
      return refuse(403, "this origin may not open the control plane");
    }
  }
  const std::lock_guard lock(state_->mutex);
  const State::Entry* entry = state_->find(bearer(upgrade));
  if (!entry) return refuse(401, "a valid token is needed: Authorization: Bearer …");
  if (!offersProtocol(upgrade)) return refuse(400, "the subprotocol is " + std::string(control::kSubprotocol));
  const auto same = std::ranges::count_if(state_->open, [&](const auto& open) { return open.second.digest == entry->digest; });
  if (static_cast<std::size_t>(same) >= state_->options.most_connections) {
    return refuse(429, "at most " + std::to_string(state_->options.most_connections) + " connections a token");
  }
  const std::uint64_t id = state_->next++;
  state_->open[id] = {entry->name, entry->role, entry->digest, peer};
  SessionLimits limits;
  limits.calls_per_second = state_->options.calls_per_second;
  limits.burst = state_->options.burst;
  const auto gone = [state = state_, id] {
    const std::lock_guard inner(state->mutex);
    state->open.erase(id);
  };
  return std::make_unique<ControlSession>(state_->service->session({entry->name, entry->role}), SessionOwner{entry->name, entry->role}, std::move(peer),
                                          limits, state_->counts, gone, state_->ticker);
}

std::string_view ControlSocket::subprotocol() const { return control::kSubprotocol; }

void ControlSocket::setTokens(std::vector<config::ControlToken> tokens) {
  std::vector<std::pair<std::string, std::shared_ptr<server::SocketPeer>>> revoked;
  {
    const std::lock_guard lock(state_->mutex);
    state_->setEntries(tokens);
    for (const auto& [id, open] : state_->open) {
      // A session acts with the name and the rights that it was let in with.
      const bool stays = std::ranges::any_of(state_->entries, [&](const State::Entry& e) { return e.digest == open.digest && e.role == open.role && e.name == open.name; });
      if (stays) continue;
      if (auto peer = open.peer.lock()) revoked.emplace_back(open.name, std::move(peer));
    }
  }
  for (const auto& [name, peer] : revoked) {
    state_->counts->cut(ControlCounts::Cut::Revoked, name, steadyNow());
    peer->close(1008, "this token was revoked, or has other rights now");
  }
}

const ControlCounts& ControlSocket::counts() const { return *state_->counts; }

std::size_t ControlSocket::connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->open.size();
}

}  // namespace signalbox::engine
