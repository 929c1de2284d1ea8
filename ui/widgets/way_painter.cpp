// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/way_painter.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "theme/colour.h"
#include "theme/figures.h"
#include "theme/format.h"
#include "theme/icons.h"
#include "theme/paint.h"
#include "theme/text_run.h"

namespace signalbox::ui {
namespace {

constexpr double kRailGap = 14, kTop = 9.5, kBelow = 14;  // in u

bool onMainRail(WayAttempt::Role role) { return role == WayAttempt::Role::Serve || role == WayAttempt::Role::Retry; }

// 1, 2 or 5 times a power of ten, at most `most` of them in the span.
double niceStep(double span, int most) {
  const double rough = span / most, power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double k : {1.0, 2.0, 5.0, 10.0})
    if (k * power >= rough) return k * power;
  return 10 * power;
}

}  // namespace

double WayPainter::height(int tiers, bool siding, const Metrics& metrics) {
  return metrics.u * (kTop + kRailGap * std::max(0, tiers - 1) + kBelow + (siding ? 7 : 0));
}

WayPainter::WayPainter(QPainter& painter, const Way& way, const Theme& theme, const Metrics& metrics, QSizeF size)
    : painter_(painter), way_(way), t_(theme), m_(metrics), u_(metrics.u), left_(0), right_(size.width() - 6.0 * metrics.u) {
  double widest = 0;
  for (const QString& name : way.tiers) widest = std::max(widest, figures::width(name, typeFont(Type::Secondary)));
  left_ = std::min(std::max(18.5 * u_, 7 * u_ + widest + 2 * u_), size.width() * 0.4);
  span_ = std::max(way.totalMs, 1e-3);
  for (const WayAttempt& a : way.attempts) span_ = std::max(span_, a.endMs);
  span_ *= 1.04;
  collectRuns();
}

double WayPainter::x(double ms) const { return left_ + ms / span_ * (right_ - left_); }
double WayPainter::railY(int tier) const { return u_ * (kTop + kRailGap * (static_cast<int>(way_.tiers.size()) - 1 - tier)); }
double WayPainter::climb() const { return kRailGap * u_ / std::tan(M_PI / 3); }
QColor WayPainter::colour(int tier) const { return t_.tier(TierKey::ladder(tier, static_cast<int>(way_.tiers.size()))).fill; }

void WayPainter::collectRuns() {
  for (const WayAttempt& a : way_.attempts) {
    if (!onMainRail(a.role)) continue;
    if (runs_.empty() || runs_.back().tier != a.tier) runs_.push_back({a.tier, a.startMs, a.endMs, a.failed, 1, a.caption});
    else {
      Run& run = runs_.back();
      run.end = std::max(run.end, a.endMs), run.failed = a.failed, run.caption = a.caption, ++run.attempts;
    }
  }
}

// A short run still shows its switch and a piece of rail.
double WayPainter::runEndX(std::size_t index) const {
  const Run& run = runs_[index];
  if (index == 0) return std::max(x(run.end), left_ + 3 * u_);
  const double steps = std::abs(run.tier - runs_[index - 1].tier);
  return std::min(std::max(x(run.end), runEndX(index - 1) + steps * climb() + 3 * u_), right_ + 2 * u_);
}

QRectF WayPainter::words(double at, double baseline, const QString& text, Tone tone, Qt::Alignment side, bool bold) {
  const QFont font = typeFont(Type::Tick, bold);
  const double wide = figures::width(text, font) + 1;
  double from = side & Qt::AlignRight ? at - wide : side & Qt::AlignHCenter ? at - wide / 2 : at;
  from = std::clamp(from, left_ - 2 * u_, std::max(left_ - 2 * u_, right_ + 5 * u_ - wide));
  const double limit = right_ + 5.5 * u_ - from;
  const QRectF box(from, baseline - 2.75 * u_, std::min(wide, limit), 3.5 * u_);
  if (tone != Tone::Text3) paint::fill(painter_, box.adjusted(-1, 0.25 * u_, 1, -0.25 * u_), withAlpha(t_.base, 0.85));
  drawLine(painter_, box, {{text, tone, bold}}, typeFont(Type::Tick), t_);
  return box;
}

void WayPainter::paint() {
  rails();
  unusedSwitches();
  sideRails();
  taken();
  if (way_.siding != Way::Siding::None) siding();
  ends();
  captions();
  posts();
  axis();
}

void WayPainter::rails() {
  const int count = static_cast<int>(way_.tiers.size());
  for (int i = 0; i < count; ++i) {
    const double y = railY(i);
    paint::fill(painter_, {left_, y - 0.375 * u_, right_ - left_ + 0.5 * u_, 0.75 * u_}, t_.line);
    paint::tier(painter_, {4.25 * u_, y}, m_.tierGlyph(), t_.tier(TierKey::ladder(i, count)));
    drawLine(painter_, {7 * u_, y - 2 * u_, left_ - 9 * u_, 4 * u_}, {{way_.tiers[i], Tone::Text}}, typeFont(Type::Secondary), t_);
    const bool ran = std::any_of(way_.attempts.begin(), way_.attempts.end(), [i](const WayAttempt& a) { return a.tier == i; });
    if (!ran && way_.siding == Way::Siding::None) words(left_ + (right_ - left_) * 0.4, y - 1.75 * u_, WayView::tr("not run"), Tone::Text3, Qt::AlignHCenter);
  }
}

