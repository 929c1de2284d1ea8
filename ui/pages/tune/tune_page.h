// SPDX-License-Identifier: GPL-3.0-only
// The policy: sliders for its thresholds, its text, the difference to what is live; making a draft live with compare-and-set,
// confirming or reverting it; and its history. GUI thread.
#pragma once
#include <QPointer>

#include "models/history_model.h"
#include "models/policy_draft.h"
#include "pages/catalogue.h"

class QTabWidget;
class QTableView;

namespace signalbox::ui {

class ApplyDialog;
class PolicyDiffView;
class PolicyBanner;
class PolicyEditor;
class ThresholdForm;
class ToneLabel;

class TunePage : public Page {
  Q_OBJECT
 public:
  TunePage(const PageContext& context, QWidget* parent = nullptr);

  [[nodiscard]] QString title() const override { return tr("Tune"); }
  void activate() override;
  void deactivate() override;
  [[nodiscard]] QStringList statusParts() const override;
  [[nodiscard]] PolicyDraft& draft() { return draft_; }

 private:
  void build();
  [[nodiscard]] QWidget* buildHistory();
  void connectAll();
  void followPolicy();
  void fetchLive(bool rebase);
  void sampleScores();
  void showDiff();
  void showRevisionDiff(domain::Revision revision);
  void apply();
  void send(ApplyDialog& dialog);
  void confirm();
  void revert();
  void rollBack(domain::Revision to);
  void say(const QString& what, bool bad = false);

  PageContext context_;
  PolicyDraft draft_;
  HistoryModel history_;
  Asker live_, samples_, diffs_;
  PolicyBanner* banner_;
  ThresholdForm* form_;
  PolicyEditor* editor_;
  PolicyDiffView* diff_;
  ToneLabel *state_, *said_;
  QTabWidget* tabs_;
  QTableView* table_;
  QPointer<ApplyDialog> dialog_;
  bool active_ = false;
};

}  // namespace signalbox::ui
