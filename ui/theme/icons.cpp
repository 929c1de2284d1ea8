// SPDX-License-Identifier: GPL-3.0-only
#include "theme/icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "theme/theme.h"

static void loadIconResources() { Q_INIT_RESOURCE(icons); }

namespace signalbox::ui {
namespace {

bool mirrors(const QString& name) {
  return name == QStringLiteral("left") || name == QStringLiteral("right") || name == QStringLiteral("revert");
}

QByteArray source(const QString& name) {
  static const bool loaded = (loadIconResources(), true);
  Q_UNUSED(loaded)
  QFile file(QStringLiteral(":/icons/") + name + QStringLiteral(".svg"));
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QPixmap render(const QString& name, const QColor& colour, const QSize& pixels) {
  QByteArray svg = source(name);
  svg.replace("#000000", colour.name(QColor::HexRgb).toLatin1());
  QSvgRenderer renderer(svg);
  QPixmap pixmap(pixels);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  if (mirrors(name) && QGuiApplication::isRightToLeft()) {
    painter.translate(pixels.width(), 0);
    painter.scale(-1, 1);
  }
  const int side = std::min(pixels.width(), pixels.height());
  renderer.render(&painter, QRectF((pixels.width() - side) / 2.0, (pixels.height() - side) / 2.0, side, side));
  return pixmap;
}

class TintedEngine : public QIconEngine {
 public:
  TintedEngine(QString name, QColor fixed) : name_(std::move(name)), fixed_(fixed) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    paintIcon(*painter, rect, name_, colour(mode, state));
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    return iconPixmap(name_, colour(mode, state), size, 1);
  }
  QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal scale) override {
    QPixmap pixmap = iconPixmap(name_, colour(mode, state), size / scale, scale);
    return pixmap;
  }
  [[nodiscard]] QIconEngine* clone() const override { return new TintedEngine(name_, fixed_); }
  QString iconName() override { return name_; }
  bool isNull() override { return false; }

 private:
  [[nodiscard]] QColor colour(QIcon::Mode mode, QIcon::State state) const {
    const Theme& theme = themeOf(nullptr);
    if (mode == QIcon::Disabled) return theme.disabled;
    if (fixed_.isValid()) return fixed_;
    return mode == QIcon::Selected || state == QIcon::On ? theme.text : theme.text2;
  }
  QString name_;
  QColor fixed_;
};

}  // namespace

QPixmap iconPixmap(const QString& name, const QColor& colour, const QSize& logical, double ratio) {
  const QSize pixels = (QSizeF(logical) * ratio).toSize();
  const QString key = QStringLiteral("sbx:%1:%2:%3x%4").arg(name, colour.name()).arg(pixels.width()).arg(pixels.height());
  QPixmap pixmap;
  if (!QPixmapCache::find(key, &pixmap)) {
    pixmap = render(name, colour, pixels.expandedTo({1, 1}));
    QPixmapCache::insert(key, pixmap);
  }
  pixmap.setDevicePixelRatio(ratio);
  return pixmap;
}

void paintIcon(QPainter& painter, const QRectF& rect, const QString& name, const QColor& colour) {
  const double ratio = std::max(1.0, std::abs(painter.deviceTransform().m11()));
  const int side = qRound(std::min(rect.width(), rect.height()));
  const QPixmap pixmap = iconPixmap(name, colour, {side, side}, ratio);
  // On whole device pixels, or strokes blur.
  const QTransform t = painter.deviceTransform();
  const QPointF at(rect.center().x() - side / 2.0, rect.center().y() - side / 2.0);
  const QPointF snapped((std::round(t.m11() * at.x() + t.dx()) - t.dx()) / t.m11(), (std::round(t.m22() * at.y() + t.dy()) - t.dy()) / t.m22());
  painter.drawPixmap(snapped, pixmap);
}

QIcon icon(const QString& name) { return QIcon(new TintedEngine(name, {})); }
QIcon icon(const QString& name, const QColor& colour) { return QIcon(new TintedEngine(name, colour)); }

}  // namespace signalbox::ui
