// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/score_strip.h"

#include <QPainter>

#include "theme/colour.h"
#include "theme/figures.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "theme/paint.h"

namespace signalbox::ui {

ScoreStrip::ScoreStrip(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("Complexity score against boundaries"));
}

void ScoreStrip::setScore(std::optional<double> score, const QString& why) {
  score_ = score;
  why_ = why;
  describe();
}

void ScoreStrip::setZones(std::vector<QString> tiers, std::vector<double> boundaries) {
  tiers_ = std::move(tiers);
  boundaries_ = std::move(boundaries);
  if (boundaries_.size() + 1 != tiers_.size()) boundaries_.clear();
  describe();
}

void ScoreStrip::describe() {
  QStringList parts;
  for (const double b : boundaries_) parts << format::score(b);
  setAccessibleDescription(score_ ? tr("Score %1, boundaries %2").arg(format::score(score_), parts.join(QStringLiteral(", "))) : why_);
  update();
}

QSize ScoreStrip::sizeHint() const { return {90 * metricsOf(this).u, 23 * metricsOf(this).u / 2}; }
QSize ScoreStrip::minimumSizeHint() const { return {40 * metricsOf(this).u, 23 * metricsOf(this).u / 2}; }

void ScoreStrip::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  const Metrics m = metricsOf(this);
  const double u = m.u, w = width();
  const QFont tick = typeFont(Type::Tick);
  QPainter painter(this);
  const auto at = [w](double v) { return v * w; };
  const auto words = [&](double x, double top, const QString& text, Tone tone, Qt::Alignment where, bool bold = false) {
    const double wide = figures::width(text, typeFont(Type::Tick, bold)) + 2;
    double left = where & Qt::AlignHCenter ? x - wide / 2 : where & Qt::AlignRight ? x - wide : x;
    left = std::clamp(left, 0.0, std::max(0.0, w - wide));
    drawLine(painter, {left, top, wide, 3 * u}, {{text, tone, bold}}, tick, t);
    return QRectF(left, top, wide, 3 * u);
  };

  const double top = 3.5 * u, tall = 3 * u;
  const int count = static_cast<int>(tiers_.size());
  QRectF scoreWords;
  if (score_) {
    const double x = at(std::clamp(*score_, 0.0, 1.0));
    const bool left = x > 10 * u;
    scoreWords = words(left ? x - u : x + u, 0, format::score(score_), Tone::Text, left ? Qt::AlignRight : Qt::AlignLeft, true);
  } else {
    scoreWords = words(0, 0, why_.isEmpty() ? tr("not scored") : why_, Tone::Text3, Qt::AlignLeft);
  }
  if (boundaries_.empty()) {
    paint::fill(painter, {0, top, w, tall}, t.head);
  } else {
    double from = 0;
    for (int i = 0; i < count; ++i) {
      const double to = i + 1 < count ? std::clamp(boundaries_[i], 0.0, 1.0) : 1;
      const TierKey key = TierKey::ladder(i, count);
      paint::fill(painter, {at(from), top, at(to) - at(from), tall}, withAlpha(t.tier(key).fill, 0.28));
      const double wide = figures::width(tiers_[i], tick);
      const QRectF name(at((from + to) / 2) - wide / 2, 0, wide, 3 * u);
      if (wide < at(to - from) && !name.intersects(scoreWords)) words(name.center().x(), 0, tiers_[i], Tone::Text2, Qt::AlignHCenter);
      from = to;
    }
  }
  for (const double b : boundaries_) {
    paint::vLine(painter, at(b), top - 0.75 * u, top + tall + 0.75 * u, t.text);
    words(at(b), 8 * u, format::score(b), Tone::Text, Qt::AlignHCenter);
  }
  const auto free = [&](double v) { return std::none_of(boundaries_.begin(), boundaries_.end(), [&](double b) { return std::abs(at(b) - at(v)) < 8 * u; }); };
  if (free(0)) words(0, 8 * u, QStringLiteral("0"), Tone::Text3, Qt::AlignLeft);
  if (free(1)) words(w, 8 * u, QStringLiteral("1"), Tone::Text3, Qt::AlignRight);
  if (score_) {
    const double x = at(std::clamp(*score_, 0.0, 1.0));
    paint::fill(painter, {std::clamp(x - 1.5, 0.0, w - 3), 2.5 * u, 3, 5 * u}, t.text);
  }
}

}  // namespace signalbox::ui
