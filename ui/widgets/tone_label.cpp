// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/tone_label.h"

#include <QEvent>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace signalbox::ui {

ToneLabel::ToneLabel(const QString& text, Tone tone, Type type, QWidget* parent) : QLabel(text, parent), tone_(tone), type_(type) {
  setTextFormat(Qt::PlainText);
  dress();
}

void ToneLabel::setTone(Tone tone) {
  tone_ = tone;
  dress();
}

void ToneLabel::setType(Type type) {
  type_ = type;
  dress();
}

void ToneLabel::setBold(bool bold) {
  bold_ = bold;
  dress();
}

void ToneLabel::setEliding(bool eliding, Qt::TextElideMode where) {
  eliding_ = eliding;
  where_ = where;
  setSizePolicy(eliding ? QSizePolicy::Ignored : QSizePolicy::Preferred, sizePolicy().verticalPolicy());
  updateGeometry();
}

QSize ToneLabel::minimumSizeHint() const {
  const QSize size = QLabel::minimumSizeHint();
  return eliding_ ? QSize(4 * metricsOf(this).u, size.height()) : size;
}

void ToneLabel::dress() {
  if (dressing_) return;
  dressing_ = true;
  const Theme& theme = themeOf(this);
  QPalette p;
  p.setColor(QPalette::WindowText, theme.tone(tone_));
  p.setColor(QPalette::Disabled, QPalette::WindowText, theme.disabled);
  p.setColor(QPalette::Link, theme.accent);
  setPalette(p);
  setFont(bold_ ? typeFont(type_, *bold_) : typeFont(type_));
  dressing_ = false;
}

bool ToneLabel::event(QEvent* event) {
  switch (event->type()) {
    case QEvent::PaletteChange:
    case QEvent::StyleChange:
    case QEvent::ApplicationFontChange: dress(); break;
    case QEvent::ToolTip:
      if (eliding_ && toolTip().isEmpty() && fontMetrics().horizontalAdvance(text()) > contentsRect().width()) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), text(), this);
        return true;
      }
      break;
    default: break;
  }
  return QLabel::event(event);
}

void ToneLabel::paintEvent(QPaintEvent* event) {
  if (!eliding_) return QLabel::paintEvent(event);
  QPainter painter(this);
  painter.setFont(font());
  painter.setPen(palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, QPalette::WindowText));
  const QString shown = fontMetrics().elidedText(text(), where_, contentsRect().width());
  painter.drawText(contentsRect(), int(QStyle::visualAlignment(layoutDirection(), alignment())) | Qt::TextSingleLine, shown);
}

}  // namespace signalbox::ui
