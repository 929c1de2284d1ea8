// SPDX-License-Identifier: GPL-3.0-only
// What the person is looking at: range, zone and filter, with their history; and the decision in hand.
// One per window, passed by reference to every page, so that no page talks to a page. GUI thread.
#pragma once
#include <QObject>
#include <optional>
#include <vector>

#include "domain/decision.h"
#include "domain/where.h"
#include "state/time_range.h"
#include "state/zone.h"

namespace signalbox::ui {

class Selection : public QObject {
  Q_OBJECT
 public:
  explicit Selection(QObject* parent = nullptr);
  void begin(const TimeRange& range, const Zone& zone);  // where the program starts: nothing to go back to

  [[nodiscard]] const TimeRange& range() const { return now_.range; }
  [[nodiscard]] const Zone& zone() const { return now_.zone; }
  [[nodiscard]] const domain::Where& filter() const { return now_.filter; }
  [[nodiscard]] Span span() const { return now_.range.at(wallNow()); }
  [[nodiscard]] std::optional<domain::DecisionId> decision() const { return decision_; }
  [[nodiscard]] bool canGoBack() const { return !past_.empty(); }
  [[nodiscard]] bool canGoForward() const { return !future_.empty(); }

 public Q_SLOTS:
  void setRange(const signalbox::ui::TimeRange& range);
  void setZone(const signalbox::ui::Zone& zone);
  void setFilter(const signalbox::domain::Where& filter);
  void addCondition(const signalbox::domain::Condition& condition);  // replaces an equal field and operator
  void removeCondition(int at);
  void clearFilter();
  void back();
  void forward();
  // Asks that a decision be shown; the shell goes to the page that can.
  void openDecision(const signalbox::domain::DecisionId& id);
  void setDecision(std::optional<signalbox::domain::DecisionId> id);

 Q_SIGNALS:
  void rangeChanged();
  void zoneChanged();
  void filterChanged();
  void historyChanged();
  void decisionChanged();
  void decisionOpened();  // after decisionChanged

 private:
  struct State {
    TimeRange range;
    Zone zone;
    domain::Where filter;
    friend bool operator==(const State&, const State&) = default;
  };
  void go(const State& to, bool remember);

  State now_;
  std::vector<State> past_, future_;
  std::optional<domain::DecisionId> decision_;
};

}  // namespace signalbox::ui
