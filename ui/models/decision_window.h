// SPDX-License-Identifier: GPL-3.0-only
// A window over the decisions of a router, newest first: pages of history appended at the end, live rows put in their place at
// the head, at most `most` rows. It remembers where each page ended, so that rows dropped at the end can be fetched again.
// Pure data; tells its listener of every change before and after it.
#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/decision_row.h"

namespace signalbox::ui {

class DecisionWindow {
 public:
  class Listener {
   public:
    virtual void aboutToInsert(int first, int last) = 0;
    virtual void inserted() = 0;
    virtual void aboutToRemove(int first, int last) = 0;
    virtual void removed() = 0;

   protected:
    ~Listener() = default;
  };

  DecisionWindow(Listener& listener, std::size_t most) : listener_(listener), most_(most) {}

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const DecisionRow& at(std::size_t row) const { return rows_[row]; }
  [[nodiscard]] bool isFull() const { return rows_.size() >= most_; }
  [[nodiscard]] const std::string& next() const { return next_; }   // key of the page after the last row; empty = the end
  [[nodiscard]] std::int64_t newestSeq() const { return newest_seq_; }
  [[nodiscard]] std::optional<std::size_t> find(const domain::DecisionId& id) const;

  void clear();  // REQUIRES: the listener is being reset
  void append(std::vector<DecisionRow> page, std::string next);
  // Rows that are there already are left out. Returns how many came in.
  std::size_t insert(std::vector<DecisionRow> rows);
  void replace(std::size_t row, DecisionRow with) { rows_[row] = with; }

 private:
  struct PageEnd {
    WallMicros ts;
    domain::DecisionId id;
    std::string next;
  };
  void trim();

  Listener& listener_;
  const std::size_t most_;
  std::deque<DecisionRow> rows_;
  std::vector<PageEnd> ends_;
  std::string next_;
  std::int64_t newest_seq_ = 0;
};

}  // namespace signalbox::ui
