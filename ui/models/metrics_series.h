// SPDX-License-Identifier: GPL-3.0-only
// The measures of a range, bucket by bucket, kept up to date: queried from the router, then live deltas on top of what the query
// covered, then the open end queried again, so that percentiles and intervals are the router's own. A bucket that nothing has
// happened in stays empty, not zero. Follows selection and client while running. GUI thread.
#pragma once
#include <QObject>
#include <QTimer>
#include <map>
#include <vector>

#include "bridge/feeds.h"
#include "state/selection.h"

namespace signalbox::ui {

class MetricsSeries : public QObject {
  Q_OBJECT
 public:
  enum class State { Idle, Loading, Ready, NoData, Filtered, Failed, Offline };
  Q_ENUM(State)

  MetricsSeries(ConsoleClient& client, Selection& selection, int most_buckets, QObject* parent = nullptr);
  // Also asks for the baselines and for the total of the equally long range before; not asked for unless wanted.
  void wantComparisons() { wants_comparisons_ = true; }
  void start();
  void stop();
  void reload();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const QString& error() const { return error_; }
  [[nodiscard]] Span span() const { return span_; }
  [[nodiscard]] WallMicros bucketLength() const { return bucket_us_; }
  [[nodiscard]] const domain::MetricsBucket& total() const { return total_; }
  [[nodiscard]] const std::vector<domain::MetricsBucket>& buckets() const { return buckets_; }  // oldest first
  [[nodiscard]] const std::vector<domain::Baseline>& baselines() const { return baselines_; }
  [[nodiscard]] bool hasBaselines() const { return baselines_known_; }
  // nullopt: not known, or in part deleted.
  [[nodiscard]] const std::optional<domain::MetricsBucket>& previous() const { return previous_; }
  // Of the oldest decision that is kept, where the range began before it: what is told is then of a part of the range.
  [[nodiscard]] std::optional<WallMicros> keptSince() const { return kept_since_; }
  [[nodiscard]] double queryMs() const { return query_ms_; }
  // The bucket that holds `time`, or null.
  [[nodiscard]] const domain::MetricsBucket* at(WallMicros time) const;
  [[nodiscard]] std::size_t waitingDeltas() const { return fresh_.size(); }  // on top of what was queried; bounded

 Q_SIGNALS:
  void changed();           // buckets, total, span or state
  void baselinesChanged();  // or the range before

 private:
  // The open end and the whole range, asked as one: both answers are taken together, so that nothing is counted twice between them.
  struct EndQuestion {
    WallMicros from = 0, until = 0;
    int open = 2;
    std::optional<domain::MetricsBucket> total;
    std::optional<domain::MetricsReport> end;
    std::optional<WallMicros> kept_since;
  };
  void forget();
  void queryAll();
  void queryEnd();
  void takeEnd(const EndQuestion& answered);
  [[nodiscard]] bool mayAskEnd() const;
  [[nodiscard]] WallMicros bucketStart(WallMicros time) const;
  void boundFresh();
  void queryComparisons();
  void takeDeltas(const std::vector<control::MetricsDelta>& deltas);
  void takeReport(const domain::MetricsReport& report, WallMicros from, WallMicros until);
  void build();
  [[nodiscard]] control::MetricsQuery queryFor(Span span, WallMicros bucket, std::shared_ptr<control::Cancellation> cancel) const;
  void setState(State state, const QString& error = {});

  ConsoleClient& client_;
  Selection& selection_;
  const int most_buckets_;
  Asker all_, end_, base_;
  CallOff all_off_, end_off_, base_off_;
  MetricsTail tail_;
  QTimer refresh_;
  Span span_;
  WallMicros bucket_us_ = 0;
  WallMicros known_until_ = 0;  // queried up to here; deltas count from here on
  std::map<WallMicros, domain::MetricsBucket> queried_;
  std::vector<domain::MetricsBucket> fresh_;  // deltas since known_until_
  domain::MetricsBucket queried_total_, total_;
  std::vector<domain::MetricsBucket> buckets_;
  std::vector<domain::Baseline> baselines_;
  std::optional<domain::MetricsBucket> previous_;
  std::optional<WallMicros> kept_since_;
  bool wants_comparisons_ = false;
  bool baselines_known_ = false, running_ = false, anything_new_ = false;
  State state_ = State::Idle;
  QString error_;
  double query_ms_ = 0;
  QElapsedTimer since_end_;      // since the open end was last asked for
  qint64 end_wait_ms_ = 0;       // how long until it is asked for again
  bool asking_end_ = false;
  bool missed_ = false;          // started while the router was away: what is shown is of before
  bool of_another_ = false;      // range, filter or session changed while it did not run
  QElapsedTimer since_baselines_;
};

// Adds the counts of `delta` to `into`; what cannot be added (percentiles, cost per correct) stays as it was, rates follow the
// counts without an interval of their own until the router gives one.
void addCounts(domain::MetricsBucket& into, const domain::MetricsBucket& delta);

}  // namespace signalbox::ui
