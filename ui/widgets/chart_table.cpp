// SPDX-License-Identifier: GPL-3.0-only
#include "widgets/chart_table.h"

#include <QClipboard>
#include <QDateTime>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QPushButton>
#include <QStandardItemModel>
#include <QTableView>
#include <QVBoxLayout>

#include "theme/format.h"
#include "theme/icons.h"
#include "widgets/cell_delegate.h"
#include "widgets/chart_model.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {
namespace {

constexpr std::size_t kMostRows = 5000;  // what a person reads; more is what exports are for

QStandardItem* item(const QString& text, bool number) {
  auto* cell = new QStandardItem(text);
  cell->setEditable(false);
  if (number) cell->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
  return cell;
}

}  // namespace

ChartTable::ChartTable(const ChartModel& chart, QWidget* parent) : QDialog(parent), rows_(new QStandardItemModel(this)) {
  const Metrics m = metricsOf(this);
  setWindowTitle(tr("%1 as table").arg(chart.title));
  resize(140 * m.u, 120 * m.u);
  auto* column = new QVBoxLayout(this);
  auto* view = new QTableView(this);
  view->setModel(rows_);
  dressTable(view);
  view->setAccessibleName(windowTitle());
  said_ = new ToneLabel({}, Tone::Info, Type::Secondary, this);
  column->addWidget(said_);
  column->addWidget(view, 1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  auto* copyButton = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
  connect(copyButton, &QPushButton::clicked, this, &ChartTable::copy);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  column->addWidget(buttons);
}

void ChartTable::fill(const ChartModel& chart) {
  rows_->clear();
  provenance_ = chart.provenance;
  said_->setText(provenance_);
  said_->setVisible(!provenance_.isEmpty());
  QStringList heads{tr("Time (%1)").arg(QString::fromLatin1(chart.zone.id()))};
  for (const Series& s : chart.series) {
    heads << (s.name.isEmpty() ? chart.title : s.name);
    if (s.data != nullptr && !s.data->lo().empty()) heads << tr("95% from") << tr("to");
  }
  rows_->setHorizontalHeaderLabels(heads);
  if (chart.series.empty() || chart.series.front().data == nullptr) return;
  const SampleSet& lead = *chart.series.front().data;
  const std::size_t last = lead.lowerBound(chart.until);
  std::size_t first = lead.lowerBound(chart.since);
  if (last - first > kMostRows) first = last - kMostRows;
  for (std::size_t i = last; i > first; --i) {  // newest first
    const qint64 t = lead.times()[i - 1];
    QList<QStandardItem*> row{item(QDateTime::fromMSecsSinceEpoch(t / 1000, chart.zone).toString(Qt::ISODate), false)};
    for (const Series& s : chart.series) {
      const std::size_t at = s.data == nullptr ? 0 : s.data->lowerBound(t);
      const bool here = s.data != nullptr && at < s.data->size() && s.data->times()[at] == t;
      const auto written = [&](double v) { return std::isfinite(v) ? chart.value(v) : format::unknown(); };
      row << item(here ? written(s.data->values()[at]) : format::unknown(), true);
      if (s.data == nullptr || s.data->lo().empty()) continue;
      row << item(here ? written(s.data->lo()[at]) : format::unknown(), true) << item(here ? written(s.data->hi()[at]) : format::unknown(), true);
    }
    rows_->appendRow(row);
  }
}

void ChartTable::copy() const {
  QStringList lines;
  if (!provenance_.isEmpty()) lines << QStringLiteral("# ") + provenance_;
  QStringList heads;
  for (int c = 0; c < rows_->columnCount(); ++c) heads << rows_->headerData(c, Qt::Horizontal).toString();
  lines << heads.join(QLatin1Char('\t'));
  for (int r = 0; r < rows_->rowCount(); ++r) {
    QStringList cells;
    for (int c = 0; c < rows_->columnCount(); ++c) cells << rows_->index(r, c).data().toString();
    lines << cells.join(QLatin1Char('\t'));
  }
  QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

}  // namespace signalbox::ui
