// SPDX-License-Identifier: GPL-3.0-only
// The questions asked before a policy changes: what exactly, why, and how long until it reverts by itself. And what to do when
// the router's policy moved meanwhile, or a guardrail refuses. The verb of the effect stands at the right; Cancel is the default.
#pragma once
#include <QDialog>
#include <optional>

#include "control/console_api.h"
#include "models/policy_draft.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace signalbox::ui {

class ApplyDialog : public QDialog {
  Q_OBJECT
 public:
  ApplyDialog(const PolicyDraft& draft, const QString& router, domain::Role role, QWidget* parent = nullptr);
  // Shows what the guardrail found, and lets an admin pass it with a reason.
  void showGuardrail(const Error& error);
  void showError(const QString& message);
  [[nodiscard]] control::PolicyApply change() const;

 Q_SIGNALS:
  void applied();  // the person said yes; the dialog stays open until it is accepted from outside

 private:
  void check();
  const PolicyDraft& draft_;
  const domain::Role role_;
  QLineEdit* reason_;
  QComboBox* within_;
  QCheckBox* override_;
  QLabel* problem_;
  QPushButton* apply_;
};

// "r42 → r44 by ana: …": mine, theirs, and whether to carry mine over. True: rebase.
[[nodiscard]] bool askRebase(const PolicyDraft& draft, const domain::PolicyRevision& theirs, QWidget* parent);
// Asks before a rollback; nullopt = no. The reason may be empty.
[[nodiscard]] std::optional<QString> askRollback(const QString& router, domain::Revision live, domain::Revision to, QWidget* parent);

}  // namespace signalbox::ui
