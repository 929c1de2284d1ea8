// SPDX-License-Identifier: GPL-3.0-only
// The table of decisions: history by pages as the view scrolls, and the live tail. While held, new rows wait and are counted;
// released, they are put in at once. Follows selection and client by itself once started. GUI thread.
#pragma once
#include <QAbstractTableModel>
#include <QTimer>

#include "bridge/feeds.h"
#include "models/decision_window.h"
#include "state/selection.h"
#include "theme/tier_key.h"

namespace signalbox::ui {

class DecisionTableModel : public QAbstractTableModel, private DecisionWindow::Listener {
  Q_OBJECT
 public:
  enum Column { Time, Workload, Tokens, Complexity, Way, Confidence, Why, Latency, Cost, ColumnCount };
  enum class State { Idle, Loading, Ready, NoData, Filtered, Failed, Offline };
  Q_ENUM(State)
  static constexpr std::size_t kMostRows = 200'000;

  DecisionTableModel(ConsoleClient& client, Selection& selection, PolicyBook& book, QObject* parent = nullptr,
                     std::size_t most = kMostRows);

  void start();  // the page is seen: asks anew, follows the tail
  void stop();   // hidden: keeps its rows, asks for nothing
  void reload();
  void setHeld(bool held);  // the person is not at the head of the table
  void recount();           // how many match, asked anew; a live range does so by itself each minute, as rows leave it

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const QString& error() const { return error_; }
  [[nodiscard]] bool isHeld() const { return held_; }
  [[nodiscard]] int newerCount() const { return static_cast<int>(waiting_.size() + overflow_); }
  [[nodiscard]] std::int64_t dropped() const { return dropped_; }
  // Of the whole range, not of the window.
  [[nodiscard]] std::optional<std::int64_t> matching() const;
  [[nodiscard]] bool isCounting() const { return counting_; }
  [[nodiscard]] bool hasUncounted() const { return !uncounted_.empty(); }  // rows were added to the count, none taken off
  [[nodiscard]] double firstRowsMs() const { return first_rows_ms_; }
  [[nodiscard]] bool isFull() const { return window_.isFull(); }
  [[nodiscard]] std::optional<domain::DecisionId> idAt(int row) const;
  [[nodiscard]] int rowOfId(const domain::DecisionId& id) const;  // −1: not in the window

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  [[nodiscard]] bool canFetchMore(const QModelIndex& parent) const override;
  void fetchMore(const QModelIndex& parent) override;

 Q_SIGNALS:
  void stateChanged();
  void tailChanged();  // held, newerCount, dropped
  void countChanged();

 private:
  void aboutToInsert(int first, int last) override { beginInsertRows({}, first, last); }
  void inserted() override { endInsertRows(); }
  void aboutToRemove(int first, int last) override { beginRemoveRows({}, first, last); }
  void removed() override { endRemoveRows(); }

  void ask(const std::string& before);
  void takePage(const Result<control::DecisionPage>& page, bool first);
  void takeBatch(const control::DecisionBatch& batch);
  void takeCount(std::optional<std::int64_t> count, bool counting);
  void takeSeen(const std::vector<domain::CommittedDecision>& items);
  [[nodiscard]] control::DecisionQuery countedQuery();
  void release();
  void rewordFor(domain::Revision revision);
  void setState(State state, const QString& error = {});
  [[nodiscard]] DecisionRow read(const domain::CommittedDecision& committed);
  [[nodiscard]] QVariant cell(const DecisionRow& row, int column) const;
  [[nodiscard]] QString text(const DecisionRow& row, int column) const;
  [[nodiscard]] TierKey tierOf(const DecisionRow& row, WordPool::Index tier) const;

  ConsoleClient& client_;
  Selection& selection_;
  PolicyBook& book_;
  Asker pages_, counts_, recounts_;
  CallOff page_off_, count_off_;
  DecisionTail tail_;
  DecisionWindow window_;
  WordPool words_;
  std::vector<DecisionRow> waiting_;   // came while held
  std::size_t overflow_ = 0;           // came while held and are not kept: released by asking again
  std::vector<domain::CommittedDecision> unworded_;  // their policy was not known yet
  Span span_;
  State state_ = State::Idle;
  QString error_;
  std::optional<std::int64_t> count_;     // as the router last said
  std::int64_t counted_to_ = 0;           // the newest row it had seen then
  std::vector<std::int64_t> uncounted_;   // seq of those that came since
  QTimer recount_;
  bool counting_ = false, held_ = false, running_ = false, asking_ = false;
  bool missed_ = false;          // started while the router was away: what is shown is of before
  bool of_another_ = false;      // range, filter or session changed while it did not run
  bool gap_ = false;             // while held, rows were lost on the way
  std::int64_t dropped_ = 0;
  double first_rows_ms_ = 0;
  QElapsedTimer since_asked_;
};

}  // namespace signalbox::ui
