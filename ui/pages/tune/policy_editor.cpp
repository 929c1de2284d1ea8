// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/policy_editor.h"

#include <QTextBlock>
#include <QVBoxLayout>

#include "models/policy_text.h"
#include "pages/common/page_helpers.h"
#include "theme/metrics.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
constexpr int kPauseMs = 300;  // of typing, before the router is asked
}

PolicyEditor::PolicyEditor(ConsoleClient& client, PolicyDraft& draft, QWidget* parent)
    : QWidget(parent), client_(client), draft_(draft), asker_(this), text_(new QPlainTextEdit(this)),
      verdict_(new ToneLabel({}, Tone::Text2, Type::Secondary, this)) {
  auto* column = new QVBoxLayout(this);
  tighten(column);
  text_->setObjectName(QStringLiteral("policyText"));
  text_->setAccessibleName(tr("Policy text"));
  text_->setFont(typeFont(Type::Mono));
  text_->setFrameShape(QFrame::NoFrame);
  text_->setLineWrapMode(QPlainTextEdit::NoWrap);
  verdict_->setObjectName(QStringLiteral("policyVerdict"));
  verdict_->setWordWrap(true);
  verdict_->setMargin(2 * metricsOf(this).u);
  column->addWidget(text_, 1);
  column->addWidget(verdict_);
  wait_.setSingleShot(true);
  wait_.setInterval(kPauseMs);
  connect(&wait_, &QTimer::timeout, this, &PolicyEditor::check);
  connect(text_, &QPlainTextEdit::textChanged, this, [this] {
    if (mine_) return;
    typed_ = true;
    wait_.start();
  });
  connect(&draft_, &PolicyDraft::changed, this, &PolicyEditor::follow);
  follow();
}

void PolicyEditor::setReadOnly(bool read_only) { text_->setReadOnly(read_only); }

void PolicyEditor::follow() {
  // The person's own layout stays while it says what the draft says.
  if (typed_ && text_->hasFocus()) return;
  mine_ = true;
  text_->setPlainText(draft_.isEmpty() ? QString() : policyText(draft_.proposed()));
  text_->setExtraSelections({});
  mine_ = false;
  typed_ = false;
  errors_ = false;
  verdict_->setText({});
}

void PolicyEditor::check() {
  verdict_->setTone(Tone::Text3);
  verdict_->setText(tr("Checking…"));
  client_.checkPolicy(asker_.next(), text_->toPlainText().toStdString(), [this](const Result<control::PolicyCheck>& result) {
    if (result) return show(*result);
    verdict_->setTone(Tone::Bad);
    verdict_->setText(tr("Not checked: %1").arg(QString::fromStdString(result.error().message)));
  });
}

void PolicyEditor::show(const control::PolicyCheck& check) {
  errors_ = !check.errors.empty();
  QList<QTextEdit::ExtraSelection> marks;
  QStringList lines;
  for (const control::PolicyIssue& issue : check.errors) {
    QTextEdit::ExtraSelection mark;
    mark.cursor = QTextCursor(text_->document()->findBlockByNumber(issue.line - 1));
    mark.cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
    mark.format.setBackground(themeOf(this).badFill);
    mark.format.setProperty(QTextFormat::FullWidthSelection, true);
    marks.append(mark);
    QString line = QStringLiteral("%1:%2: %3").arg(issue.line).arg(issue.column).arg(QString::fromStdString(issue.message));
    if (!issue.allowed.empty()) line += tr("; allowed: %1").arg(QString::fromStdString(issue.allowed));
    lines.append(line);
  }
  text_->setExtraSelections(marks);
  verdict_->setTone(errors_ ? Tone::Bad : Tone::Ok);
  verdict_->setText(errors_ ? lines.join(QLatin1Char('\n')) : tr("Checked by the router: no errors."));
  if (!errors_) draft_.replaceDocument(check.policy.json);
  Q_EMIT checked();
}

}  // namespace signalbox::ui
