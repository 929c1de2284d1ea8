// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/banner.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/text_run.h"

namespace signalbox::ui {
namespace {

struct Dress {
  QColor fill, text, bar, rule;
  QString icon;
  Tone tone;
};

Dress dressOf(BannerKind kind, const Theme& t) {
  switch (kind) {
    case BannerKind::Draft: return {t.draftFill, t.draftText, t.draft, t.draft, QStringLiteral("tune"), Tone::Draft};
    case BannerKind::Stale: return {t.head, t.text2, t.stale, t.line, QStringLiteral("stale"), Tone::Text2};
    case BannerKind::ReadOnly: return {t.head, t.text2, t.edge, t.line, QStringLiteral("role"), Tone::Text2};
    case BannerKind::Warn: return {t.warnFill, t.warn, t.warnEdge, t.warnEdge, QStringLiteral("warn"), Tone::Text};
    case BannerKind::Bad: return {t.badFill, t.bad, t.bad, t.bad, QStringLiteral("error"), Tone::Text};
    case BannerKind::Ok: return {t.okFill, t.ok, t.ok, t.line, QStringLiteral("ok"), Tone::Text};
    case BannerKind::Info: break;
  }
  return {t.infoFill, t.info, t.info, t.line, QStringLiteral("info"), Tone::Text};
}

const char* kindName(BannerAction::Kind kind) {
  switch (kind) {
    case BannerAction::Kind::Primary: return "primary";
    case BannerAction::Kind::Proposal: return "proposal";
    case BannerAction::Kind::Danger: return "danger";
    case BannerAction::Kind::Plain: break;
  }
  return "";
}

}  // namespace

Banner::Banner(QWidget* parent) : QWidget(parent), actions_(new QHBoxLayout(this)) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  actions_->addStretch(1);
  fit();
}

void Banner::setContent(BannerKind kind, const QString& lead, const QString& text, const QString& aside) {
  kind_ = kind;
  lead_ = lead, text_ = text, aside_ = aside;
  setAccessibleName(QStringList({lead, text, aside}).join(QLatin1Char(' ')).simplified());
  setToolTip(accessibleName());
  update();
}

void Banner::setActions(const std::vector<BannerAction>& actions) {
  if (actions == shown_) return;  // a button that is being pressed, or has the focus, stays
  shown_ = actions;
  while (actions_->count() > 1) {
    QLayoutItem* item = actions_->takeAt(1);
    if (item->widget() != nullptr) item->widget()->deleteLater();
    delete item;
  }
  for (const BannerAction& action : actions) {
    auto* button = new QPushButton(action.text, this);
    button->setObjectName(QStringLiteral("banner.") + action.id);
    button->setProperty("small", true);
    button->setProperty("kind", QString::fromLatin1(kindName(action.kind)));
    button->setEnabled(action.enabled);
    button->setToolTip(action.tooltip);
    connect(button, &QPushButton::clicked, this, [this, id = action.id] { Q_EMIT actionTriggered(id); });
    actions_->addWidget(button);
  }
}

void Banner::fit() {
  const Metrics m = metricsOf(this);
  setFixedHeight(m.banner());
  actions_->setContentsMargins(3 * m.u, 0, 3 * m.u, 0);
  actions_->setSpacing(2 * m.u);
}

bool Banner::event(QEvent* event) {
  if (event->type() == QEvent::ApplicationFontChange) fit();
  return QWidget::event(event);
}

void Banner::paintEvent(QPaintEvent* /*event*/) {
  const Theme& t = themeOf(this);
  const Metrics m = metricsOf(this);
  const Dress d = dressOf(kind_, t);
  QPainter painter(this);
  paint::fill(painter, rect(), d.fill);
  paint::hLine(painter, 0, width(), height() - paint::hair(painter), d.rule);
  const bool reversed = layoutDirection() == Qt::RightToLeft;
  const double bar = m.px(3);
  paint::fill(painter, {reversed ? width() - bar : 0, 0, bar, double(height())}, d.bar);

  double right = width() - 3.0 * m.u;
  if (actions_->count() > 1) right = actions_->itemAt(1)->geometry().left() - 2.0 * m.u;
  double left = 3.0 * m.u;
  if (reversed) {
    left = actions_->count() > 1 ? actions_->itemAt(1)->geometry().right() + 2.0 * m.u : 3.0 * m.u;
    right = width() - 3.0 * m.u;
  }
  const double side = m.icon();
  const double iconLeft = reversed ? right - side : left;
  paintIcon(painter, {iconLeft, (height() - side) / 2, side, side}, d.icon, d.text);
  if (reversed) right -= side + 2 * m.u;
  else left += side + 2 * m.u;
  const QRectF room(left, 0, right - left, height());
  const TextLine main{{lead_, d.tone, true}, {text_.isEmpty() ? QString() : QStringLiteral("  ") + text_, d.tone}};
  const QFont font = typeFont(Type::Body);
  const double used = drawLine(painter, room, main, font, t);
  const TextLine aside{{aside_, d.tone, false, true}};
  if (!aside_.isEmpty() && used + lineWidth(aside, font) + 4 * m.u < room.width())
    drawLine(painter, room, aside, font, t, Qt::AlignRight);
}

}  // namespace signalbox::ui
