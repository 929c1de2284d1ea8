// SPDX-License-Identifier: GPL-3.0-only
#include "pages/audit/audit_dock.h"

#include <QClipboard>
#include <QFormLayout>
#include <QGuiApplication>
#include <QToolButton>
#include <QVBoxLayout>

#include "models/change_words.h"
#include "pages/common/page_helpers.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
QString text(const std::string& word) { return QString::fromStdString(word); }
QString text(std::string_view word) { return QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size())); }
}  // namespace

AuditDock::AuditDock(Selection& selection, QWidget* parent)
    : DockContent(tr("Change"), parent), selection_(selection), facts_(new QWidget(this)),
      hint_(new ToneLabel(tr("Choose a row to see what it changed."), Tone::Text2, Type::Body, this)), form_(new QFormLayout(facts_)) {
  setObjectName(QStringLiteral("auditEntry"));
  const Metrics m = metricsOf(this);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(m.panelPadding(), m.panelPadding(), m.panelPadding(), m.panelPadding());
  column->addWidget(hint_);
  column->addWidget(facts_);
  column->addStretch(1);
  form_->setContentsMargins(0, 0, 0, 0);
  form_->setHorizontalSpacing(3 * m.u);
  form_->setVerticalSpacing(3 * m.u / 2);
  form_->setLabelAlignment(Qt::AlignLeft | Qt::AlignTop);
  what_ = add(tr("Action"), "auditWhat");
  outcome_ = add(tr("Outcome"), "auditOutcome");
  revision_ = add(tr("Revision"), "auditRevision");
  diff_ = add(tr("Changed"), "auditDiff");
  reason_ = add(tr("Reason"), "auditReason");
  who_ = add(tr("Who"), "auditWho");
  when_ = add(tr("When"), "auditWhen");
  hash_ = addHash(tr("Hash"), "auditHash");
  previous_ = addHash(tr("Before it"), "auditPrevious");
  what_->setBold(true);
  facts_->hide();
}

ToneLabel* AuditDock::add(const QString& name, const char* objectName) {
  auto* value = new ToneLabel({}, Tone::Text, Type::Body, facts_);
  value->setObjectName(QString::fromLatin1(objectName));
  value->setWordWrap(true);
  value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  form_->addRow(new ToneLabel(name, Tone::Text2, Type::Secondary, facts_), value);
  return value;
}

ToneLabel* AuditDock::addHash(const QString& name, const char* objectName) {
  auto* row = new QWidget(facts_);
  auto* line = new QHBoxLayout(row);
  tighten(line, metricsOf(this).u);
  auto* value = new ToneLabel({}, Tone::Text, Type::MonoSmall, row);
  value->setObjectName(QString::fromLatin1(objectName));
  value->setEliding(true, Qt::ElideMiddle);
  QToolButton* copy = toolButton(row, QStringLiteral("copy"), tr("Copy this hash"));
  connect(copy, &QToolButton::clicked, this, [value] { QGuiApplication::clipboard()->setText(value->text()); });
  line->addWidget(value, 1);
  line->addWidget(copy);
  form_->addRow(new ToneLabel(name, Tone::Text2, Type::Secondary, facts_), row);
  return value;
}

void AuditDock::show(const domain::AuditEntry& entry) {
  hint_->hide();
  facts_->show();
  setNote(format::count(entry.seq));
  what_->setText(actionWords(entry.action));
  outcome_->setText(text(entry.outcome));
  outcome_->setTone(entry.outcome == "ok" ? Tone::Text : Tone::Bad);
  revision_->setText(entry.revision > 0 ? format::revision(entry.revision) : format::unknown());
  diff_->setText(entry.diff.empty() ? tr("no difference recorded") : changeWords(entry.diff).replace(QStringLiteral("; "), QStringLiteral("\n")));
  diff_->setTone(entry.diff.empty() ? Tone::Text3 : Tone::Text);
  reason_->setText(entry.reason.empty() ? tr("no reason given") : text(entry.reason));
  reason_->setTone(entry.reason.empty() ? Tone::Text3 : Tone::Text);
  who_->setText(tr("%1, %2").arg(text(entry.who), text(domain::name(entry.role))));
  when_->setText(selection_.zone().text(entry.ts, Zone::Style::Full) + QLatin1Char(' ') + selection_.zone().label());
  hash_->setText(text(entry.hash));
  previous_->setText(text(entry.prev_hash));
}

}  // namespace signalbox::ui
