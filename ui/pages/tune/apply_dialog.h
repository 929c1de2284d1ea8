// SPDX-License-Identifier: GPL-3.0-only
// The questions asked before a policy changes: what exactly, why, and how long until it reverts by itself. And what to do when
// the router's policy moved meanwhile, or a guardrail refuses.
#pragma once
#include "control/console_api.h"
#include "dialogs/confirm_dialog.h"
#include "models/policy_draft.h"

class QCheckBox;
class QComboBox;

namespace signalbox::ui {

class ApplyDialog : public ConfirmDialog {
  Q_OBJECT
 public:
  ApplyDialog(const PolicyDraft& draft, const QString& router, domain::Role role, QWidget* parent = nullptr);
  // Shows what the guardrail found, and lets an admin pass it with a reason.
  void showGuardrail(const Error& error);
  [[nodiscard]] control::PolicyApply change() const;

 Q_SIGNALS:
  void applied();  // the person said yes; the dialog stays open until it is accepted from outside

 protected:
  void act() override { Q_EMIT applied(); }
  [[nodiscard]] QString objection() const override;

 private:
  const Json proposed_;  // what it shows is what it sends, whatever becomes of the draft behind it
  const domain::Revision base_;
  const domain::Role role_;
  QComboBox* within_;
  QCheckBox* override_;
  bool refused_ = false;
};

// Mine, theirs, and what would result. Accepted = carry mine over.
[[nodiscard]] ConfirmRequest rebaseRequest(const PolicyDraft& draft, const domain::PolicyRevision& theirs, const QString& router);
[[nodiscard]] ConfirmRequest rollbackRequest(const QString& router, domain::Revision live, const Json& live_document,
                                             const domain::PolicyRevision& to);

}  // namespace signalbox::ui
