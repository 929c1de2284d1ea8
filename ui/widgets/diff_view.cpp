// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/diff_view.h"

#include <QEvent>
#include <QFontMetrics>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"

namespace signalbox::ui {

DiffView::DiffView(QWidget* parent) : QAbstractScrollArea(parent) {
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::StrongFocus);
  viewport()->setBackgroundRole(QPalette::Base);
  viewport()->setAutoFillBackground(true);
  setAccessibleName(tr("Differences"));
}

void DiffView::setLines(std::vector<DiffLine> lines) {
  lines_ = std::move(lines);
  QStringList spoken;
  for (const DiffLine& line : lines_)
    if (line.kind != DiffLine::Kind::Same) spoken << (line.kind == DiffLine::Kind::Added ? tr("added: %1") : tr("removed: %1")).arg(line.text.trimmed());
  setAccessibleDescription(spoken.join(QStringLiteral("; ")));
  fit();
}

int DiffView::lineHeight() const { return metricsOf(this).h + 1; }

QSize DiffView::sizeHint() const {
  const int shown = std::clamp(static_cast<int>(lines_.size()), 1, visible_);
  return {90 * metricsOf(this).u, shown * lineHeight() + 2 * metricsOf(this).u};
}

int DiffView::contentWidth() const {
  const QFontMetrics fm(typeFont(Type::Mono));
  int widest = 0;
  for (const DiffLine& line : lines_) widest = std::max(widest, fm.horizontalAdvance(line.text));
  return widest + 15 * metricsOf(this).u;
}

int DiffView::heightFor(int width) const {
  const int frame = 2 * frameWidth();
  return sizeHint().height() + frame + (contentWidth() > width - frame ? horizontalScrollBar()->sizeHint().height() : 0);
}

void DiffView::fit() {
  const Metrics m = metricsOf(this);
  const int wide = contentWidth(), tall = static_cast<int>(lines_.size()) * lineHeight() + 2 * m.u;
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setSingleStep(lineHeight());
  verticalScrollBar()->setRange(0, std::max(0, tall - viewport()->height()));
  horizontalScrollBar()->setPageStep(viewport()->width());
  horizontalScrollBar()->setRange(0, std::max(0, wide - viewport()->width()));
  updateGeometry();
  viewport()->update();
}

void DiffView::resizeEvent(QResizeEvent* event) {
  fit();
  QAbstractScrollArea::resizeEvent(event);
}

bool DiffView::event(QEvent* event) {
  if (event->type() == QEvent::ApplicationFontChange) fit();
  return QAbstractScrollArea::event(event);
}

void DiffView::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  const Metrics m = metricsOf(this);
  QPainter painter(viewport());
  const int tall = lineHeight(), top = m.u - verticalScrollBar()->value(), left = -horizontalScrollBar()->value();
  const QFont mono = typeFont(Type::Mono), small = typeFont(Type::MonoSmall);
  QFont sign = mono;
  sign.setBold(true);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const DiffLine& line = lines_[i];
    const QRectF row(0, top + double(i) * tall, viewport()->width(), tall);
    if (row.bottom() < 0 || row.top() > viewport()->height()) continue;
    const bool added = line.kind == DiffLine::Kind::Added, changed = line.kind != DiffLine::Kind::Same;
    if (changed) paint::fill(painter, row, added ? t.okFill : t.badFill);
    painter.setFont(small);
    painter.setPen(t.text3);
    if (line.number > 0) painter.drawText(QRectF(left, row.top(), 7.5 * m.u, tall), Qt::AlignRight | Qt::AlignVCenter, QString::number(line.number));
    if (changed) {
      painter.setFont(sign);
      painter.setPen(added ? t.ok : t.bad);
      painter.drawText(QRectF(left + 7.5 * m.u, row.top(), 5.5 * m.u, tall), Qt::AlignCenter, added ? QStringLiteral("+") : QStringLiteral("−"));
    }
    painter.setFont(mono);
    painter.setPen(t.text);
    painter.drawText(QPointF(left + 13 * m.u, row.center().y() + painter.fontMetrics().ascent() / 2.0 - painter.fontMetrics().descent() / 2.0), line.text);
  }
}

}  // namespace signalbox::ui