void WayPainter::unusedSwitches() {
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setPen(QPen(t_.line, 0.75 * u_));
  for (const WayGate& gate : way_.gates) {
    if (gate.tier + 1 >= static_cast<int>(way_.tiers.size())) continue;
    const double from = std::min(x(gate.atMs), right_ - climb());
    painter_.drawLine(QPointF(from, railY(gate.tier)), QPointF(from + climb(), railY(gate.tier + 1)));
  }
  painter_.restore();
}

// Retries lie below the rail, hedges and shadows are dashed above and below it.
void WayPainter::sideRails() {
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  for (const WayAttempt& a : way_.attempts) {
    const auto run = std::find_if(runs_.begin(), runs_.end(), [&](const Run& r) { return r.tier == a.tier && a.startMs >= r.start - 1e-9; });
    const bool main = onMainRail(a.role);
    if (main && (run == runs_.end() || run->attempts < 2)) continue;
    const double y = railY(a.tier) + (a.role == WayAttempt::Role::Hedge ? -1.75 : 1.75) * u_;
    const double from = x(a.startMs), to = std::max(x(a.endMs), from + u_);
    QPen pen(a.failed ? t_.bad : colour(a.tier), 0.5 * u_);
    if (!main) pen.setDashPattern({3, 2});
    painter_.setPen(pen);
    painter_.drawLine(QPointF(from, y), QPointF(to, y));
    if (a.failed) paintIcon(painter_, {to - 1.25 * u_, y - 1.25 * u_, 2.5 * u_, 2.5 * u_}, QStringLiteral("error"), t_.bad);
  }
  painter_.restore();
}

