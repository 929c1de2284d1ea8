// SPDX-License-Identifier: GPL-3.0-only
#include "bridge/remote_client.h"

#include <QPointer>
#include <utility>

#include "bridge/mailbox.h"

namespace signalbox::ui {

RemoteClient::RemoteClient(RemoteAddress address, QString name, QObject* parent)
    : RouterLink(parent), name_(name.isEmpty() ? address.url.host() : std::move(name)), address_(address.url.toDisplayString()) {
  state_.kind = LinkState::Kind::Connecting;
  const QPointer<RemoteClient> self(this);
  RemoteEvents events;
  events.state = [self](const LinkState& state) {
    onGuiThread([self, state] {
      if (self) self->take(state);
    });
  };
  events.up = [self](bool fresh) {
    onGuiThread([self, fresh] {
      if (self && (fresh || !self->api_)) self->renew();
    });
  };
  link_ = std::make_shared<LinkThread>(std::move(address), std::move(events));
  link_->post([](RemoteSession& session) { session.open(); });
}

RemoteClient::~RemoteClient() = default;

void RemoteClient::retryNow() {
  link_->post([](RemoteSession& session) { session.retryNow(); });
}

void RemoteClient::take(const LinkState& state) {
  if (state_ == state) return;
  state_ = state;
  Q_EMIT stateChanged();
}

void RemoteClient::renew() {
  const std::shared_ptr<control::ConsoleApi> before = std::exchange(api_, std::make_shared<RemoteApi>(link_));
  Q_EMIT apiChanged();
}

}  // namespace signalbox::ui
