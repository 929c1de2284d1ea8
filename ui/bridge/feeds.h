// SPDX-License-Identifier: GPL-3.0-only
// The live feeds of a page: decisions in batches at most four times a second, metrics at most thirty. A feed that was started
// goes on by itself when the session changes; what was sent before is then announced as past by restarted(). GUI thread.
#pragma once
#include <QObject>
#include <memory>
#include <optional>
#include <vector>

#include "base/subscription.h"
#include "bridge/console_client.h"

namespace signalbox::ui {

class DecisionTail : public QObject {
  Q_OBJECT
 public:
  explicit DecisionTail(ConsoleClient& client, QObject* parent = nullptr);
  void start(control::DecisionFeed feed);  // replaces the one before
  void stop();
  [[nodiscard]] bool isRunning() const { return wanted_.has_value(); }

 Q_SIGNALS:
  void restarted();  // another session: a new backlog follows
  void arrived(const signalbox::control::DecisionBatch& batch);
  void failed(const signalbox::Error& error);

 private:
  void subscribe();
  ConsoleClient& client_;
  Asker asker_;
  std::optional<control::DecisionFeed> wanted_;
  Subscription feed_;
};

class MetricsTail : public QObject {
  Q_OBJECT
 public:
  explicit MetricsTail(ConsoleClient& client, QObject* parent = nullptr);
  void start(control::MetricsFeed feed);
  void stop();

 Q_SIGNALS:
  void restarted();
  void arrived(const std::vector<signalbox::control::MetricsDelta>& deltas);
  void failed(const signalbox::Error& error);

 private:
  void subscribe();
  ConsoleClient& client_;
  Asker asker_;
  std::optional<control::MetricsFeed> wanted_;
  Subscription feed_;
};

}  // namespace signalbox::ui
