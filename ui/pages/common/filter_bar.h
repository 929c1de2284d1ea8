// SPDX-License-Identifier: GPL-3.0-only
// The filter of the selection as chips, with or without an edit to add to it. Backspace in the empty edit removes the last chip.
// Without an edit it is seen only while there is a filter. GUI thread.
#pragma once
#include <QHBoxLayout>
#include <QLineEdit>

#include "models/filter_model.h"

namespace signalbox::ui {

class ToneLabel;

class FilterBar : public QWidget {
  Q_OBJECT
 public:
  enum Kind { ChipsOnly, WithEdit };
  FilterBar(Selection& selection, Kind kind, QWidget* parent = nullptr);
  [[nodiscard]] QLineEdit* edit() const { return edit_; }  // null without one
  void addAside(QWidget* widget);                           // at the far end

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void rebuild();
  void addTyped();

  Selection& selection_;
  FilterModel model_;
  const Kind kind_;
  QLineEdit* edit_ = nullptr;
  ToneLabel* problem_ = nullptr;
  QHBoxLayout* chips_;
  QHBoxLayout* asides_;
};

}  // namespace signalbox::ui
