// SPDX-License-Identifier: GPL-3.0-only
// How far the change of policy has come, over the whole page: nothing drafted, drafted, live but waiting to be confirmed. While
// it waits the dead man's time counts down beside Revert now and Confirm. GUI thread.
#pragma once
#include <QTimer>

#include "bridge/console_client.h"
#include "models/policy_draft.h"
#include "pages/common/page_helpers.h"
#include "state/zone.h"

class QProgressBar;
class QPushButton;
class QStackedWidget;

namespace signalbox::ui {

class StagesView;
class ToneLabel;

class ChangeStrip : public Surface {
  Q_OBJECT
 public:
  ChangeStrip(ConsoleClient& client, PolicyDraft& draft, QWidget* parent = nullptr);
  // What the live policy goes back to unless confirmed; nullopt = not known.
  void setFallback(std::optional<domain::Revision> revision);
  void setZone(const Zone& zone);
  void say(const QString& what, bool bad = false);  // what became of the last thing done; empty = no more
  [[nodiscard]] bool isWaiting() const;             // live, not confirmed

 Q_SIGNALS:
  void confirmRequested();
  void revertRequested();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void build();
  void follow();
  void followStages();
  void followDeadMan();
  void allow();
  ConsoleClient& client_;
  PolicyDraft& draft_;
  Zone zone_ = Zone::utc();
  std::optional<domain::Revision> fallback_;
  QStackedWidget* left_;
  ToneLabel *state_, *said_, *countdown_;
  StagesView* stages_;
  QWidget* dead_man_;
  QProgressBar* bar_;
  QPushButton *revert_, *confirm_;
  QTimer clock_;
};

}  // namespace signalbox::ui
