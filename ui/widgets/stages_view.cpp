// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/stages_view.h"

#include <QPainter>

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/text_run.h"

namespace signalbox::ui {

StagesView::StagesView(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("Stages of the change"));
}

void StagesView::setStages(std::vector<Stage> stages) {
  stages_ = std::move(stages);
  QStringList parts;
  for (const Stage& s : stages_) {
    const QString state = s.state == Stage::State::Done ? tr("done") : s.state == Stage::State::Now ? tr("now") : tr("to come");
    parts << QStringLiteral("%1: %2 %3").arg(s.name, state, s.note).trimmed();
  }
  setAccessibleDescription(parts.join(QStringLiteral("; ")));
  update();
}

QSize StagesView::sizeHint() const { return {qRound(41.0 * metricsOf(this).u * double(std::max<std::size_t>(stages_.size(), 1))), qRound(17.5 * metricsOf(this).u)}; }
QSize StagesView::minimumSizeHint() const { return {qRound(22.0 * metricsOf(this).u * double(std::max<std::size_t>(stages_.size(), 1))), sizeHint().height()}; }

void StagesView::paintEvent(QPaintEvent* /*event*/) {
  if (stages_.empty()) return;
  const Theme& t = themeOf(this);
  const double u = metricsOf(this).u, y = 5 * u, leg = width() / double(stages_.size());
  const auto x = [&](std::size_t i) { return leg * (double(i) + 0.5); };
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  for (std::size_t i = 0; i + 1 < stages_.size(); ++i) {
    const QColor colour = stages_[i + 1].state == Stage::State::ToCome ? t.line : t.ok;
    paint::fill(painter, {x(i), y - u / 2, leg, u}, colour);
    for (const Stage::Tie& tie : stages_[i].ties) {
      const double at = x(i) + leg * tie.at;
      paint::fill(painter, {at - u / 4, y - 1.5 * u, u / 2, 3 * u}, colour);
      drawLine(painter, {at - 10 * u, 0.5 * u, 20 * u, 3 * u}, {{tie.text, Tone::Text2}}, typeFont(Type::Tick), t, Qt::AlignHCenter);
    }
  }
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const Stage& s = stages_[i];
    const QPointF c(x(i), y);
    if (s.state == Stage::State::Done) {
      painter.setPen(Qt::NoPen);
      painter.setBrush(t.ok);
      painter.drawEllipse(c, 2.25 * u, 2.25 * u);
      painter.setPen(QPen(t.base, 0.45 * u, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
      painter.setBrush(Qt::NoBrush);
      painter.drawPolyline(QPolygonF({c + QPointF(-1, 0.08) * u, c + QPointF(-0.28, 0.8) * u, c + QPointF(0.98, -0.6) * u}));
    } else if (s.state == Stage::State::Now) {
      painter.setPen(QPen(t.base, 0.5 * u));
      painter.setBrush(t.draft);
      painter.drawRoundedRect(QRectF(c.x() - 2.5 * u, c.y() - 2.5 * u, 5 * u, 5 * u), 0.75 * u, 0.75 * u);
      painter.setFont(typeFont(Type::Tick, true));
      painter.setPen(t.onDraft);
      painter.drawText(QRectF(c.x() - 2.5 * u, c.y() - 2.5 * u, 5 * u, 5 * u), Qt::AlignCenter, s.share);
    } else {
      painter.setPen(QPen(t.edge, 0.5 * u));
      painter.setBrush(t.base);
      painter.drawEllipse(c, 2.125 * u, 2.125 * u);
    }
    const Tone tone = s.state == Stage::State::ToCome ? Tone::Text2 : Tone::Text;
    drawLine(painter, {c.x() - leg / 2, 8.5 * u, leg, 4.5 * u}, {{s.name, tone, s.state == Stage::State::Now}}, typeFont(Type::Body), t, Qt::AlignHCenter);
    drawLine(painter, {c.x() - leg / 2, 13 * u, leg, 4 * u}, {{s.note, Tone::Text2}}, typeFont(Type::Tick), t, Qt::AlignHCenter);
  }
}

}  // namespace signalbox::ui
