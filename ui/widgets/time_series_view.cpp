// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/time_series_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>
#include <QToolTip>

#include "theme/format.h"
#include "widgets/chart_model.h"
#include "widgets/chart_painter.h"
#include "widgets/chart_table.h"

namespace signalbox::ui {
namespace {

constexpr int kFar = 1'000'000'000;  // more steps than there are samples: to the end

}  // namespace

TimeSeriesView::TimeSeriesView(QWidget* parent) : QWidget(parent), model_(std::make_unique<ChartModel>()) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAttribute(Qt::WA_OpaquePaintEvent);
  setLayoutDirection(Qt::LeftToRight);  // time does not mirror
}

TimeSeriesView::~TimeSeriesView() = default;

void TimeSeriesView::setTitle(const QString& title, const QString& note) {
  model_->title = title, model_->note = note;
  setAccessibleName(title);
  invalidate();
}

void TimeSeriesView::setProvenance(const QString& words) { model_->provenance = words; }

void TimeSeriesView::setHeadline(const TextLine& headline) {
  model_->headline = headline;
  describe();
  update();
}

void TimeSeriesView::setRange(qint64 since, qint64 until) {
  if (model_->since == since && model_->until == until) return;
  model_->since = since, model_->until = std::max(until, since + 1);
  invalidate();
}

void TimeSeriesView::setTimeZone(const QTimeZone& zone) {
  model_->zone = zone;
  invalidate();
}

void TimeSeriesView::setAxis(ValueAxis axis) {
  model_->axis = std::move(axis);
  updateMargins();
  invalidate();
}

void TimeSeriesView::setPlotKind(PlotKind kind, qint64 barWidth) {
  model_->kind = kind, model_->barWidth = barWidth;
  invalidate();
}

void TimeSeriesView::setSeries(std::vector<Series> series) {
  model_->series = std::move(series);
  updateMargins();
  describe();
  invalidate();
}

void TimeSeriesView::setControlLimits(std::optional<ControlLimits> limits) {
  model_->limits = std::move(limits);
  updateMargins();
  invalidate();
}

void TimeSeriesView::setLimitLines(std::vector<LimitLine> lines) {
  model_->lines = std::move(lines);
  updateMargins();
  invalidate();
}

void TimeSeriesView::setMarkers(std::vector<Marker> markers) {
  model_->markers = std::move(markers);
  invalidate();
}

void TimeSeriesView::setGaps(std::vector<GapRange> gaps) {
  model_->gaps = std::move(gaps);
  invalidate();
}

void TimeSeriesView::setState(ChartState state, const QString& message, const QString& action, qint64 lastEvent) {
  model_->state = state, model_->message = message, model_->lastEvent = lastEvent;
  if (action.isEmpty()) {
    if (action_ != nullptr) action_->deleteLater();
    action_.clear();
  } else {
    if (action_ == nullptr) {
      action_ = new QPushButton(this);
      action_->setProperty("small", true);
      connect(action_, &QPushButton::clicked, this, &TimeSeriesView::actionTriggered);
    }
    action_->setText(action);
    placeAction();
    action_->show();
  }
  describe();
  invalidate();
}

void TimeSeriesView::setCursor(ChartCursor* cursor) {
  if (cursor_ != nullptr) cursor_->disconnect(this);
  cursor_ = cursor;
  if (cursor == nullptr) return;
  connect(cursor, &ChartCursor::timeMoved, this, [this] { update(); });
  connect(cursor, &ChartCursor::brushMoved, this, [this] { update(); });
  connect(cursor, &ChartCursor::marginsChanged, this, &TimeSeriesView::invalidate);
  updateMargins();
}

void TimeSeriesView::setShowsTimeTag(bool shows) {
  model_->showsTimeTag = shows;
  update();
}

void TimeSeriesView::setShowsTimeAxis(bool shows) {
  model_->showsTimeAxis = shows;
  invalidate();
}

QString TimeSeriesView::title() const { return model_->title; }
ChartState TimeSeriesView::state() const { return model_->state; }
const std::vector<Series>& TimeSeriesView::series() const { return model_->series; }
const std::vector<Marker>& TimeSeriesView::markers() const { return model_->markers; }
QTimeZone TimeSeriesView::timeZone() const { return model_->zone; }
QString TimeSeriesView::formatValue(double value) const { return model_->value(value); }
qint64 TimeSeriesView::since() const { return model_->since; }
qint64 TimeSeriesView::until() const { return model_->until; }

QSize TimeSeriesView::sizeHint() const { return {110 * metricsOf(this).u, 58 * metricsOf(this).u}; }
QSize TimeSeriesView::minimumSizeHint() const { return {60 * metricsOf(this).u, 34 * metricsOf(this).u}; }