void WayPainter::taken() {
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const Run& run = runs_[i];
    const double y = railY(run.tier), end = runEndX(i);
    QPainterPath path;
    if (i == 0) {
      path.moveTo(left_, y);
    } else {
      const double from = runEndX(i - 1), steps = std::abs(run.tier - runs_[i - 1].tier);
      path.moveTo(from, railY(runs_[i - 1].tier));
      path.lineTo(std::min(from + steps * climb(), end), y);
    }
    path.lineTo(end, y);
    painter_.setPen(QPen(colour(run.tier), 1.25 * u_, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    painter_.drawPath(path);
  }
  painter_.restore();
}

void WayPainter::siding() {
  const double y = railY(0), below = y + 7 * u_, reach = left_ + 6 * u_ + 7 * u_ / std::tan(M_PI / 3);
  const TierKey key = way_.siding == Way::Siding::Cache ? TierKey::cache() : TierKey::learned();
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setPen(QPen(t_.tier(key).fill, 1.25 * u_, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
  QPainterPath path({left_, y});
  path.lineTo(left_ + 3 * u_, y);
  path.lineTo(left_ + 3 * u_ + 7 * u_ / std::tan(M_PI / 3), below);
  path.lineTo(reach + 4 * u_, below);
  painter_.drawPath(path);
  painter_.restore();
  const double tip = reach + 4 * u_;
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setPen(Qt::NoPen);
  painter_.setBrush(t_.text);
  painter_.drawPolygon(QPolygonF({QPointF(tip - 1, below - 1.5 * u_), QPointF(tip + 2.25 * u_, below), QPointF(tip - 1, below + 1.5 * u_)}));
  painter_.restore();
  paint::tier(painter_, {tip + 5.5 * u_, below}, m_.tierGlyph(), t_.tier(key));
  words(tip + 8 * u_, below + u_, way_.sidingCaption, Tone::Text, Qt::AlignLeft);
}

void WayPainter::ends() {
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  const int firstTier = runs_.empty() ? 0 : runs_.front().tier;
  painter_.setPen(QPen(t_.text, 0.5 * u_));
  painter_.setBrush(t_.base);
  painter_.drawEllipse(QPointF(left_, railY(firstTier)), 1.25 * u_, 1.25 * u_);
  if (!runs_.empty()) {
    const double tip = runEndX(runs_.size() - 1), y = railY(runs_.back().tier);
    if (way_.end == Way::End::Answered && !runs_.back().failed) {
      painter_.setPen(Qt::NoPen);
      painter_.setBrush(t_.text);
      painter_.drawPolygon(QPolygonF({QPointF(tip - 1, y - 1.5 * u_), QPointF(tip + 2.25 * u_, y), QPointF(tip - 1, y + 1.5 * u_)}));
    } else {
      const bool cancelled = way_.end == Way::End::Cancelled;
      paint::fill(painter_, {tip - 1.75 * u_, y - 1.75 * u_, 3.5 * u_, 3.5 * u_}, t_.base);
      paintIcon(painter_, {tip - 2 * u_, y - 2 * u_, 4 * u_, 4 * u_}, cancelled ? QStringLiteral("cross") : QStringLiteral("error"), cancelled ? t_.text2 : t_.bad);
    }
  }
  painter_.restore();
}

void WayPainter::captions() {
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const double from = i == 0 ? left_ + 1.5 * u_ : runEndX(i - 1) + std::abs(runs_[i].tier - runs_[i - 1].tier) * climb();
    const double drop = runs_[i].attempts > 1 ? 6.25 : 4.5;
    words(from, railY(runs_[i].tier) + drop * u_, runs_[i].caption, Tone::Text, Qt::AlignLeft);
  }
  for (const WayAttempt& a : way_.attempts) {
    if (!a.firstTokenMs || !onMainRail(a.role)) continue;
    const double at = x(*a.firstTokenMs), y = railY(a.tier);
    paint::vLine(painter_, at, y - 2.75 * u_, y - u_, t_.text);
    words(at, y - 3 * u_, WayView::tr("first token %1").arg(format::latencyMs(a.firstTokenMs)), Tone::Text2, Qt::AlignHCenter);
  }
}

void WayPainter::posts() {
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  for (const WayGate& gate : way_.gates) {
    const double y = railY(gate.tier), at = std::min(x(gate.atMs), right_) - u_;
    const QPointF head(at, y - 5.75 * u_);
    painter_.setPen(QPen(t_.text, 0.375 * u_));
    painter_.drawLine(QPointF(at, y - 0.75 * u_), QPointF(at, y - 4.75 * u_));
    painter_.setPen(Qt::NoPen);
    const bool escalated = gate.verdict == WayGate::Verdict::Escalated;
    switch (gate.verdict) {
      case WayGate::Verdict::Kept:
      case WayGate::Verdict::Review:
        painter_.setBrush(gate.verdict == WayGate::Verdict::Kept ? t_.ok : t_.info);
        painter_.drawEllipse(head, 1.125 * u_, 1.125 * u_);
        break;
      case WayGate::Verdict::Escalated: {
        painter_.setBrush(t_.text);
        painter_.drawRoundedRect(QRectF(head.x() - 1.375 * u_, head.y() - 1.375 * u_, 2.75 * u_, 2.75 * u_), 1, 1);
        painter_.setPen(QPen(t_.base, 0.375 * u_));
        painter_.setBrush(Qt::NoBrush);
        painter_.drawPolyline(QPolygonF({head + QPointF(-0.65, 0.4) * u_, head + QPointF(0, -0.4) * u_, head + QPointF(0.65, 0.4) * u_}));
        break;
      }
      case WayGate::Verdict::Failed: paintIcon(painter_, {head.x() - 1.75 * u_, head.y() - 1.75 * u_, 3.5 * u_, 3.5 * u_}, QStringLiteral("error"), t_.bad); break;
      case WayGate::Verdict::Ungated:
        painter_.setPen(QPen(t_.edge, 0.375 * u_));
        painter_.setBrush(t_.base);
        painter_.drawEllipse(head, 1.125 * u_, 1.125 * u_);
        break;
    }
    const double baseline = head.y() + 1.25 * u_;
    const Tone tone = gate.verdict == WayGate::Verdict::Kept ? Tone::Ok : gate.verdict == WayGate::Verdict::Failed ? Tone::Bad : Tone::Text;
    const double foundWide = figures::width(gate.found, typeFont(Type::Tick, true));
    // What sends the request up is written on the side that its way does not climb through.
    const bool failed = gate.verdict == WayGate::Verdict::Failed && at - 3 * u_ - foundWide > left_;
    const bool roomRight = !escalated && !failed && at + 2.25 * u_ + foundWide < right_ + 5 * u_;
    if (roomRight) {
      words(at + 2.25 * u_, baseline, gate.found, tone, Qt::AlignLeft, true);
      if (!gate.rule.isEmpty()) words(at - 1.75 * u_, baseline, gate.rule, Tone::Text2, Qt::AlignRight);
    } else {
      const QRectF found = words(at - 2.25 * u_, baseline, gate.found, tone, Qt::AlignRight, true);
      if (!gate.rule.isEmpty()) words(found.left() - u_, baseline, gate.rule, Tone::Text2, Qt::AlignRight);
    }
  }
  painter_.restore();
}

void WayPainter::axis() {
  const double y = railY(0) + (way_.siding == Way::Siding::None ? 7.5 : 13.5) * u_;
  paint::hLine(painter_, left_, right_ + 0.5 * u_, y, t_.edge);
  const double step = niceStep(span_, 5);
  const bool seconds = span_ >= 10'000, micros = span_ < 1;
  for (double ms = 0; ms <= span_; ms += step) {
    paint::vLine(painter_, x(ms), y, y + u_, t_.edge);
    const bool last = ms + step > span_;
    const double value = seconds ? ms / 1000 : micros ? ms * 1000 : ms;
    const int decimals = step < 1 && !micros ? 1 : 0;
    const QString unit = seconds ? QStringLiteral(" s") : micros ? QStringLiteral(" µs") : QStringLiteral(" ms");
    words(x(ms), y + 4 * u_, format::number(value, decimals) + (last ? unit : QString()), Tone::Text3, Qt::AlignHCenter);
  }
}

}  // namespace signalbox::ui
