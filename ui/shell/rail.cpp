// SPDX-License-Identifier: GPL-3.0-only
#include "shell/rail.h"

#include <QButtonGroup>
#include <QEvent>
#include <QPainter>
#include <QVBoxLayout>

#include "theme/figures.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"

namespace signalbox::ui {
namespace {

class Hairline : public QWidget {
 public:
  explicit Hairline(QWidget* parent) : QWidget(parent) { setFixedHeight(4 * metricsOf(this).u + 1); }

 protected:
  void paintEvent(QPaintEvent* /*event*/) override {
    QPainter painter(this);
    const int u = metricsOf(this).u;
    paint::hLine(painter, 3 * u, width() - 3 * u, height() / 2.0, themeOf(this).line);
  }
};

}  // namespace

RailItem::RailItem(const QString& icon, const QString& title, int digit, QWidget* parent)
    : QAbstractButton(parent), icon_(icon), title_(title), digit_(digit) {
  setText(QString(title).replace(QLatin1Char('&'), QStringLiteral("&&")));  // no mnemonic in a name
  setCheckable(true);
  setAutoExclusive(true);
  setAttribute(Qt::WA_Hover);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  setProperty("noFocusRing", true);  // drawn inside, the rail has no room around
  tell();
}

void RailItem::setBadge(const RailBadge& badge) {
  badge_ = badge;
  tell();
  updateGeometry();
  update();
}

void RailItem::setFolded(bool folded) {
  folded_ = folded;
  tell();
  updateGeometry();
}

void RailItem::tell() {
  const QString badge = badge_.text.isEmpty() ? QString() : QStringLiteral(", ") + badge_.text;
  setAccessibleName(title_ + badge);
  if (isEnabled()) setToolTip(folded_ ? QStringLiteral("%1 (Ctrl+%2)").arg(title_).arg(digit_) : QString());
}

QSize RailItem::sizeHint() const {
  const Metrics m = metricsOf(this);
  if (folded_) return {m.icon() + 6 * m.u, m.railItem()};
  const double label = figures::width(title_, typeFont(Type::Heading));
  return {static_cast<int>(label + markWidth() + 0.5) + m.icon() + 10 * m.u, m.railItem()};
}

QString RailItem::mark() const { return badge_.kind == RailBadge::Kind::None ? QString::number(digit_) : badge_.text; }

double RailItem::markWidth() const {
  const Metrics m = metricsOf(this);
  const bool bad = badge_.kind == RailBadge::Kind::Bad;
  return figures::width(mark(), typeFont(Type::Tick, bad)) + (bad ? m.px(13) + m.u : 0);
}

bool RailItem::event(QEvent* event) {
  if (event->type() == QEvent::ApplicationFontChange) updateGeometry();
  return QAbstractButton::event(event);
}

void RailItem::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  const Metrics m = metricsOf(this);
  QPainter painter(this);
  const bool reversed = layoutDirection() == Qt::RightToLeft;
  const auto place = [&](double left, double wide) { return QRectF(reversed ? width() - left - wide : left, 0, wide, height()); };
  if (isChecked()) {
    paint::fill(painter, rect(), t.base);
    paint::fill(painter, place(0, m.px(3)), t.accent);
  } else if (underMouse() && isEnabled()) {
    paint::fill(painter, rect(), t.hover);
  }
  const QColor ink = !isEnabled() ? t.disabled : isChecked() ? t.text : t.text2;
  const double side = m.icon();
  const QRectF at = place(3.25 * m.u, side);
  paintIcon(painter, {at.left(), (height() - side) / 2, side, side}, icon_, ink);
  if (hasFocus()) paint::box(painter, QRectF(rect()).adjusted(2, 2, -2, -2), m.radius(), {}, t.focus, 2);
  const QColor badgeInk = badge_.kind == RailBadge::Kind::Bad ? t.bad : t.draftText;
  if (folded_) {
    if (badge_.kind == RailBadge::Kind::None) return;
    const double mark = 2.5 * m.u;
    const QRectF corner(at.right() - mark / 2, (height() - side) / 2 - mark / 3, mark, mark);
    paint::state(painter, corner, badge_.kind == RailBadge::Kind::Bad ? StateMark::Bad : StateMark::Draft, t);
    return;
  }
  const QFont font = typeFont(Type::Body, isChecked());
  painter.setPen(ink);
  painter.setFont(font);
  const double left = 3.25 * m.u + side + 2.25 * m.u, end = 2.5 * m.u;
  const QFont small = typeFont(Type::Tick, badge_.kind == RailBadge::Kind::Bad);
  const double glyph = badge_.kind == RailBadge::Kind::Bad ? m.px(13) + m.u : 0;
  const double markWide = markWidth();
  const double room = width() - left - end - markWide - 2 * m.u;
  painter.drawText(place(left, room), int(Qt::AlignVCenter) | int(reversed ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignAbsolute | Qt::TextSingleLine,
                   QFontMetricsF(font).elidedText(title_, Qt::ElideRight, room + 1));
  painter.setPen(!isEnabled() ? t.disabled : badge_.kind == RailBadge::Kind::None ? t.text3 : badgeInk);
  const QRectF markBox = place(width() - end - markWide, markWide);
  figures::draw(painter, markBox, Qt::AlignVCenter | (reversed ? Qt::AlignLeft : Qt::AlignRight), mark(), small);
  if (glyph > 0) paint::state(painter, {reversed ? markBox.right() - glyph + m.u : markBox.left(), (height() - m.px(13)) / 2, m.px(13), m.px(13)}, StateMark::Bad, t);
}

Rail::Rail(QWidget* parent) : QWidget(parent), column_(new QVBoxLayout(this)), group_(new QButtonGroup(this)) {
  const Metrics m = metricsOf(this);
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
  setAccessibleName(tr("Pages"));
  column_->setContentsMargins(0, 2 * m.u, 1, 2 * m.u);
  column_->setSpacing(0);
  column_->addStretch(1);
  group_->setExclusive(true);
}

void Rail::add(const QString& id, const QString& icon, const QString& title, int digit, int group) {
  int at = column_->count() - 1;
  if (lastGroup_ >= 0 && group != lastGroup_) column_->insertWidget(at++, new Hairline(this));
  lastGroup_ = group;
  auto* item = new RailItem(icon, title, digit, this);
  item->setObjectName(QStringLiteral("rail.") + id);
  item->setFolded(folded_);
  group_->addButton(item);
  items_.insert(id, item);
  column_->insertWidget(at, item);
  connect(item, &QAbstractButton::clicked, this, [this, id] { Q_EMIT chosen(id); });
}

void Rail::choose(const QString& id) {
  if (RailItem* item = items_.value(id)) item->setChecked(true);
}

void Rail::setBadge(const QString& id, const RailBadge& badge) {
  if (RailItem* item = items_.value(id)) item->setBadge(badge);
}

void Rail::setPageEnabled(const QString& id, bool enabled, const QString& why) {
  RailItem* item = items_.value(id);
  if (item == nullptr) return;
  item->setEnabled(enabled);
  item->setToolTip(enabled ? QString() : why);
}

void Rail::setFolded(bool folded) {
  folded_ = folded;
  for (RailItem* item : std::as_const(items_)) item->setFolded(folded);
}

void Rail::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  const Theme& t = themeOf(this);
  paint::fill(painter, rect(), t.rail);
  const double x = layoutDirection() == Qt::RightToLeft ? 0 : width() - paint::hair(painter);
  paint::vLine(painter, x, 0, height(), t.line);
}

}  // namespace signalbox::ui