void TimeSeriesView::invalidate() {
  staticLayer_ = QPixmap();
  update();
}

void TimeSeriesView::updateMargins() {
  own_ = neededMargins(*model_, metricsOf(this));
  if (cursor_ != nullptr) cursor_->needMargins(this, own_);
}

ChartLayout TimeSeriesView::layoutNow() const {
  return layoutOf(*model_, size(), metricsOf(this), cursor_ != nullptr ? cursor_->margins() : own_);
}

std::optional<qint64> TimeSeriesView::cursorTime() const {
  if (cursor_ == nullptr || !cursor_->time()) return std::nullopt;
  return model_->snapped(*cursor_->time());
}

// One sentence with the current value, for those who hear the chart.
void TimeSeriesView::describe() {
  QStringList parts;
  for (const Series& s : model_->series) {
    if (s.data == nullptr || s.data->empty()) continue;
    const Column column = s.data->columnOf(0, s.data->size());
    if (column.n == 0) continue;
    const QString now = s.endValue.isEmpty() ? model_->value(column.last) : s.endValue;
    parts << tr("%1 %2, between %3 and %4").arg(s.name.isEmpty() ? model_->title : s.name, now, model_->value(column.min), model_->value(column.max));
  }
  if (!model_->headline.empty()) parts.prepend(plainText(model_->headline));
  if (!model_->hasData() && !model_->message.isEmpty()) parts = {model_->message};
  setAccessibleDescription(parts.join(QStringLiteral("; ")));
}

void TimeSeriesView::placeAction() {
  if (action_ == nullptr) return;
  const ChartLayout layout = layoutNow();
  action_->resize(action_->sizeHint());
  const QPointF at(layout.plot.center().x() - action_->width() / 2.0, layout.plot.center().y() + 4.0 * layout.m.u);
  action_->move(at.toPoint());
}

void TimeSeriesView::paintEvent(QPaintEvent* /*event*/) {
  const Theme& theme = themeOf(this);
  const ChartLayout layout = layoutNow();
  const double ratio = devicePixelRatioF();
  if (staticLayer_.isNull() || staticLayer_.devicePixelRatio() != ratio) {
    staticLayer_ = QPixmap(size() * ratio);
    staticLayer_.setDevicePixelRatio(ratio);
    QPainter painter(&staticLayer_);
    painter.setLayoutDirection(Qt::LeftToRight);
    ChartPainter(painter, *model_, layout, theme).paintStatic();
  }
  QPainter painter(this);
  painter.drawPixmap(0, 0, staticLayer_);
  ChartPainter over(painter, *model_, layout, theme);
  const std::optional<qint64> time = cursorTime();
  over.paintHeader(time);
  if (cursor_ != nullptr && cursor_->brush()) over.paintBrush(*cursor_->brush());
  over.paintCursor(time);
  if (hasFocus()) over.paintFocus();
}

void TimeSeriesView::resizeEvent(QResizeEvent* event) {
  invalidate();
  placeAction();
  QWidget::resizeEvent(event);
}

bool TimeSeriesView::event(QEvent* event) {
  switch (event->type()) {
    case QEvent::ApplicationFontChange: updateMargins(); [[fallthrough]];
    case QEvent::PaletteChange:
    case QEvent::StyleChange:
    case QEvent::ScreenChangeInternal: invalidate(); break;
    case QEvent::ShortcutOverride:
    case QEvent::KeyPress: {
      auto* key = static_cast<QKeyEvent*>(event);
      if (key->key() != Qt::Key_T || key->modifiers() != Qt::ControlModifier) break;
      if (event->type() == QEvent::KeyPress) showTable();
      event->accept();
      return true;
    }
    case QEvent::ToolTip: {
      const auto* help = static_cast<QHelpEvent*>(event);
      if (layoutNow().tableIcon.adjusted(-3, -3, 3, 3).contains(help->pos())) QToolTip::showText(help->globalPos(), tr("View as table (Ctrl+T)"), this);
      return true;  // never over data
    }
    default: break;
  }
  return QWidget::event(event);
}

void TimeSeriesView::moveCursorTo(double x) {
  if (cursor_ == nullptr || !model_->hasData()) return;
  cursor_->setTime(model_->snapped(layoutNow().time(x)));
}

