// SPDX-License-Identifier: GPL-3.0-only
#include "pages/audit/audit_page.h"

#include <QHeaderView>
#include <QTableView>
#include <QVBoxLayout>
#include <array>

#include "pages/common/link_banner.h"
#include "pages/common/page_helpers.h"
#include "theme/format.h"
#include "theme/metrics.h"
#include "widgets/banner.h"
#include "widgets/cell_delegate.h"
#include "widgets/dock_content.h"
#include "widgets/tone_label.h"

namespace signalbox::ui {

AuditPage::AuditPage(const PageContext& context, QWidget* parent)
    : Page(parent), context_(context), model_(context.client, context.selection), chain_(new Banner(this)),
      table_(new QTableView(this)), dock_(new DockContent(tr("Change"), this)),
      entry_(new ToneLabel(tr("Choose a row to see its difference."), Tone::Text2, Type::Body, dock_)),
      hash_(new ToneLabel({}, Tone::Text2, Type::MonoSmall, dock_)), previous_(new ToneLabel({}, Tone::Text2, Type::MonoSmall, dock_)) {
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
  const Metrics m = metricsOf(this);
  static constexpr std::array<double, AuditModel::ColumnCount> kWidths = {3, 10.6, 6, 4, 7, 3.2, 12, 4.4};
  for (int at = 0; at < AuditModel::ColumnCount; ++at) table_->setColumnWidth(at, static_cast<int>(kWidths[static_cast<std::size_t>(at)] * m.h));
  table_->horizontalHeader()->setStretchLastSection(false);
  table_->horizontalHeader()->setSectionResizeMode(AuditModel::Reason, QHeaderView::Stretch);
  auto* inside = new QVBoxLayout(dock_);
  inside->setContentsMargins(m.panelPadding(), m.panelPadding(), m.panelPadding(), m.panelPadding());
  entry_->setWordWrap(true);
  entry_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  inside->setSpacing(m.u);
  inside->addWidget(entry_);
  for (ToneLabel* hash : {hash_, previous_}) {
    hash->setEliding(true);
    hash->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    inside->addWidget(hash);
  }
  inside->addStretch(1);
  dock_->setObjectName(QStringLiteral("auditEntry"));
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
    chain_->setContent(BannerKind::Info, tr("Chain verified to %1.").arg(format::count(model_.at(0)->seq)),
                       tr("Every entry carries the SHA-256 of the one before it."));
  } else {
    chain_->setContent(BannerKind::Info, model_.at(0) ? tr("The chain was not verified.") : tr("No change was made yet."));
  }
  Q_EMIT statusChanged();
}

void AuditPage::showEntry(int row) {
  const domain::AuditEntry* entry = model_.at(row);
  if (!entry) return;
  const auto text = [](const std::string& word) { return QString::fromStdString(word); };
  dock_->setNote(QStringLiteral("%1").arg(entry->seq));
  entry_->setTone(Tone::Text);
  hash_->setText(tr("hash %1").arg(text(entry->hash)));
  previous_->setText(tr("previous %1").arg(text(entry->prev_hash)));
  entry_->setText(QStringList({text(entry->action) + QStringLiteral(" · ") + text(entry->outcome),
                               entry->diff.empty() ? tr("no difference recorded") : text(entry->diff).replace(QStringLiteral("; "), QStringLiteral("\n")),
                               entry->reason.empty() ? tr("no reason given") : tr("reason: %1").arg(text(entry->reason))})
                      .join(QStringLiteral("\n\n")));
}

QStringList AuditPage::statusParts() const {
  if (!model_.hasLoaded()) return {};
  return {format::counted(model_.rowCount(), tr("entry"), tr("entries")),
          model_.brokenAt() ? tr("Audit chain broken") : model_.isVerified() ? tr("Audit chain intact") : tr("Audit chain not verified")};
}

}  // namespace signalbox::ui
