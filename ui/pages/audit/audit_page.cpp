// SPDX-License-Identifier: GPL-3.0-only
#include "pages/audit/audit_page.h"

#include <QTableView>
#include <QVBoxLayout>

#include "pages/audit/audit_dock.h"
#include "pages/common/link_banner.h"
#include "pages/common/page_helpers.h"
#include "theme/format.h"
#include "widgets/banner.h"
#include "widgets/cell_delegate.h"
#include "widgets/table_columns.h"

namespace signalbox::ui {

AuditPage::AuditPage(const PageContext& context, QWidget* parent)
    : Page(parent), context_(context), model_(context.client, context.selection), chain_(new Banner(this)),
      table_(new QTableView(this)), dock_(new AuditDock(context.selection, this)) {
  setObjectName(QStringLiteral("auditPage"));
  auto* column = new QVBoxLayout(this);
  tighten(column);
  column->addWidget(new LinkBanner(context_.client, this));
  column->addWidget(chain_);
  column->addWidget(table_, 1);
  chain_->setObjectName(QStringLiteral("auditChain"));
  table_->setObjectName(QStringLiteral("auditTable"));
  table_->setAccessibleName(tr("Audit log"));
  table_->setModel(&model_);
  dressTable(table_);
  new TableColumns(table_, {{3, 10.6, 6.5, 4, 11, 3.2, 10, 6}, {AuditModel::Reason}, {AuditModel::Role, AuditModel::Who, AuditModel::Revision}});
  dock_->hide();
  connect(&model_, &AuditModel::loaded, this, &AuditPage::follow);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& now) { showEntry(now.row()); });
  follow();
}

QList<DockContent*> AuditPage::docks() { return {dock_}; }

void AuditPage::follow() {
  if (!model_.error().isEmpty()) {
    chain_->setContent(BannerKind::Warn, tr("The audit log cannot be read."), model_.error());
  } else if (!model_.hasLoaded()) {
    chain_->setContent(BannerKind::Info, tr("Asking %1…").arg(context_.client.routerName()));
  } else if (model_.brokenAt()) {
    chain_->setContent(BannerKind::Bad, tr("The chain is broken at entry %1.").arg(format::count(*model_.brokenAt())),
                       tr("It or what came before it was altered outside the router."));
  } else if (model_.isVerified() && model_.at(0)) {
    chain_->setContent(BannerKind::Ok, tr("Chain verified to %1.").arg(format::count(model_.at(0)->seq)),
                       tr("Every entry carries the SHA-256 of the one before it."));
  } else {
    chain_->setContent(BannerKind::Info, model_.at(0) ? tr("The chain was not verified.") : tr("No change was made yet."));
  }
  Q_EMIT statusChanged();
}

void AuditPage::showEntry(int row) {
  if (const domain::AuditEntry* entry = model_.at(row)) dock_->show(*entry);
}

QStringList AuditPage::statusParts() const {
  if (!model_.hasLoaded()) return {};
  const QString entries = format::counted(model_.rowCount(), tr("entry"), tr("entries"));
  return {model_.hasMore() ? tr("the latest %1").arg(entries) : entries,
          model_.brokenAt() ? tr("Audit chain broken") : model_.isVerified() ? tr("Audit chain intact") : tr("Audit chain not verified")};
}

}  // namespace signalbox::ui
