// SPDX-License-Identifier: GPL-3.0-only
// The way to the router in this process. The person at the desk is its admin. A session lives as long as the engine runs; when
// it is stopped, sessions are let go of before the engine ends. GUI thread.
#pragma once
#include <memory>

#include "bridge/embedded_router.h"
#include "bridge/router_link.h"

namespace signalbox::ui {

class LocalClient : public RouterLink {
  Q_OBJECT
 public:
  explicit LocalClient(EmbeddedRouter& router, QObject* parent = nullptr);

  [[nodiscard]] QString name() const override;
  [[nodiscard]] QString address() const override;
  [[nodiscard]] LinkState state() const override;
  [[nodiscard]] std::shared_ptr<control::ConsoleApi> api() const override { return api_; }

 private:
  void follow();
  EmbeddedRouter& router_;
  std::shared_ptr<control::ConsoleService> service_;  // of the session below: must outlive it
  std::shared_ptr<control::ConsoleApi> api_;
};

}  // namespace signalbox::ui
