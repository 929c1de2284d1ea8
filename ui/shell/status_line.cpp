// SPDX-License-Identifier: GPL-3.0-only
#include "shell/status_line.h"

#include <QPainter>

#include "theme/figures.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/text_run.h"

namespace signalbox::ui {

StatusLine::StatusLine(QWidget* parent) : QWidget(parent) { setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed); }

void StatusLine::setView(const QStringList& parts) {
  if (parts == view_) return;
  view_ = parts;
  tell();
}

void StatusLine::setRouter(const QStringList& parts) {
  if (parts == router_) return;
  router_ = parts;
  tell();
}

void StatusLine::tell() {
  setAccessibleName((view_ + router_).join(QStringLiteral("; ")));
  update();
}

QSize StatusLine::sizeHint() const { return {100 * metricsOf(this).u, metricsOf(this).statusBar()}; }
QSize StatusLine::minimumSizeHint() const { return {20 * metricsOf(this).u, metricsOf(this).statusBar()}; }

void StatusLine::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  const Metrics m = metricsOf(this);
  const QFont font = typeFont(Type::Secondary);
  QPainter painter(this);
  paint::fill(painter, rect(), t.window);
  paint::hLine(painter, 0, width(), 0, t.line);
  const double pad = 2.5 * m.u, rule = m.px(14);
  const bool reversed = layoutDirection() == Qt::RightToLeft;
  const auto place = [&](double x, double wide) { return QRectF(reversed ? width() - x - wide : x, 0, wide, height()); };
  const auto divide = [&](double x) { paint::vLine(painter, place(x, 0).left(), (height() - rule) / 2, (height() + rule) / 2, t.line); };
  double right = width() - pad;
  for (int i = router_.size() - 1; i >= 0; --i) {
    const double wide = figures::width(router_[i], font);
    drawLine(painter, place(right - wide, wide + 1), {{router_[i], Tone::Text2}}, font, t);
    right -= wide + pad;
    if (i > 0) divide(right), right -= pad;
  }
  double left = pad;
  for (const QString& part : std::as_const(view_)) {
    const double room = right - pad - left;
    if (room < 4 * m.u) break;
    const double used = drawLine(painter, place(left, room), {{part, Tone::Text2}}, font, t);
    left += used + pad;
    divide(left);
    left += pad;
  }
}

}  // namespace signalbox::ui
