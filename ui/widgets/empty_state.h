// SPDX-License-Identifier: GPL-3.0-only
// Instead of a page's content when there is none: one sentence, why, perhaps a command to copy, and what can be done.
#pragma once
#include <QString>
#include <QWidget>
#include <vector>

class QHBoxLayout;

namespace signalbox::ui {

class ToneLabel;

enum class EmptyKind { NoData, Filtered, NotPermitted, Stale, TooSlow, Failed };

struct EmptyAction {
  QString id;
  QString text;
  bool primary = false;
  friend bool operator==(const EmptyAction&, const EmptyAction&) = default;
};

class EmptyState : public QWidget {
  Q_OBJECT
 public:
  explicit EmptyState(QWidget* parent = nullptr);

  void setContent(EmptyKind kind, const QString& sentence, const QString& detail = {});
  void setSnippet(const QString& command);  // in the fixed font with a Copy button; empty = none
  void setActions(const std::vector<EmptyAction>& actions);

 Q_SIGNALS:
  void actionTriggered(const QString& id);
  void copied();

 private:
  class Mark;
  Mark* mark_ = nullptr;
  ToneLabel* sentence_ = nullptr;
  ToneLabel* detail_ = nullptr;
  QWidget* snippetBox_ = nullptr;
  ToneLabel* snippet_ = nullptr;
  QHBoxLayout* actions_ = nullptr;
  std::vector<EmptyAction> shown_;
};

}  // namespace signalbox::ui
