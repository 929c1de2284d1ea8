// SPDX-License-Identifier: GPL-3.0-only
#include "pages/tune/policy_diff_view.h"

#include <QEvent>
#include <QTextBlock>

#include "theme/metrics.h"
#include "theme/theme.h"

namespace signalbox::ui {

PolicyDiffView::PolicyDiffView(QWidget* parent) : QPlainTextEdit(parent) {
  setObjectName(QStringLiteral("diff"));
  setAccessibleName(tr("Differences"));
  setReadOnly(true);
  setFrameShape(QFrame::NoFrame);
  setLineWrapMode(QPlainTextEdit::NoWrap);
  setFont(typeFont(Type::Mono));
}

void PolicyDiffView::setTexts(const QString& before, const QString& after) {
  std::vector<LineChange> lines = diffLines(before, after);
  if (lines == lines_) return;
  lines_ = std::move(lines);
  draw();
}

void PolicyDiffView::draw() {
  const Theme& theme = themeOf(this);
  QStringList text;
  for (const LineChange& line : lines_) {
    const QChar mark = line.kind == LineChange::Kind::Same ? QLatin1Char(' ') : line.kind == LineChange::Kind::Added ? QLatin1Char('+') : QChar(0x2212);
    text.append(QStringLiteral("%1 %2  %3").arg(line.number, 4).arg(mark).arg(line.text));
  }
  setPlainText(text.join(QLatin1Char('\n')));
  QList<QTextEdit::ExtraSelection> fills;
  for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
    const auto at = static_cast<std::size_t>(block.blockNumber());
    if (at >= lines_.size() || lines_[at].kind == LineChange::Kind::Same) continue;
    QTextEdit::ExtraSelection fill;
    fill.cursor = QTextCursor(block);
    fill.format.setBackground(lines_[at].kind == LineChange::Kind::Added ? theme.okFill : theme.badFill);
    fill.format.setProperty(QTextFormat::FullWidthSelection, true);
    fills.append(fill);
  }
  setExtraSelections(fills);
}

void PolicyDiffView::changeEvent(QEvent* event) {
  QPlainTextEdit::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && !lines_.empty()) draw();
}

}  // namespace signalbox::ui