void TimeSeriesView::mouseMoveEvent(QMouseEvent* event) {
  const ChartLayout layout = layoutNow();
  const bool inside = layout.plot.adjusted(0, -layout.m.u, 0, layout.m.u).contains(event->position());
  if (dragFrom_ && cursor_ != nullptr && (event->buttons() & Qt::LeftButton)) {
    if ((event->position() - pressAt_).manhattanLength() > layout.m.u)
      cursor_->setBrush(ChartCursor::Brush{*dragFrom_, std::clamp(layout.time(event->position().x()), layout.since, layout.until)});
    return;
  }
  if (inside) moveCursorTo(event->position().x());
  else if (cursor_ != nullptr) cursor_->setTime(std::nullopt);
}

void TimeSeriesView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  const ChartLayout layout = layoutNow();
  if (layout.tableIcon.adjusted(-3, -3, 3, 3).contains(event->position())) return showTable();
  for (const MarkerFlag& flag : markerFlags(*model_, layout))
    if (flag.box.adjusted(-2, -2, 2, 2).contains(event->position())) {
      Q_EMIT markerActivated(model_->markers[flag.markers.front()].label);
      return;
    }
  if (layout.plot.contains(event->position())) dragFrom_ = layout.time(event->position().x()), pressAt_ = event->position();
}

void TimeSeriesView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !dragFrom_) return;
  dragFrom_.reset();
  if (cursor_ == nullptr || !cursor_->brush()) return;
  const ChartCursor::Brush brush = *cursor_->brush();
  cursor_->chooseRange(std::min(brush.since, brush.until), std::max(brush.since, brush.until));
}

void TimeSeriesView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && cursor_ != nullptr) cursor_->requestBack();
  dragFrom_.reset();
}

void TimeSeriesView::leaveEvent(QEvent* event) {
  if (cursor_ != nullptr && !hasFocus()) cursor_->setTime(std::nullopt);
  QWidget::leaveEvent(event);
}

void TimeSeriesView::stepCursor(int samples) {
  const auto lead = std::find_if(model_->series.begin(), model_->series.end(), [](const Series& s) { return s.data != nullptr && !s.data->empty(); });
  if (cursor_ == nullptr || lead == model_->series.end()) return;
  const SampleSet& set = *lead->data;
  const auto last = static_cast<qint64>(set.lowerBound(model_->until)) - 1, first = static_cast<qint64>(set.lowerBound(model_->since));
  if (last < first) return;
  const bool far = std::abs(samples) == kFar;
  qint64 at = far ? (samples < 0 ? first : last) : cursor_->time() ? static_cast<qint64>(set.nearest(*cursor_->time())) + samples : samples < 0 ? last : first;
  at = std::clamp(at, first, last);
  cursor_->setTime(set.times()[static_cast<std::size_t>(at)]);
}

void TimeSeriesView::keyPressEvent(QKeyEvent* event) {
  const int step = event->modifiers() & Qt::ShiftModifier ? 10 : 1;
  switch (event->key()) {
    case Qt::Key_Left: return stepCursor(-step);
    case Qt::Key_Right: return stepCursor(step);
    case Qt::Key_Home: return stepCursor(-kFar);
    case Qt::Key_End: return stepCursor(kFar);
    case Qt::Key_Escape:
      if (cursor_ == nullptr || (!cursor_->brush() && !cursor_->time())) break;
      dragFrom_.reset();
      cursor_->setBrush(std::nullopt);
      cursor_->setTime(std::nullopt);
      return;
    case Qt::Key_Plus:
      if (cursor_ != nullptr) {  // the half of the range around the cursor
        const qint64 quarter = (model_->until - model_->since) / 4;
        const qint64 middle = std::clamp(cursor_->time().value_or((model_->since + model_->until) / 2), model_->since + quarter, model_->until - quarter);
        if (quarter > 0) cursor_->chooseRange(middle - quarter, middle + quarter);
      }
      return;
    case Qt::Key_Minus:
    case Qt::Key_Backspace:
      if (cursor_ != nullptr) cursor_->requestBack();
      return;
    case Qt::Key_Return:
    case Qt::Key_Enter: {
      if (cursor_ == nullptr || !cursor_->time() || model_->markers.empty()) break;
      const auto nearest = std::min_element(model_->markers.begin(), model_->markers.end(), [&](const Marker& a, const Marker& b) {
        return std::abs(a.time - *cursor_->time()) < std::abs(b.time - *cursor_->time());
      });
      Q_EMIT markerActivated(nearest->label);
      return;
    }
    default: break;
  }
  QWidget::keyPressEvent(event);
}

void TimeSeriesView::showTable() {
  if (table_ == nullptr) table_ = new ChartTable(*model_, this);
  table_->fill(*model_);
  table_->show();
  table_->raise();
  table_->activateWindow();
  Q_EMIT tableShown();
}

}  // namespace signalbox::ui
