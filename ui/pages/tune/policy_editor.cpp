// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/policy_editor.h"

#include <QPushButton>
#include <QTextBlock>
#include <QVBoxLayout>

#include "models/policy_text.h"
#include "pages/common/page_helpers.h"
#include "theme/metrics.h"
#include "widgets/code_text.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

namespace {
constexpr int kPauseMs = 300;  // of typing, before the router is asked
}

PolicyEditor::PolicyEditor(ConsoleClient& client, PolicyDraft& draft, QWidget* parent)
    : QWidget(parent), client_(client), draft_(draft), asker_(this), text_(new CodeText(this)),
      verdict_(new ToneLabel({}, Tone::Text2, Type::Secondary, this)), discard_(new QPushButton(tr("Discard the text"), this)) {
  auto* column = new QVBoxLayout(this);
  tighten(column);
  text_->setObjectName(QStringLiteral("policyText"));
  text_->setAccessibleName(tr("Policy text"));
  text_->setPadding(metricsOf(this).panelPadding());
  verdict_->setObjectName(QStringLiteral("policyVerdict"));
  verdict_->setWordWrap(true);
  verdict_->setMargin(2 * metricsOf(this).u);
  discard_->setObjectName(QStringLiteral("discardText"));
  discard_->hide();
  auto* foot = new QHBoxLayout;
  foot->addWidget(verdict_, 1);
  foot->addWidget(discard_, 0, Qt::AlignTop);
  column->addWidget(text_, 1);
  column->addLayout(foot);
  wait_.setSingleShot(true);
  wait_.setInterval(kPauseMs);
  connect(&wait_, &QTimer::timeout, this, &PolicyEditor::check);
  connect(text_, &CodeText::textChanged, this, [this] {
    if (mine_) return;
    asker_.cancel();  // an answer would be about the text before
    own_layout_ = true;
    become(Text::Typed);
    wait_.start();
  });
  connect(discard_, &QPushButton::clicked, this, &PolicyEditor::discard);
  connect(&draft_, &PolicyDraft::changed, this, &PolicyEditor::follow);
  follow();
}

void PolicyEditor::setReadOnly(bool read_only) { text_->setReadOnly(read_only); }

QString PolicyEditor::text() const { return text_->toPlainText(); }

QString PolicyEditor::objection() const {
  switch (state_) {
    case Text::AsDraft: return {};
    case Text::Typed:
    case Text::Checking: return tr("The text is still being checked; try again in a moment.");
    case Text::Unchecked: return tr("The text was not checked; change it, or discard it.");
    case Text::Wrong: return tr("The text has errors; mend or discard them first.");
  }
  return {};
}

void PolicyEditor::become(Text state) {
  discard_->setVisible(state == Text::Unchecked || state == Text::Wrong);
  if (std::exchange(state_, state) != state) Q_EMIT objectionChanged();
}

void PolicyEditor::follow() {
  // What a person typed stays until the draft says it, or it is discarded; then too, while they are at it, in their own layout.
  if (state_ != Text::AsDraft || (own_layout_ && text_->hasFocus())) return;
  discard();
}

void PolicyEditor::discard() {
  asker_.cancel();
  wait_.stop();
  mine_ = true;
  text_->setPlainText(draft_.isEmpty() ? QString() : policyText(draft_.proposed()));
  text_->setExtraSelections({});
  mine_ = false;
  own_layout_ = false;
  judge(Tone::Text2, {});
  become(Text::AsDraft);
}

void PolicyEditor::judge(Tone tone, const QString& words) {
  verdict_->setTone(tone);
  verdict_->setText(words);
  verdict_->setVisible(!words.isEmpty());
}

void PolicyEditor::type(const QString& text) { text_->setPlainText(text); }

void PolicyEditor::check() {
  become(Text::Checking);
  judge(Tone::Text3, tr("Checking…"));
  client_.checkPolicy(asker_.next(), text_->toPlainText().toStdString(), [this](const Result<control::PolicyCheck>& result) {
    if (result) return show(*result);
    judge(Tone::Bad, tr("Not checked: %1").arg(QString::fromStdString(result.error().message)));
    become(Text::Unchecked);
  });
}

void PolicyEditor::show(const control::PolicyCheck& check) {
  const bool wrong = !check.errors.empty();
  QList<QTextEdit::ExtraSelection> marks;
  QStringList lines;
  const auto tell = [&](const control::PolicyIssue& issue) {
    QString line = QStringLiteral("%1:%2: %3").arg(issue.line).arg(issue.column).arg(QString::fromStdString(issue.message));
    if (!issue.allowed.empty()) line += tr("; allowed: %1").arg(QString::fromStdString(issue.allowed));
    lines.append(line);
  };
  if (!wrong) lines.append(tr("Checked by the router: no errors."));
  for (const control::PolicyIssue& issue : check.errors) {
    QTextEdit::ExtraSelection mark;
    mark.cursor = QTextCursor(text_->document()->findBlockByNumber(issue.line - 1));
    mark.cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
    mark.format.setBackground(themeOf(this).badFill);
    mark.format.setProperty(QTextFormat::FullWidthSelection, true);
    marks.append(mark);
    tell(issue);
  }
  for (const control::PolicyIssue& issue : check.warnings) tell(issue);
  text_->setExtraSelections(marks);
  judge(wrong ? Tone::Bad : check.warnings.empty() ? Tone::Ok : Tone::Warn, lines.join(QLatin1Char('\n')));
  become(wrong ? Text::Wrong : Text::AsDraft);
  if (!wrong) draft_.replaceDocument(check.policy.json);
}

}  // namespace signalbox::ui
