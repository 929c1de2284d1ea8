// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/apply_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

#include "base/json.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
constexpr std::size_t kRows = 8;
constexpr int kDefaultMinutes = 10;
constexpr qsizetype kShortestReason = 10;  // of an override

QString changeText(const std::vector<PolicyChange>& changes) {
  QStringList lines;
  for (std::size_t i = 0; i < changes.size() && i < kRows; ++i) {
    lines.append(QStringLiteral("%1   %2 → %3").arg(changes[i].what, changes[i].before, changes[i].after));
  }
  if (changes.size() > kRows) lines.append(ApplyDialog::tr("and %1 more").arg(changes.size() - kRows));
  return lines.join(QLatin1Char('\n'));
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
}  // namespace

ApplyDialog::ApplyDialog(const PolicyDraft& draft, const QString& router, domain::Role role, QWidget* parent)
    : QDialog(parent), draft_(draft), role_(role), reason_(new QLineEdit(this)), within_(new QComboBox(this)),
      override_(new QCheckBox(tr("Pass the guardrail (admin, with a reason of ten characters or more)"), this)),
      problem_(new ToneLabel({}, Tone::Bad, Type::Body, this)) {
  const auto changes = draft.changes();
  setWindowTitle(tr("Make %n change(s) live on %1", nullptr, static_cast<int>(changes.size())).arg(router));
  setObjectName(QStringLiteral("applyDialog"));
  const Metrics m = metricsOf(this);
  auto* column = new QVBoxLayout(this);
  column->setSpacing(2 * m.u);
  column->addWidget(new ToneLabel(tr("%1 → a new revision. It takes effect at once for every new request.").arg(format::revision(draft.base())), Tone::Text2));
  column->addWidget(new ToneLabel(changeText(changes), Tone::Text, Type::Mono));
  auto* form = new QFormLayout;
  reason_->setObjectName(QStringLiteral("applyReason"));
  reason_->setPlaceholderText(tr("Why; goes to the history and the audit log"));
  form->addRow(tr("Reason"), reason_);
  for (const int minutes : {2, 5, kDefaultMinutes, 30, 60}) within_->addItem(tr("%1 min").arg(minutes), minutes * 60);
  if (role == domain::Role::Admin) within_->addItem(tr("never (admin)"), 0);
  within_->setCurrentIndex(within_->findData(kDefaultMinutes * 60));
  form->addRow(tr("Reverts by itself unless confirmed within"), within_);
  column->addLayout(form);
  problem_->setWordWrap(true);
  problem_->hide();
  override_->hide();
  column->addWidget(problem_);
  column->addWidget(override_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  apply_ = buttons->addButton(tr("Make live"), QDialogButtonBox::AcceptRole);
  apply_->setObjectName(QStringLiteral("applyNow"));
  apply_->setProperty("kind", QStringLiteral("proposal"));
  apply_->setAutoDefault(false);
  buttons->button(QDialogButtonBox::Cancel)->setDefault(true);
  column->addWidget(buttons);
  connect(apply_, &QPushButton::clicked, this, &ApplyDialog::applied);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(reason_, &QLineEdit::textChanged, this, &ApplyDialog::check);
  connect(override_, &QCheckBox::toggled, this, &ApplyDialog::check);
}

void ApplyDialog::check() {
  const bool blocked = override_->isVisible() && (!override_->isChecked() || reason_->text().trimmed().size() < kShortestReason);
  apply_->setEnabled(!blocked);
}

void ApplyDialog::showGuardrail(const Error& error) {
  problem_->setText(tr("A guardrail refuses: %1").arg(guardrailText(error)));
  problem_->show();
  override_->setVisible(true);
  override_->setEnabled(role_ == domain::Role::Admin);
  check();
}

void ApplyDialog::showError(const QString& message) {
  problem_->setText(message);
  problem_->show();
}

control::PolicyApply ApplyDialog::change() const {
  control::PolicyApply change;
  change.policy.json = draft_.proposed();
  change.base = draft_.base();
  change.reason = reason_->text().trimmed().toStdString();
  change.confirm_within_s = within_->currentData().toInt();
  change.override_guardrail = override_->isVisible() && override_->isChecked();
  return change;
}

bool askRebase(const PolicyDraft& draft, const domain::PolicyRevision& theirs, QWidget* parent) {
  QMessageBox box(parent);
  box.setObjectName(QStringLiteral("conflictDialog"));
  box.setWindowTitle(ApplyDialog::tr("The policy changed meanwhile"));
  box.setIcon(QMessageBox::Warning);
  box.setText(ApplyDialog::tr("%1 is live now, by %2; your draft was made on %3.")
                  .arg(format::revision(theirs.revision), QString::fromStdString(theirs.who), format::revision(draft.base())));
  const QString their_changes = changeText(changesBetween(draft.live(), theirs.document.json));
  box.setInformativeText(ApplyDialog::tr("Theirs:\n%1\n\nYours:\n%2").arg(their_changes, changeText(draft.changes())));
  QPushButton* rebase = box.addButton(ApplyDialog::tr("Rebase draft"), QMessageBox::AcceptRole);
  box.setDefaultButton(box.addButton(QMessageBox::Cancel));
  box.exec();
  return box.clickedButton() == rebase;
}

std::optional<QString> askRollback(const QString& router, domain::Revision live, domain::Revision to, QWidget* parent) {
  QInputDialog dialog(parent);
  dialog.setObjectName(QStringLiteral("rollbackDialog"));
  dialog.setWindowTitle(ApplyDialog::tr("Roll back to %1").arg(format::revision(to)));
  dialog.setLabelText(ApplyDialog::tr("%1 goes from %2 back to the policy of %3, as a new revision, confirmed at once.\nReason:")
                          .arg(router, format::revision(live), format::revision(to)));
  dialog.setOkButtonText(ApplyDialog::tr("Roll back to %1").arg(format::revision(to)));
  if (dialog.exec() != QDialog::Accepted) return std::nullopt;
  return dialog.textValue().trimmed();
}

}  // namespace signalbox::ui
