// SPDX-License-Identifier: GPL-3.0-only
// One entry of the audit log in full: each fact under its name, and the two hashes that hold it in the chain. GUI thread.
#pragma once
#include "domain/audit_entry.h"
#include "state/selection.h"
#include "widgets/dock_content.h"

class QFormLayout;

namespace signalbox::ui {

class ToneLabel;

class AuditDock : public DockContent {
  Q_OBJECT
 public:
  explicit AuditDock(Selection& selection, QWidget* parent = nullptr);
  void show(const domain::AuditEntry& entry);

 private:
  ToneLabel* add(const QString& name, const char* objectName);
  ToneLabel* addHash(const QString& name, const char* objectName);
  Selection& selection_;
  QWidget* facts_;
  ToneLabel* hint_;
  QFormLayout* form_;
  ToneLabel *what_, *who_, *when_, *revision_, *diff_, *reason_, *outcome_, *hash_, *previous_;
};

}  // namespace signalbox::ui
