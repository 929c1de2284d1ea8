// SPDX-License-Identifier: GPL-3.0-only
#include "pages/proxy/latest_dock.h"

#include <QHeaderView>
#include <QScrollBar>
#include <QTableView>
#include <QVBoxLayout>
#include <array>

#include "pages/common/page_helpers.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/cell_delegate.h"

namespace signalbox::ui {

namespace {
using Model = DecisionTableModel;
struct Wide {
  int column;
  double lines;
};
// In the order in which they are given up where the dock is narrow.
constexpr std::array<Wide, 5> kColumns = {Wide{Model::Workload, 4.6}, Wide{Model::Cost, 5.4}, Wide{Model::Latency, 4.2}, Wide{Model::Way, 5.9},
                                          Wide{Model::Time, 6.2}};
constexpr int kWidthInLines = 27;
}  // namespace

LatestDock::LatestDock(DecisionTableModel& model, QWidget* parent) : DockContent(tr("Latest requests"), parent), table_(new QTableView(this)) {
  setObjectName(QStringLiteral("latestRequests"));
  setWidthHint(kWidthInLines * metricsOf(this).h);
  auto* layout = new QVBoxLayout(this);
  tighten(layout);
  table_->setObjectName(QStringLiteral("latestTable"));
  table_->setAccessibleName(tr("Latest requests"));
  table_->setModel(&model);
  dressTable(table_);
  table_->horizontalHeader()->setStretchLastSection(false);
  table_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  for (int column = 0; column < Model::ColumnCount; ++column) table_->hideColumn(column);
  layout->addWidget(table_);
  connect(table_, &QTableView::activated, this, [this, &model](const QModelIndex& index) {
    if (const auto id = model.idAt(index.row())) Q_EMIT decisionChosen(*id);
  });
  connect(&model, &Model::stateChanged, this, [this, &model] {
    state_ = model.state() == Model::State::Loading ? tr("asking…") : model.rowCount() == 0 ? tr("none yet") : QString();
    say();
  });
  fit();
}

void LatestDock::setSource(const QString& router) {
  source_ = router;
  say();
}

void LatestDock::say() {
  QStringList parts = {source_.isEmpty() ? QString() : tr("of %1").arg(source_), state_};
  parts.removeAll(QString());
  setNote(parts.join(QStringLiteral(", ")));
}

void LatestDock::fit() {
  const Metrics m = metricsOf(this);
  double need = 0;
  for (const Wide& wide : kColumns) need += wide.lines * m.h;
  const double room = width() - table_->verticalScrollBar()->sizeHint().width();
  for (const Wide& wide : kColumns) {
    const bool shown = need <= room || wide.column == Model::Time || wide.column == Model::Way;
    table_->setColumnHidden(wide.column, !shown);
    if (!shown) need -= wide.lines * m.h;
  }
  // What is left over goes to all of them alike.
  const double spare = std::max(0.0, room - need);
  int count = 0;
  for (const Wide& wide : kColumns) count += table_->isColumnHidden(wide.column) ? 0 : 1;
  for (const Wide& wide : kColumns) table_->setColumnWidth(wide.column, static_cast<int>(wide.lines * m.h + spare / count));
}

void LatestDock::resizeEvent(QResizeEvent* event) {
  DockContent::resizeEvent(event);
  fit();
}

}  // namespace signalbox::ui
