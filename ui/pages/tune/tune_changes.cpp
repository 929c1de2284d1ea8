// SPDX-License-Identifier: GPL-3.0-only
// What the tuning page asks of the router: make live, confirm, revert, roll back; and what it asks the person before.
#include "pages/tune/apply_dialog.h"
#include "pages/tune/policy_editor.h"
#include "pages/tune/tune_page.h"
#include "theme/format.h"

namespace signalbox::ui {

void TunePage::apply() {
  say({});
  if (const QString objection = editor_->objection(); !objection.isEmpty()) return say(objection, true);
  const domain::Role role = context_.client.hello() ? context_.client.hello()->role : domain::Role::Viewer;
  dialog_ = new ApplyDialog(draft_, context_.client.routerName(), role, this);
  dialog_->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog_, &ApplyDialog::applied, this, [this] { send(*dialog_); });
  dialog_->open();
}

void TunePage::send(ApplyDialog& dialog) {
  dialog.setEnabled(false);
  const control::PolicyApply change = dialog.change();
  context_.client.applyPolicy(ticketFor(this), change, [this, sent = change.policy.json](const Result<control::PolicyApplied>& applied) {
    if (dialog_) dialog_->setEnabled(true);
    if (applied) {
      if (dialog_) dialog_->accept();
      (void)draft_.rebase(applied->revision, sent);  // what was changed since it was asked stays a draft
      QStringList said = {tr("%1 is live.").arg(format::revision(applied->revision))};
      for (const auto& warning : applied->warnings) {
        said.append(QStringLiteral("%1: %2.").arg(QString::fromStdString(warning.pointer), QString::fromStdString(warning.message)));
      }
      return say(said.join(QLatin1Char(' ')));
    }
    if (!dialog_) return say(QString::fromStdString(applied.error().message), true);
    if (applied.error().code == ErrorCode::Guardrail) return dialog_->showGuardrail(applied.error());
    if (applied.error().code != ErrorCode::Conflict) return dialog_->setProblem(QString::fromStdString(applied.error().message));
    dialog_->reject();
    fetchLive(true);
  });
}

void TunePage::confirm() {
  if (!context_.client.policy()) return;
  say({});
  const domain::Revision revision = context_.client.policy()->live;
  context_.client.confirmPolicy(ticketFor(this), revision, [this, revision](const Result<control::Done>& done) {
    say(done ? tr("%1 is confirmed.").arg(format::revision(revision)) : QString::fromStdString(done.error().message), !done);
  });
}

// At once and without a question: it is the safe direction.
void TunePage::revert() {
  say({});
  const auto to = fallback();
  if (!to) return say(tr("No confirmed policy to go back to is known yet."), true);
  rollBack(*to, tr("reverted before it was confirmed"));
}

void TunePage::askRollBack(domain::Revision to) {
  say({});
  context_.client.getPolicy(targets_.next(), to, [this](const Result<domain::PolicyRevision>& target) {
    if (!target) return say(QString::fromStdString(target.error().message), true);
    const domain::Revision live = context_.client.policy() ? context_.client.policy()->live : 0;
    auto* dialog = new ConfirmDialog(rollbackRequest(context_.client.routerName(), live, draft_.live(), *target), this);
    dialog->setObjectName(QStringLiteral("rollbackDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, to = target->revision] { rollBack(to, dialog->reason()); });
    dialog->open();
  });
}

void TunePage::rollBack(domain::Revision to, const QString& reason) {
  context_.client.rollbackPolicy(ticketFor(this), to, reason.toStdString(), [this, to](const Result<control::PolicyApplied>& applied) {
    if (!applied) return say(QString::fromStdString(applied.error().message), true);
    say(tr("Back to the policy of %1, as %2.").arg(format::revision(to), format::revision(applied->revision)));
  });
}

void TunePage::askRebase(const domain::PolicyRevision& theirs) {
  auto* dialog = new ConfirmDialog(rebaseRequest(draft_, theirs, context_.client.routerName()), this);
  dialog->setObjectName(QStringLiteral("conflictDialog"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [this, theirs] {
    const auto both = draft_.rebase(theirs.revision, theirs.document.json);
    const QString n = format::counted(static_cast<qint64>(both.size()), tr("threshold was"), tr("thresholds were"));
    say(both.empty() ? tr("Rebased onto %1.").arg(format::revision(theirs.revision)) : tr("Rebased; %1 changed on both sides: yours stand.").arg(n));
  });
  dialog->open();
}

}  // namespace signalbox::ui
