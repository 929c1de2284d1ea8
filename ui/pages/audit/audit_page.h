// SPDX-License-Identifier: GPL-3.0-only
// Every change that was made, by whom and with what outcome, and whether the chain of hashes over it holds. GUI thread.
#pragma once
#include "models/audit_model.h"
#include "pages/catalogue.h"

class QTableView;

namespace signalbox::ui {

class AuditDock;
class Banner;

class AuditPage : public Page {
  Q_OBJECT
 public:
  AuditPage(const PageContext& context, QWidget* parent = nullptr);

  [[nodiscard]] QString title() const override { return tr("Alerts & audit"); }
  void activate() override { model_.setRunning(true); }
  void deactivate() override { model_.setRunning(false); }
  [[nodiscard]] QList<DockContent*> docks() override;
  [[nodiscard]] QStringList statusParts() const override;

 private:
  void follow();
  void showEntry(int row);
  PageContext context_;
  AuditModel model_;
  Banner* chain_;
  QTableView* table_;
  AuditDock* dock_;
};

}  // namespace signalbox::ui
