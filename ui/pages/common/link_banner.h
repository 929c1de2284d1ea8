// SPDX-License-Identifier: GPL-3.0-only
// Says, on top of a page, that what stands below is not of now: the router is down, refuses us, or was never reached. Hidden
// while the link is up. GUI thread.
#pragma once
#include <QTimer>

#include "bridge/console_client.h"
#include "widgets/banner.h"

namespace signalbox::ui {

class LinkBanner : public Banner {
  Q_OBJECT
 public:
  explicit LinkBanner(ConsoleClient& client, QWidget* parent = nullptr);

 private:
  void follow();
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;
  ConsoleClient& client_;
  QTimer clock_;  // counts the age while it is seen
};

}  // namespace signalbox::ui
