// SPDX-License-Identifier: GPL-3.0-only
// The live feeds of a page: decisions in batches at most four times a second, metrics at most thirty. A feed that was started
// goes on by itself when the session changes; what was sent before is then announced as past by restarted(). GUI thread.
#pragma once
#include <QObject>
#include <vector>

#include "bridge/feed_line.h"

namespace signalbox::ui {

class DecisionTail : public QObject {
  Q_OBJECT
 public:
  explicit DecisionTail(ConsoleClient& client, QObject* parent = nullptr);
  void start(control::DecisionFeed feed) { line_.start(std::move(feed)); }  // replaces the one before
  void stop() { line_.stop(); }

 Q_SIGNALS:
  void restarted();  // another session: a new backlog follows
  void arrived(const signalbox::control::DecisionBatch& batch);
  void failed(const signalbox::Error& error);

 private:
  FeedLine<control::DecisionFeed, control::DecisionBatch> line_;
};

class MetricsTail : public QObject {
  Q_OBJECT
 public:
  explicit MetricsTail(ConsoleClient& client, QObject* parent = nullptr);
  void start(control::MetricsFeed feed) { line_.start(std::move(feed)); }
  void stop() { line_.stop(); }

 Q_SIGNALS:
  void restarted();
  void arrived(const std::vector<signalbox::control::MetricsDelta>& deltas);
  void failed(const signalbox::Error& error);

 private:
  FeedLine<control::MetricsFeed, control::MetricsDelta> line_;
};

}  // namespace signalbox::ui
