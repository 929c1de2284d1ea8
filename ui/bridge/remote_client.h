// SPDX-License-Identifier: GPL-3.0-only
// The way to a router over its control plane. While the connection is down its session stays and resumes; a router that was
// restarted or replaced gives a new session. GUI thread; the socket works on a thread of its own.
#pragma once
#include <memory>

#include "bridge/remote_api.h"
#include "bridge/router_link.h"

namespace signalbox::ui {

class RemoteClient : public RouterLink {
  Q_OBJECT
 public:
  // `name` is what people call it; empty = its host.
  RemoteClient(RemoteAddress address, QString name, QObject* parent = nullptr);
  ~RemoteClient() override;

  [[nodiscard]] QString name() const override { return name_; }
  [[nodiscard]] QString address() const override { return address_; }
  [[nodiscard]] LinkState state() const override { return state_; }
  [[nodiscard]] std::shared_ptr<control::ConsoleApi> api() const override { return api_; }
  void retryNow() override;

 private:
  void take(const LinkState& state);
  void renew();
  const QString name_, address_;
  LinkState state_;
  std::shared_ptr<LinkThread> link_;
  std::shared_ptr<control::ConsoleApi> api_;
};

}  // namespace signalbox::ui
