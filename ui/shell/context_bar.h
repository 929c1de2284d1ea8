// SPDX-License-Identifier: GPL-3.0-only
// The permanent bar under the menu: back, forward │ router │ range │ zone │ view ⋯ badges, role │ link state, pause. It shows
// what it is told and says what was asked for; Selection and links are wired to it from outside. When narrow the written-out
// span folds first, then the captions; never router, role or link.
#pragma once
#include <QList>
#include <QWidget>
#include <vector>

#include "theme/cells.h"

class QHBoxLayout;
class QToolButton;

namespace signalbox::ui {

class MenuButton;
class ToneLabel;
class BadgeLabel;
class StateGlyph;

// One entry of a menu of the bar. An empty id is a separator.
struct BarChoice {
  QString id;
  QString text;
  QString icon{};
  bool chosen = false;  // bears the check mark
};

class ContextBar : public QWidget {
  Q_OBJECT
 public:
  explicit ContextBar(QWidget* parent = nullptr);

  void setHistory(bool canBack, bool canForward);
  void setRouters(const std::vector<BarChoice>& routers, const QString& current);  // current empty = "none yet"
  void setRanges(const std::vector<BarChoice>& ranges);
  // `name`: "Last 24 h"; `span`: "Wed 18 Nov 14:30 – Thu 19 Nov 14:30".
  void setRange(const QString& name, const QString& span, bool canForward);
  void setZones(const std::vector<BarChoice>& zones, const QString& current);  // current: as the button says it
  void setViews(const std::vector<BarChoice>& views, const QString& current);  // empty = the group is hidden
  void setRangeEnabled(bool enabled);

  void setRole(const QString& role);       // empty = no badge
  void setPlainWs(bool plain);             // the amber badge
  void setSample(const QString& words);    // "Sample, simulated traffic"; empty = none
  // "Live", "last event 0.8 s ago"; "Not linked to a router".
  void setLink(StateMark mark, const QString& state, const QString& detail);
  void setPaused(bool paused);  // routing, of the router on this computer
  void setPauseShown(bool shown);

 Q_SIGNALS:
  void backRequested();
  void forwardRequested();
  void routerChosen(const QString& id);
  void rangeChosen(const QString& id);
  void rangeStepped(int by);  // −1 earlier, +1 later
  void zoneChosen(const QString& id);
  void viewChosen(const QString& id);
  void pauseRequested(bool paused);  // of routing; setPaused() shows the answer

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;

 private:
  QToolButton* tool(const QString& icon, const QString& name, const char* objectName);
  ToneLabel* caption(const QString& text);
  QWidget* separator();
  void fillMenu(MenuButton* button, const std::vector<BarChoice>& choices, const QString& current, void (ContextBar::*signal)(const QString&));
  void showBadge(BadgeLabel* badge, BadgeTone tone, const QString& words, const QString& glyph, bool shown);
  void fold();

  QHBoxLayout* row_;
  QToolButton* back_;
  QToolButton* forward_;
  QToolButton* earlier_ = nullptr;
  QToolButton* later_ = nullptr;
  QToolButton* pause_ = nullptr;
  MenuButton* router_ = nullptr;
  MenuButton* range_ = nullptr;
  MenuButton* zone_ = nullptr;
  MenuButton* view_ = nullptr;
  QWidget* viewRule_ = nullptr;
  ToneLabel* viewCaption_ = nullptr;
  ToneLabel* span_ = nullptr;
  ToneLabel* linkState_ = nullptr;
  ToneLabel* linkDetail_ = nullptr;
  StateGlyph* linkGlyph_ = nullptr;
  BadgeLabel* sample_ = nullptr;
  BadgeLabel* plain_ = nullptr;
  BadgeLabel* role_ = nullptr;
  QList<ToneLabel*> captions_;
  bool hasViews_ = false;
};

}  // namespace signalbox::ui
