// SPDX-License-Identifier: GPL-3.0-only
// Names at the ends of lines: glyph, name, value; pushed apart until no two overlap. No legend boxes.
#include <QPainter>

#include "theme/figures.h"
#include "theme/paint.h"
#include "widgets/chart_painter.h"

namespace signalbox::ui {

std::vector<ChartPainter::Name> ChartPainter::collectNames() const {
  std::vector<Name> names;
  const double line = 3.25 * u_;
  double stacked = 0;
  for (const Series& s : model_.series) {
    if (s.name.isEmpty() || s.data == nullptr || s.data->empty()) continue;
    const std::size_t first = s.data->lowerBound(l_.since - model_.barWidth), last = s.data->lowerBound(l_.until);
    const Column column = s.data->columnOf(last > first + 16 ? last - 16 : first, last);
    const double end = column.n > 0 ? column.last : 0;
    double at = end;
    if (model_.kind != PlotKind::Lines) at = stacked + end / 2, stacked += end;
    Name name;
    name.text = s.name, name.second = s.endValue, name.tier = s.tier;
    name.bold = s.role == LineRole::Main && model_.series.size() > 1 && model_.kind == PlotKind::Lines;
    name.tone = s.role == LineRole::Draft ? Tone::Draft : Tone::Text;
    if (model_.kind == PlotKind::StackedBars && !s.tier) name.swatch = s.role;
    name.height = line * (s.endValue.isEmpty() ? 1 : 2);
    name.wanted = l_.clampedY(at);
    names.push_back(name);
  }
  const auto add = [&](double value, const QString& text, Tone tone) {
    if (!text.isEmpty() && l_.y(value) >= l_.plot.top() - 1 && l_.y(value) <= l_.plot.bottom() + 1)
      names.push_back({l_.y(value), 0, line, text, {}, tone});
  };
  for (const LimitLine& limit : model_.lines)
    if (limit.policy) add(limit.value, limit.name, Tone::Bad);
  if (model_.limits && model_.limits->upper != nullptr && !model_.limits->upper->empty()) {
    add(model_.limits->upper->values().back(), QStringLiteral("+3σ"), Tone::Text2);
    if (model_.limits->centre) add(*model_.limits->centre, model_.limits->centreName, Tone::Text);
    if (!model_.limits->lower->empty()) add(model_.limits->lower->values().back(), QStringLiteral("−3σ"), Tone::Text2);
  }
  return names;
}

void ChartPainter::names() {
  std::vector<Name> names = collectNames();
  std::stable_sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.wanted < b.wanted; });
  double free = l_.plot.top() - 1.5 * u_;
  for (Name& n : names) n.y = std::max(n.wanted - n.height / 2, free), free = n.y + n.height;
  double floor = l_.plot.bottom() + 1.5 * u_;
  for (auto it = names.rbegin(); it != names.rend(); ++it) {
    it->y = std::min(it->y, floor - it->height);
    floor = it->y;
  }
  const double left = l_.plot.right() + 1.75 * u_;
  const double right = painter_.device()->width() / std::abs(painter_.deviceTransform().m11()) - u_;
  const double line = 3.25 * u_;
  for (const Name& n : names) {
    double x = left;
    if (n.tier) {
      paint::tier(painter_, {x + l_.m.tierGlyph() / 2.0, n.y + line / 2}, l_.m.tierGlyph() * 0.9, t_.tier(*n.tier));
      x += l_.m.tierGlyph() + 0.75 * u_;
    }
    if (n.swatch) {
      const double side = l_.m.tierGlyph() * 0.9;
      paint::fill(painter_, {x, n.y + (line - side) / 2, side, side}, inkOf(*n.swatch));
      x += l_.m.tierGlyph() + 0.75 * u_;
    }
    const Tone tone = stale() && n.tone == Tone::Text ? Tone::Text2 : n.tone;
    drawLine(painter_, {x, n.y, right - x, line}, {{n.text, tone, n.bold}}, typeFont(Type::Tick), t_);
    if (!n.second.isEmpty()) drawLine(painter_, {x, n.y + line, right - x, line}, {{n.second, Tone::Text2}}, typeFont(Type::Tick), t_);
  }
}

}  // namespace signalbox::ui
