// SPDX-License-Identifier: GPL-3.0-only
// What is not settled about the draft, on top of the tuning page: that it has gone nowhere yet, that the policy moved on under
// it, or a role that may only read. GUI thread.
#pragma once
#include "bridge/console_client.h"
#include "models/policy_draft.h"
#include "widgets/banner.h"

namespace signalbox::ui {

class PolicyBanner : public QWidget {
  Q_OBJECT
 public:
  PolicyBanner(ConsoleClient& client, PolicyDraft& draft, QWidget* parent = nullptr);

  // Why the draft cannot be made live yet, beside what the draft itself says; empty = nothing.
  void setObjection(const QString& objection);

 Q_SIGNALS:
  void applyRequested();
  void discardRequested();
  void rebaseRequested();

 private:
  void follow();
  void followDraft();
  void act(const QString& id);
  ConsoleClient& client_;
  PolicyDraft& draft_;
  Banner *draft_banner_, *role_banner_;
  QString objection_;
};

}  // namespace signalbox::ui
