// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/dock_title.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>

#include "theme/icons.h"
#include "theme/paint.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

DockTitle::DockTitle(const QString& title, QWidget* parent)
    : QWidget(parent), row_(new QHBoxLayout(this)), title_(new ToneLabel(title, Tone::Text, Type::Heading)), note_(new ToneLabel({}, Tone::Text3, Type::Secondary)) {
  const Metrics m = metricsOf(this);
  setFixedHeight(m.dockTitle());
  row_->setContentsMargins(5 * m.u / 2, 0, 3 * m.u / 2, 1);
  row_->setSpacing(m.u);
  note_->setEliding(true);
  row_->addWidget(title_);
  row_->addWidget(note_, 1);
}

void DockTitle::setTitle(const QString& title) { title_->setText(title); }
void DockTitle::setNote(const QString& note) { note_->setText(note); }

QToolButton* DockTitle::addTool(const QString& name, const QString& words) {
  auto* tool = new QToolButton(this);
  const int side = qRound(metricsOf(this).px(13));
  tool->setIcon(icon(name));
  tool->setIconSize({side, side});
  tool->setAutoRaise(true);
  tool->setToolTip(words);
  tool->setAccessibleName(words);
  tool->setFixedSize(metricsOf(this).smallControl(), metricsOf(this).smallControl());
  row_->addWidget(tool);
  return tool;
}

bool DockTitle::event(QEvent* event) {
  if (event->type() == QEvent::ApplicationFontChange) setFixedHeight(metricsOf(this).dockTitle());
  return QWidget::event(event);
}

void DockTitle::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  paint::fill(painter, rect(), themeOf(this).head);
  paint::hLine(painter, 0, width(), height() - paint::hair(painter), themeOf(this).line);
}

}  // namespace signalbox::ui
