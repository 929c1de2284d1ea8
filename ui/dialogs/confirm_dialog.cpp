// SPDX-License-Identifier: GPL-3.0-only
#include "dialogs/confirm_dialog.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/tone_label.h"

namespace signalbox::ui {
namespace {

constexpr int kWidth = 150;  // in u

QString kindName(ConfirmRequest::Kind kind) {
  switch (kind) {
    case ConfirmRequest::Kind::Primary: return QStringLiteral("primary");
    case ConfirmRequest::Kind::Proposal: return QStringLiteral("proposal");
    case ConfirmRequest::Kind::Danger: return QStringLiteral("danger");
    case ConfirmRequest::Kind::Plain: break;
  }
  return {};
}

}  // namespace

ConfirmDialog::ConfirmDialog(const ConfirmRequest& request, QWidget* parent) : QDialog(parent), reasonAtLeast_(request.reasonAtLeast) {
  const Metrics m = metricsOf(this);
  setWindowTitle(request.effect);
  setObjectName(QStringLiteral("dialog.confirm"));
  setMinimumWidth(kWidth * m.u);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(5 * m.u, 5 * m.u, 5 * m.u, 4 * m.u);
  column->setSpacing(2 * m.u);
  column->addWidget(new ToneLabel(request.effect, Tone::Text, Type::SectionTitle));

  QStringList facts;
  for (const QString& fact : {request.router, request.change, request.consequence})
    if (!fact.isEmpty()) facts << fact;
  if (!facts.isEmpty()) column->addWidget(new ToneLabel(facts.join(QStringLiteral(" · ")), Tone::Text2));
  if (!request.explanation.isEmpty()) {
    auto* words = new ToneLabel(request.explanation, Tone::Text);
    words->setWordWrap(true);
    column->addWidget(words);
  }
  if (!request.diff.empty()) {
    diff_ = new DiffView(this);
    diff_->setFrameShape(QFrame::StyledPanel);
    diff_->setLines(request.diff);
    column->addWidget(diff_, 1);
  }
  if (request.askReason || reasonAtLeast_ > 0) {
    auto* label = new ToneLabel(reasonAtLeast_ > 0 ? tr("Reason, at least %1 characters").arg(reasonAtLeast_) : tr("Reason"), Tone::Text2, Type::Secondary);
    reason_ = new QLineEdit(this);
    reason_->setObjectName(QStringLiteral("confirm.reason"));
    reason_->setMaxLength(500);
    label->setBuddy(reason_);
    column->addWidget(label);
    column->addWidget(reason_);
    connect(reason_, &QLineEdit::textChanged, this, &ConfirmDialog::judge);
  }

  fields_ = new QFormLayout;
  fields_->setHorizontalSpacing(2 * m.u);
  fields_->setVerticalSpacing(2 * m.u);
  column->addLayout(fields_);
  problem_ = new ToneLabel({}, Tone::Bad, Type::Body, this);
  problem_->setObjectName(QStringLiteral("confirm.problem"));
  problem_->setWordWrap(true);
  problem_->hide();
  column->addWidget(problem_);

  auto* row = new QHBoxLayout;
  row->addStretch(1);
  auto* cancel = new QPushButton(tr("Cancel"), this);
  cancel->setObjectName(QStringLiteral("confirm.cancel"));
  cancel->setDefault(true);
  verb_ = new QPushButton(request.verb, this);
  verb_->setObjectName(QStringLiteral("confirm.verb"));
  verb_->setProperty("kind", kindName(request.kind));
  verb_->setAutoDefault(false);
  row->addWidget(cancel);
  row->addWidget(verb_);
  column->addSpacing(m.u);
  column->addLayout(row);
  connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
  connect(verb_, &QPushButton::clicked, this, [this] { act(); });
  (reason_ != nullptr ? static_cast<QWidget*>(reason_) : cancel)->setFocus();
  judge();
}

QString ConfirmDialog::reason() const { return reason_ != nullptr ? reason_->text().trimmed() : QString(); }

void ConfirmDialog::judge() {
  const bool enough = reason().size() >= reasonAtLeast_;
  const QString other = objection();
  verb_->setEnabled(enough && other.isEmpty());
  verb_->setToolTip(!enough ? tr("Give a reason of %1 characters or more").arg(reasonAtLeast_) : other);
}

void ConfirmDialog::setReasonAtLeast(int characters) {
  reasonAtLeast_ = characters;
  judge();
}

void ConfirmDialog::setProblem(const QString& problem) {
  problem_->setText(problem);
  problem_->setVisible(!problem.isEmpty());
  if (isVisible()) fit();
}

// Labels that wrap tell a dialog too little of their height: nothing in here may be cut.
void ConfirmDialog::fit() {
  const int wide = std::max(width(), minimumWidth());
  const QMargins margins = layout()->contentsMargins();
  if (diff_ != nullptr) diff_->setMinimumHeight(diff_->heightFor(wide - margins.left() - margins.right()));
  layout()->activate();
  const int tall = layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(wide) : layout()->totalSizeHint().height();
  setMinimumHeight(tall);
  resize(wide, tall);
}

void ConfirmDialog::showEvent(QShowEvent* event) {
  fit();
  QDialog::showEvent(event);
}

void ConfirmDialog::addField(const QString& label, QWidget* field) {
  if (label.isEmpty()) return fields_->addRow(field);
  auto* words = new ToneLabel(label, Tone::Text2, Type::Secondary, this);
  words->setBuddy(field);
  fields_->addRow(words, field);
}

}  // namespace signalbox::ui
