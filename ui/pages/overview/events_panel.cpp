// SPDX-License-Identifier: GPL-3.0-only
#include "pages/overview/events_panel.h"

#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "models/change_words.h"
#include "models/history_model.h"
#include "theme/format.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/text_run.h"
#include "theme/theme.h"

namespace signalbox::ui {

namespace {
constexpr WallMicros kDay = 86'400'000'000;

enum Role { LeadRole = Qt::UserRole + 1, RestRole, DetailRole, WhenRole, IconRole };

// Two lines: what happened and when, then its detail.
class EventDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
    const Metrics m = metricsOf(option.widget);
    return {10 * m.h, 2 * m.h + 4 * m.u};
  }
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const Theme& theme = themeOf(option.widget);
    const Metrics m = metricsOf(option.widget);
    if (option.state & QStyle::State_Selected) painter->fillRect(option.rect, theme.select);
    const QRectF box = QRectF(option.rect).adjusted(m.panelPadding(), 2 * m.u, -m.panelPadding(), -2 * m.u);
    paintIcon(*painter, QRectF(box.left(), box.top() + (m.h - m.icon()) / 2.0, m.icon(), m.icon()),
              index.data(IconRole).toString(), theme.text2);
    const double left = box.left() + m.icon() + 2 * m.u;
    const QString when = index.data(WhenRole).toString();
    const double clock = lineWidth({{when, Tone::Text2}}, typeFont(Type::Secondary)) + 2 * m.u;
    drawLine(*painter, QRectF(left, box.top(), box.right() - clock - left, m.h),
             {{index.data(LeadRole).toString(), Tone::Text, true}, {index.data(RestRole).toString(), Tone::Text}}, option.font, theme);
    drawLine(*painter, QRectF(box.right() - clock, box.top(), clock, m.h), {{when, Tone::Text2}}, typeFont(Type::Secondary), theme,
             Qt::AlignRight);
    drawLine(*painter, QRectF(left, box.top() + m.h, box.right() - left, m.h), {{index.data(DetailRole).toString(), Tone::Text2}},
             typeFont(Type::Secondary), theme);
    painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), theme.line);
  }
};

// What happened at the time that stands beside it; what became of the revision later is the history's to say.
QString whatHappened(const domain::PolicyRevision& revision) {
  if (revision.restores) return EventsPanel::tr("live, back to %1").arg(format::revision(*revision.restores));
  if (revision.state == domain::RevisionState::Staged || revision.state == domain::RevisionState::Canary) return stateWords(revision);
  return revision.diff.empty() ? EventsPanel::tr("live, first policy") : EventsPanel::tr("live");
}

QString detailOf(const domain::PolicyRevision& revision) {
  QStringList parts;
  if (!revision.restores && !revision.diff.empty()) parts.append(changeWords(revision.diff));
  if (!revision.who.empty()) parts.append(EventsPanel::tr("by %1").arg(QString::fromStdString(revision.who)));
  if (!revision.reason.empty()) parts.append(QString::fromStdString(revision.reason));
  return parts.join(QStringLiteral("; "));
}
}  // namespace

EventsPanel::EventsPanel(QWidget* parent)
    : DockContent(tr("Events in range"), parent), list_(new QListView(this)), model_(new QStandardItemModel(this)) {
  setObjectName(QStringLiteral("events"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(list_);
  list_->setObjectName(QStringLiteral("eventList"));
  list_->setAccessibleName(title());
  list_->setFrameShape(QFrame::NoFrame);
  list_->setModel(model_);
  list_->setItemDelegate(new EventDelegate(list_));
  list_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  list_->setUniformItemSizes(true);
}

void EventsPanel::show(const std::vector<domain::PolicyRevision>& revisions, const Span& span, const Zone& zone) {
  std::vector<domain::PolicyRevision> inside;
  QStringList rows;
  const Zone::Style style = span.length() > kDay ? Zone::Style::DayTime : Zone::Style::Minute;
  for (const domain::PolicyRevision& revision : revisions) {
    if (!span.contains(revision.ts)) continue;
    inside.push_back(revision);
    rows.append(format::revision(revision.revision) + whatHappened(revision) + detailOf(revision) + zone.text(revision.ts, style));
  }
  setNote(rows.isEmpty() ? tr("none") : format::count(rows.size()));
  if (rows == rows_) return;  // the charts move many times a second, this does not: what is chosen stays
  rows_ = rows;
  model_->clear();
  for (const domain::PolicyRevision& revision : inside) {
    auto* item = new QStandardItem(format::revision(revision.revision));
    item->setData(format::revision(revision.revision), LeadRole);
    item->setData(QLatin1Char(' ') + whatHappened(revision), RestRole);
    item->setData(detailOf(revision), DetailRole);
    item->setData(zone.text(revision.ts, style), WhenRole);
    item->setData(revision.restores ? QStringLiteral("revert") : QStringLiteral("tune"), IconRole);
    item->setToolTip(detailOf(revision));
    item->setData(format::revision(revision.revision) + QLatin1Char(' ') + whatHappened(revision), Qt::AccessibleTextRole);
    model_->appendRow(item);
  }
}

void EventsPanel::choose(const QString& label) {
  const auto found = model_->findItems(label);
  if (!found.isEmpty()) list_->setCurrentIndex(found.front()->index());
}

}  // namespace signalbox::ui
