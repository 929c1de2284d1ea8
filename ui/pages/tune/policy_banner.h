// SPDX-License-Identifier: GPL-3.0-only
// What is not settled about the policy, on top of the tuning page: a draft that has gone nowhere yet, a live change that reverts
// by itself unless confirmed, a policy that moved on under the draft, or a role that may only read. GUI thread.
#pragma once
#include <QTimer>

#include "bridge/console_client.h"
#include "models/policy_draft.h"
#include "widgets/banner.h"

namespace signalbox::ui {

class PolicyBanner : public QWidget {
  Q_OBJECT
 public:
  PolicyBanner(ConsoleClient& client, PolicyDraft& draft, QWidget* parent = nullptr);

 Q_SIGNALS:
  void applyRequested();
  void discardRequested();
  void confirmRequested();
  void revertRequested();
  void rebaseRequested();

 private:
  void follow();
  void followDeadMan();
  void followDraft();
  void act(const QString& id);
  ConsoleClient& client_;
  PolicyDraft& draft_;
  Banner *dead_man_, *draft_banner_, *role_banner_;
  QTimer clock_;
};

}  // namespace signalbox::ui
