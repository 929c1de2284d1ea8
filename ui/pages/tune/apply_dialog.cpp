// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/apply_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>

#include "base/json.h"
#include "pages/tune/policy_diff.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
constexpr int kDefaultMinutes = 10;
constexpr int kShortestReason = 10;  // of an override

QString changesOf(std::size_t n) { return format::counted(static_cast<qint64>(n), ApplyDialog::tr("change"), ApplyDialog::tr("changes")); }

QString sentence(const std::vector<PolicyChange>& changes) {
  QStringList parts;
  for (const PolicyChange& change : changes) parts.append(QStringLiteral("%1 %2 → %3").arg(change.what, change.before, change.after));
  return parts.isEmpty() ? ApplyDialog::tr("nothing") : parts.join(QStringLiteral("; "));
}

QString guardrailText(const Error& error) {
  const Result<Json> detail = parseJson(error.detail.empty() ? "{}" : error.detail);
  QString text = QString::fromStdString(error.message);
  if (!detail || !detail->is_object()) return text;
  for (const char* key : {"which", "found", "allowed"}) {
    const auto value = detail->find(key);
    if (value == detail->end()) continue;
    const std::string word = value->is_string() ? value->get<std::string>() : value->dump();
    text += QStringLiteral("\n%1: %2").arg(QString::fromLatin1(key), QString::fromStdString(word));
  }
  return text;
}

ConfirmRequest applyRequest(const PolicyDraft& draft, const QString& router) {
  ConfirmRequest request;
  request.effect = ApplyDialog::tr("Make %1 live on %2").arg(changesOf(draft.changes().size()), router);
  request.change = ApplyDialog::tr("%1 → a new revision").arg(format::revision(draft.base()));
  request.consequence = ApplyDialog::tr("holds for every request from then on");
  request.diff = closeUp(policyDiff(draft.live(), draft.proposed()));
  request.verb = ApplyDialog::tr("Make live");
  request.kind = ConfirmRequest::Kind::Proposal;
  request.askReason = true;
  return request;
}
}  // namespace

ApplyDialog::ApplyDialog(const PolicyDraft& draft, const QString& router, domain::Role role, QWidget* parent)
    : ConfirmDialog(applyRequest(draft, router), parent), proposed_(draft.proposed()), base_(draft.base()), role_(role), within_(new QComboBox(this)),
      override_(new QCheckBox(tr("Pass the guardrail (admin, with a reason of ten characters or more)"), this)) {
  setObjectName(QStringLiteral("applyDialog"));
  within_->setObjectName(QStringLiteral("applyWithin"));
  for (const int minutes : {2, 5, kDefaultMinutes, 30, 60}) within_->addItem(tr("%1 min").arg(minutes), minutes * 60);
  if (role == domain::Role::Admin) within_->addItem(tr("never (admin)"), 0);
  within_->setCurrentIndex(within_->findData(kDefaultMinutes * 60));
  addField(tr("Reverts by itself unless confirmed within"), within_);
  override_->setObjectName(QStringLiteral("applyOverride"));
  override_->hide();
  addField({}, override_);
  connect(override_, &QCheckBox::toggled, this, [this](bool passed) {
    setReasonAtLeast(passed ? kShortestReason : 0);
    judge();
  });
}

QString ApplyDialog::objection() const {
  return refused_ && !override_->isChecked() ? tr("A guardrail refuses this change.") : QString();
}

void ApplyDialog::showGuardrail(const Error& error) {
  refused_ = true;
  setProblem(tr("A guardrail refuses: %1").arg(guardrailText(error)));
  override_->show();
  override_->setEnabled(role_ == domain::Role::Admin);
  override_->setToolTip(role_ == domain::Role::Admin ? QString() : tr("Needs the role admin."));
  judge();
}

control::PolicyApply ApplyDialog::change() const {
  control::PolicyApply change;
  change.policy.json = proposed_;
  change.base = base_;
  change.reason = reason().toStdString();
  change.confirm_within_s = within_->currentData().toInt();
  change.override_guardrail = refused_ && override_->isChecked();
  return change;
}

ConfirmRequest rebaseRequest(const PolicyDraft& draft, const domain::PolicyRevision& theirs, const QString& router) {
  ConfirmRequest request;
  request.effect = ApplyDialog::tr("Rebase the draft onto %1").arg(format::revision(theirs.revision));
  request.router = router;
  request.change = QStringLiteral("%1 → %2").arg(format::revision(draft.base()), format::revision(theirs.revision));
  request.consequence = ApplyDialog::tr("by %1").arg(QString::fromStdString(theirs.who));
  request.explanation = ApplyDialog::tr("Theirs: %1.\nYours: %2.\nWhat both changed stays as you have it; nothing is sent yet.")
                            .arg(sentence(changesBetween(draft.live(), theirs.document.json)), sentence(draft.changes()));
  PolicyDraft both;
  both.setLive(draft.base(), draft.live());
  both.replaceDocument(draft.proposed());
  (void)both.rebase(theirs.revision, theirs.document.json);
  request.diff = closeUp(policyDiff(theirs.document.json, both.proposed()));
  request.verb = ApplyDialog::tr("Rebase draft");
  request.kind = ConfirmRequest::Kind::Proposal;
  return request;
}

ConfirmRequest rollbackRequest(const QString& router, domain::Revision live, const Json& live_document,
                               const domain::PolicyRevision& to) {
  ConfirmRequest request;
  request.effect = ApplyDialog::tr("Roll back to %1").arg(format::revision(to.revision));
  request.router = router;
  request.change = QStringLiteral("%1 → %2").arg(format::revision(live), format::revision(to.revision));
  request.consequence = ApplyDialog::tr("as a new revision, confirmed at once");
  request.diff = closeUp(policyDiff(live_document, to.document.json));
  request.verb = ApplyDialog::tr("Roll back to %1").arg(format::revision(to.revision));
  request.kind = ConfirmRequest::Kind::Danger;
  request.askReason = true;
  return request;
}

}  // namespace signalbox::ui
