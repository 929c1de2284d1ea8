// SPDX-License-Identifier: GPL-3.0-only
#include "bridge/local_client.h"

#include <utility>

namespace signalbox::ui {

LocalClient::LocalClient(EmbeddedRouter& router, QObject* parent) : RouterLink(parent), router_(router) {
  connect(&router_, &EmbeddedRouter::stateChanged, this, &LocalClient::follow);
  follow();
}

QString LocalClient::name() const { return tr("This computer"); }

QString LocalClient::address() const { return router_.baseUrl(); }

LinkState LocalClient::state() const {
  LinkState state;
  state.here = true;
  switch (router_.state()) {
    case EmbeddedRouter::State::Running:
    case EmbeddedRouter::State::Paused: state.kind = LinkState::Kind::Embedded; break;
    case EmbeddedRouter::State::Starting:
    case EmbeddedRouter::State::Binding: state.kind = LinkState::Kind::Connecting; break;
    case EmbeddedRouter::State::Stopped: state.detail = tr("The router on this computer is stopped."); break;
    case EmbeddedRouter::State::Failed: state.detail = router_.error(); break;
  }
  return state;
}

void LocalClient::follow() {
  const std::shared_ptr<control::ConsoleService> service = router_.service();
  if (service != service_) {
    // Old session first, then its service: apiChanged makes every holder let go before this returns.
    const std::shared_ptr<control::ConsoleApi> before = std::exchange(api_, nullptr);
    const std::shared_ptr<control::ConsoleService> kept = std::exchange(service_, service);
    if (service_) api_ = service_->session({"desk", domain::Role::Admin});
    Q_EMIT apiChanged();
  }
  Q_EMIT stateChanged();
}

}  // namespace signalbox::ui
