// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/apply_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>

#include "base/json.h"
#include "models/change_words.h"
#include "pages/tune/policy_diff.h"
#include "theme/format.h"

namespace signalbox::ui {

namespace {
constexpr int kDefaultMinutes = 10;
constexpr int kShortestReason = 10;  // of an override
constexpr std::size_t kNamedChanges = 4;
constexpr int kAround = 3;  // lines either side of a change: one change fills the eight that are seen

QString changesOf(std::size_t n) { return format::counted(static_cast<qint64>(n), ApplyDialog::tr("change"), ApplyDialog::tr("changes")); }

// Thresholds stand with as many digits as they can have, so that 0.72 → 0.721 is seen at a glance.
QString valueWords(const QString& value) {
  bool number = false;
  const double read = value.toDouble(&number);
  return number && value.contains(QLatin1Char('.')) ? format::editableScore(read) : value;
}

QString sentence(const std::vector<PolicyChange>& changes, const QString& between = QStringLiteral("; ")) {
  QStringList parts;
  for (const PolicyChange& change : changes) {
    if (parts.size() == kNamedChanges && changes.size() > kNamedChanges + 1) {
      parts.append(ApplyDialog::tr("and %1 more").arg(changes.size() - kNamedChanges));
      break;
    }
    parts.append(QStringLiteral("%1 %2 → %3").arg(placeWords(change.what), valueWords(change.before), valueWords(change.after)));
  }
  return parts.isEmpty() ? ApplyDialog::tr("nothing") : parts.join(between);
}

QString limitWords(const QString& which, const QString& found, const QString& allowed) {
  if (which == QLatin1String("max-step")) return ApplyDialog::tr("Largest step: %1 found, %2 allowed.").arg(found, allowed);
  if (which == QLatin1String("min-coverage")) return ApplyDialog::tr("Coverage: %1 found, %2 needed.").arg(found, allowed);
  if (which == QLatin1String("max-quality-drop")) return ApplyDialog::tr("Loss of quality: %1 found, %2 allowed.").arg(found, allowed);
  if (which == QLatin1String("usd-per-day")) return ApplyDialog::tr("Dollars a day: %1 found, %2 allowed.").arg(found, allowed);
  return ApplyDialog::tr("%1: %2 found, %3 allowed.").arg(which, found, allowed);
}

// The router's sentence without its advice, which the box below is, and its figures.
QString guardrailText(const Error& error) {
  QString text = placeWords(QString::fromStdString(error.message));
  if (const auto advice = text.lastIndexOf(QLatin1String(" (an admin")); advice > 0) text.truncate(advice);
  text += QLatin1Char('.');
  const Result<Json> detail = parseJson(error.detail.empty() ? "{}" : error.detail);
  if (!detail || !detail->is_object()) return text;
  QStringList facts;
  for (const char* key : {"which", "found", "allowed"}) {
    const auto value = detail->find(key);
    if (value == detail->end()) return text;
    if (value->is_number()) facts.append(format::plain(value->get<double>()));
    else facts.append(QString::fromStdString(value->is_string() ? value->get<std::string>() : value->dump()));
  }
  return text + QLatin1Char('\n') + limitWords(facts[0], facts[1], facts[2]);
}

ConfirmRequest applyRequest(const PolicyDraft& draft, const QString& router) {
  ConfirmRequest request;
  request.effect = ApplyDialog::tr("Make %1 live on %2").arg(changesOf(draft.changes().size()), router);
  request.change = ApplyDialog::tr("%1 → a new revision").arg(format::revision(draft.base()));
  request.consequence = ApplyDialog::tr("holds for every request from then on");
  request.explanation = sentence(draft.changes(), QStringLiteral("\n"));
  request.diff = closeUp(policyDiff(draft.live(), draft.proposed()), kAround);
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
  within_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
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
  fit();
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
