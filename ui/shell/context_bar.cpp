// SPDX-License-Identifier: GPL-3.0-only
#include "shell/context_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QToolButton>

#include "shell/menu_button.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "widgets/badge_label.h"
#include "widgets/glyph_widgets.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {
namespace {

class Separator : public QWidget {
 public:
  explicit Separator(QWidget* parent) : QWidget(parent) { setFixedWidth(3 * metricsOf(this).u + 1); }

 protected:
  void paintEvent(QPaintEvent* /*event*/) override {
    QPainter painter(this);
    const double half = metricsOf(this).px(10);
    paint::vLine(painter, width() / 2.0, height() / 2.0 - half, height() / 2.0 + half, themeOf(this).line);
  }
};

}  // namespace

ContextBar::ContextBar(QWidget* parent) : QWidget(parent), row_(new QHBoxLayout(this)) {
  const Metrics m = metricsOf(this);
  setFixedHeight(m.contextBar());
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("Context"));
  row_->setContentsMargins(5 * m.u / 2, 0, 3 * m.u, 1);
  row_->setSpacing(3 * m.u / 2);

  back_ = tool(QStringLiteral("left"), tr("Back (Alt+Left)"), "context.back");
  forward_ = tool(QStringLiteral("right"), tr("Forward (Alt+Right)"), "context.forward");
  separator();
  caption(tr("Router"));
  row_->addWidget(router_ = new MenuButton(tr("Router"), this));
  separator();
  caption(tr("Range"));
  earlier_ = tool(QStringLiteral("left"), tr("Earlier range"), "context.earlier");
  row_->addWidget(range_ = new MenuButton(tr("Range"), this));
  later_ = tool(QStringLiteral("right"), tr("Later range"), "context.later");
  row_->addWidget(span_ = new ToneLabel({}, Tone::Text2, Type::Secondary));
  separator();
  caption(tr("Zone"));
  row_->addWidget(zone_ = new MenuButton(tr("Time zone"), this));
  viewRule_ = separator();
  viewCaption_ = caption(tr("View"));
  row_->addWidget(view_ = new MenuButton(tr("Saved view"), this));
  row_->addStretch(1);
  row_->addWidget(sample_ = new BadgeLabel(this));
  row_->addWidget(plain_ = new BadgeLabel(this));
  row_->addWidget(role_ = new BadgeLabel(this));
  separator();
  row_->addWidget(linkGlyph_ = new StateGlyph(this));
  row_->addWidget(linkState_ = new ToneLabel({}, Tone::Text, Type::Heading));
  row_->addWidget(linkDetail_ = new ToneLabel({}, Tone::Text2, Type::Secondary));
  pause_ = tool(QStringLiteral("pause"), QString(), "context.pause");
  pause_->setCheckable(true);

  const std::pair<MenuButton*, const char*> names[] = {{router_, "context.router"}, {range_, "context.range"}, {zone_, "context.zone"}, {view_, "context.view"}};
  for (const auto& [button, name] : names) button->setObjectName(QString::fromLatin1(name));
  connect(back_, &QToolButton::clicked, this, &ContextBar::backRequested);
  connect(forward_, &QToolButton::clicked, this, &ContextBar::forwardRequested);
  connect(earlier_, &QToolButton::clicked, this, [this] { Q_EMIT rangeStepped(-1); });
  connect(later_, &QToolButton::clicked, this, [this] { Q_EMIT rangeStepped(1); });
  connect(pause_, &QToolButton::clicked, this, [this](bool on) {
    pause_->setChecked(!on);  // it shows what is, not what was asked for
    Q_EMIT pauseRequested(on);
  });
  setHistory(false, false);
  setRouters({}, {});
  setViews({}, {});
  setRole({});
  setPlainWs(false);
  setSample({});
  setLink(StateMark::None, {}, {});
  setPaused(false);
}

QToolButton* ContextBar::tool(const QString& name, const QString& words, const char* objectName) {
  auto* button = new QToolButton(this);
  button->setIcon(icon(name));
  button->setAutoRaise(true);
  button->setToolTip(words);
  button->setAccessibleName(words);
  button->setObjectName(QString::fromLatin1(objectName));
  button->setFocusPolicy(Qt::StrongFocus);
  row_->addWidget(button);
  return button;
}

ToneLabel* ContextBar::caption(const QString& text) {
  auto* label = new ToneLabel(text, Tone::Text3, Type::Secondary, this);
  captions_ << label;
  row_->addWidget(label);
  return label;
}

QWidget* ContextBar::separator() {
  auto* rule = new Separator(this);
  row_->addWidget(rule);
  return rule;
}

void ContextBar::fillMenu(MenuButton* button, const std::vector<BarChoice>& choices, const QString& current, void (ContextBar::*signal)(const QString&)) {
  QMenu* menu = button->menu();
  menu->clear();
  for (const BarChoice& choice : choices) {
    if (choice.id.isEmpty()) {
      menu->addSeparator();
      continue;
    }
    QAction* action = menu->addAction(choice.text);
    if (!choice.icon.isEmpty()) action->setIcon(icon(choice.icon));
    action->setCheckable(choice.icon.isEmpty());
    action->setChecked(choice.chosen || choice.id == current);
    connect(action, &QAction::triggered, this, [this, signal, id = choice.id] { Q_EMIT (this->*signal)(id); });
    if (choice.id == current) button->setText(choice.text);
  }
  button->updateGeometry();
  button->update();
  fold();
}

