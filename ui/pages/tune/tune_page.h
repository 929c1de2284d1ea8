// SPDX-License-Identifier: GPL-3.0-only
// The policy: sliders for its thresholds, its text, the difference to what is live; making a draft live with compare-and-set,
// confirming or reverting it; and its history. GUI thread.
#pragma once
#include <QPointer>
#include <map>

#include "models/history_model.h"
#include "models/policy_draft.h"
#include "pages/catalogue.h"

class QTableView;
class QToolButton;

namespace signalbox::ui {

class ApplyDialog;
class Banner;
class ChangeStrip;
class DiffView;
class DockTitle;
class PolicyBanner;
class PolicyEditor;
class ThresholdForm;

class TunePage : public Page {
  Q_OBJECT
 public:
  TunePage(const PageContext& context, QWidget* parent = nullptr);

  [[nodiscard]] QString title() const override { return tr("Tune"); }
  void activate() override;
  void deactivate() override;
  [[nodiscard]] QList<QAction*> pageActions() override { return actions_; }
  [[nodiscard]] QStringList statusParts() const override;
  [[nodiscard]] PolicyDraft& draft() { return draft_; }

 private:
  void build();
  [[nodiscard]] QWidget* buildDiff();
  [[nodiscard]] QWidget* buildHistory();
  void makeActions();
  void allowActions();
  void connectAll();
  void followPolicy();
  void followHistory();
  [[nodiscard]] std::optional<domain::Revision> fallback() const;
  void fetchLive(bool rebase);
  void sampleScores();
  void showDiff();
  void showLines(const QString& title, const QString& note, const Json& before, const Json& after, bool of_history);
  void showRevisionDiff(domain::Revision revision);
  void leaveSession();
  void greet();
  void setAside();
  void takeUp();
  void showAside();
  void apply();
  void discard();
  void send(ApplyDialog& dialog);
  void confirm();
  void revert();
  void askRebase(const domain::PolicyRevision& theirs);
  void rollBackToChosen();
  void askRollBack(domain::Revision to);
  void rollBack(domain::Revision to, const QString& reason);
  void say(const QString& what, bool bad = false);

  // A draft whose router has gone: it comes back with its store, and is offered as text anywhere else.
  struct SetAside {
    QString router, text;              // its name; the text as it stood in the editor
    domain::Revision base = 0;
    Json live, proposed;
    bool typed = false;                // the text says something else than `proposed`
  };

  PageContext context_;
  PolicyDraft draft_;
  HistoryModel history_;
  Asker live_, targets_, samples_, diffs_;
  std::string store_;                  // of the router that the draft is for
  QString router_;                     // its name
  std::map<std::string, SetAside> asides_;  // by store
  PolicyBanner* banner_;
  Banner* aside_banner_;
  ChangeStrip* strip_;
  ThresholdForm* form_;
  PolicyEditor* editor_;
  DiffView* diff_;
  DockTitle *diff_title_, *history_title_;
  QToolButton* back_to_draft_ = nullptr;
  QString shown_text_;
  QTableView* table_;
  QPointer<ApplyDialog> dialog_;
  QList<QAction*> actions_;
  QAction *apply_ = nullptr, *discard_ = nullptr, *confirm_ = nullptr, *revert_ = nullptr, *roll_back_ = nullptr;
  bool active_ = false;
};

}  // namespace signalbox::ui
