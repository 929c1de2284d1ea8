// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/code_text.h"

#include <QEvent>
#include <QPlainTextDocumentLayout>
#include <QScrollBar>
#include <QTextBlock>

#include "theme/metrics.h"

namespace signalbox::ui {

namespace {
int lineHeight(const QWidget* widget) { return metricsOf(widget).h + 1; }

// The fixed font's own lines are set solid; a block of one line gets the height of a line of the console.
class RoomyLayout : public QPlainTextDocumentLayout {
 public:
  RoomyLayout(QTextDocument* document, const QWidget* widget) : QPlainTextDocumentLayout(document), widget_(widget) {}
  [[nodiscard]] QRectF blockBoundingRect(const QTextBlock& block) const override {
    QRectF rect = QPlainTextDocumentLayout::blockBoundingRect(block);
    if (rect.isValid()) rect.setHeight(std::max<double>(rect.height(), lineHeight(widget_)));
    return rect;
  }

 private:
  const QWidget* widget_;
};
}  // namespace

CodeText::CodeText(QWidget* parent) : QPlainTextEdit(parent) {
  auto* roomy = new QTextDocument(this);
  roomy->setDocumentLayout(new RoomyLayout(roomy, this));
  setDocument(roomy);
  setFrameShape(QFrame::NoFrame);
  setLineWrapMode(QPlainTextEdit::NoWrap);
  dress();
}

CodeText::CodeText(const QString& text, QWidget* parent) : CodeText(parent) { setPlainText(text); }

void CodeText::dress() {
  setFont(typeFont(Type::Mono));
  document()->setDefaultFont(font());
}

void CodeText::setPadding(int pixels) { document()->setDocumentMargin(pixels); }

int CodeText::heightOfLines(int lines) const {
  return lines * lineHeight(this) + static_cast<int>(2 * document()->documentMargin()) + horizontalScrollBar()->sizeHint().height();
}

bool CodeText::event(QEvent* event) {
  if (event->type() == QEvent::ApplicationFontChange) dress();
  return QPlainTextEdit::event(event);
}

}  // namespace signalbox::ui
