// SPDX-License-Identifier: GPL-3.0-only
#include "pages/common/filter_bar.h"

#include <QAction>
#include <QKeyEvent>
#include <QPainter>
#include <QPushButton>

#include "pages/common/chip.h"
#include "pages/common/page_helpers.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

FilterBar::FilterBar(Selection& selection, Kind kind, QWidget* parent)
    : QWidget(parent), selection_(selection), model_(selection), kind_(kind), chips_(new QHBoxLayout), asides_(new QHBoxLayout) {
  setObjectName(QStringLiteral("filterBar"));
  const Metrics m = metricsOf(this);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(m.panelPadding(), 2 * m.u, m.panelPadding(), 2 * m.u);
  row->setSpacing(2 * m.u);
  if (kind_ == WithEdit) {
    edit_ = new QLineEdit(this);
    edit_->setObjectName(QStringLiteral("filterEdit"));
    edit_->setPlaceholderText(tr("Filter, e.g. cost>0.001"));
    edit_->setAccessibleName(tr("Filter"));
    edit_->setToolTip(tr("field:value, field!=value, field>1, field~part; anything else searches id, reason, model, error and text"));
    edit_->setClearButtonEnabled(true);
    edit_->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    edit_->setFixedWidth(12 * m.h);
    edit_->installEventFilter(this);
    connect(edit_, &QLineEdit::returnPressed, this, &FilterBar::addTyped);
    connect(edit_, &QLineEdit::textEdited, this, [this] { problem_->hide(); });
    row->addWidget(edit_);
  }
  problem_ = new ToneLabel({}, Tone::Bad, Type::Secondary, this);
  problem_->hide();
  tighten(chips_, 2 * m.u);
  tighten(asides_, 2 * m.u);
  row->addWidget(problem_);
  row->addLayout(chips_);
  row->addStretch(1);
  row->addLayout(asides_);
  connect(&model_, &QAbstractItemModel::modelReset, this, &FilterBar::rebuild);
  rebuild();
}

void FilterBar::addAside(QWidget* widget) { asides_->addWidget(widget); }

void FilterBar::rebuild() {
  while (QLayoutItem* item = chips_->takeAt(0)) {
    if (QWidget* widget = item->widget()) widget->deleteLater();
    delete item;
  }
  for (int row = 0; row < model_.rowCount(); ++row) {
    const QModelIndex at = model_.index(row);
    auto* chip = new Chip(at.data(FilterModel::FieldRole).toString(), at.data(FilterModel::OpRole).toString(),
                          at.data(FilterModel::ValueRole).toString(), this);
    connect(chip, &Chip::removed, this, [this, row] { model_.removeRow(row); }, Qt::QueuedConnection);
    chips_->addWidget(chip);
    chip->show();
  }
  if (model_.rowCount() > 0) {
    auto* clear = new QPushButton(tr("Clear"), this);
    clear->setFlat(true);
    connect(clear, &QPushButton::clicked, &selection_, &Selection::clearFilter, Qt::QueuedConnection);
    chips_->addWidget(clear);
    clear->show();
  }
  setVisible(kind_ == WithEdit || model_.rowCount() > 0);
}

void FilterBar::addTyped() {
  const Result<void> added = model_.add(edit_->text().trimmed());
  problem_->setVisible(!added);
  if (added) return edit_->clear();
  problem_->setText(QString::fromStdString(added.error().message));
}

bool FilterBar::eventFilter(QObject* watched, QEvent* event) {
  if (watched == edit_ && event->type() == QEvent::KeyPress && edit_->text().isEmpty() && model_.rowCount() > 0 &&
      static_cast<QKeyEvent*>(event)->key() == Qt::Key_Backspace) {
    model_.removeRow(model_.rowCount() - 1);
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void FilterBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme& theme = themeOf(this);
  painter.fillRect(rect(), theme.base);
  painter.fillRect(QRect(0, height() - 1, width(), 1), theme.line);
}

}  // namespace signalbox::ui