void ContextBar::setHistory(bool canBack, bool canForward) {
  back_->setEnabled(canBack);
  forward_->setEnabled(canForward);
}

void ContextBar::setRouters(const std::vector<BarChoice>& routers, const QString& current) {
  router_->setText(current.isEmpty() ? tr("none yet") : current);
  fillMenu(router_, routers, current, &ContextBar::routerChosen);
}

void ContextBar::setRanges(const std::vector<BarChoice>& ranges) { fillMenu(range_, ranges, {}, &ContextBar::rangeChosen); }

void ContextBar::setRange(const QString& name, const QString& span, bool canForward) {
  if (range_->text() == name && span_->text() == span && later_->isEnabled() == (canForward && range_->isEnabled())) return;
  range_->setText(name);
  for (QAction* action : range_->menu()->actions()) action->setChecked(action->text() == name);
  range_->updateGeometry();
  range_->update();
  span_->setText(span);
  later_->setEnabled(canForward && range_->isEnabled());
  fold();
}

void ContextBar::setRangeEnabled(bool enabled) {
  for (QWidget* part : {static_cast<QWidget*>(earlier_), static_cast<QWidget*>(later_), static_cast<QWidget*>(range_)}) part->setEnabled(enabled);
}

void ContextBar::setZones(const std::vector<BarChoice>& zones, const QString& current) {
  zone_->setText(current);
  fillMenu(zone_, zones, current, &ContextBar::zoneChosen);
}

void ContextBar::setViews(const std::vector<BarChoice>& views, const QString& current) {
  hasViews_ = !views.empty();
  for (QWidget* part : {viewRule_, static_cast<QWidget*>(viewCaption_), static_cast<QWidget*>(view_)}) part->setVisible(hasViews_);
  view_->setText(tr("none saved"));
  fillMenu(view_, views, current, &ContextBar::viewChosen);
}

// Called with every tick: only a change costs a new layout.
void ContextBar::showBadge(BadgeLabel* badge, BadgeTone tone, const QString& words, const QString& glyph, bool shown) {
  if (badge->isHidden() != shown && badge->accessibleName() == words) return;
  badge->setBadge(tone, words, glyph);
  badge->setVisible(shown);
  fold();
}

void ContextBar::setRole(const QString& role) { showBadge(role_, BadgeTone::Neutral, role, QStringLiteral("role"), !role.isEmpty()); }

void ContextBar::setPlainWs(bool plain) {
  plain_->setToolTip(tr("This link is not encrypted"));
  showBadge(plain_, BadgeTone::Warn, tr("plain ws"), QStringLiteral("unlock"), plain);
}

void ContextBar::setSample(const QString& words) { showBadge(sample_, BadgeTone::Info, words, QStringLiteral("sample"), !words.isEmpty()); }

void ContextBar::setLink(StateMark mark, const QString& state, const QString& detail) {
  linkGlyph_->setMark(mark);
  linkGlyph_->setVisible(mark != StateMark::None);
  linkState_->setText(state);
  const bool refold = linkDetail_->text().size() != detail.size();
  linkDetail_->setText(detail);
  if (refold) fold();
}

void ContextBar::setPaused(bool paused) {
  if (pause_->isChecked() == paused && pause_->property("paused") == QVariant(paused)) return;
  pause_->setProperty("paused", paused);
  pause_->setChecked(paused);
  pause_->setIcon(icon(paused ? QStringLiteral("play") : QStringLiteral("pause")));
  pause_->setToolTip(paused ? tr("Go on with routing: gates and tiers as the policy says") : tr("Pause routing: every request goes to the last tier"));
  pause_->setAccessibleName(pause_->toolTip());
}

void ContextBar::setPauseShown(bool shown) { pause_->setVisible(shown); }

// First the span, then the captions; router, role and link stay.
void ContextBar::fold() {
  const auto needed = [this] {
    int wide = row_->contentsMargins().left() + row_->contentsMargins().right();
    for (int i = 0; i < row_->count(); ++i)
      if (QWidget* part = row_->itemAt(i)->widget(); part != nullptr && !part->isHidden()) wide += part->sizeHint().width() + row_->spacing();
    return wide;
  };
  span_->setVisible(!span_->text().isEmpty());
  for (ToneLabel* caption : std::as_const(captions_)) caption->setVisible(caption != viewCaption_ || hasViews_);
  linkDetail_->setVisible(!linkDetail_->text().isEmpty());
  if (needed() > width()) span_->hide();
  if (needed() > width())
    for (ToneLabel* caption : std::as_const(captions_)) caption->hide();
  if (needed() > width()) linkDetail_->hide();
}

void ContextBar::resizeEvent(QResizeEvent* event) {
  fold();
  QWidget::resizeEvent(event);
}

bool ContextBar::event(QEvent* event) {
  if (event->type() == QEvent::ApplicationFontChange) setFixedHeight(metricsOf(this).contextBar()), fold();
  return QWidget::event(event);
}

void ContextBar::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  const Theme& t = themeOf(this);
  paint::fill(painter, rect(), t.window);
  paint::hLine(painter, 0, width(), height() - paint::hair(painter), t.line);
}

}  // namespace signalbox::ui
