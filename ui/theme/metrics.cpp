// SPDX-License-Identifier: GPL-3.0-only
#include "theme/metrics.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetrics>
#include <QWidget>

namespace signalbox::ui {
namespace {

double factor(Type type) {
  switch (type) {
    case Type::Tick: return 0.85;
    case Type::Secondary: return 0.88;
    case Type::Body:
    case Type::Heading: return 1.0;
    case Type::SectionTitle: return 1.4;
    case Type::Headline: return 1.55;
    case Type::Hero: return 2.0;
    case Type::Mono: return 0.92;
    case Type::MonoSmall: return 0.85;
  }
  return 1.0;
}

bool isBold(Type type) {
  return type == Type::Heading || type == Type::SectionTitle || type == Type::Headline || type == Type::Hero;
}

}  // namespace

Metrics Metrics::of(const QFont& font) {
  Metrics m;
  m.h = QFontMetrics(font).height();
  m.u = qMax(3, qRound(m.h / 4.5));
  return m;
}

Metrics metricsOf(const QWidget* /*widget*/) { return Metrics::of(QApplication::font()); }

QFont typeFont(Type type) { return typeFont(type, isBold(type)); }

QFont typeFont(Type type, bool bold) {
  const QFont body = QApplication::font();
  const bool mono = type == Type::Mono || type == Type::MonoSmall;
  QFont font = mono ? QFontDatabase::systemFont(QFontDatabase::FixedFont) : body;
  // Fractions of a pixel count at these sizes, and only point sizes take them.
  font.setPointSizeF(QFontInfo(body).pointSizeF() * factor(type));
  font.setBold(bold);
  return font;
}

}  // namespace signalbox::ui
