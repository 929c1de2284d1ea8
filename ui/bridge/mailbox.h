// SPDX-License-Identifier: GPL-3.0-only
// Carries values from any thread to an object on the GUI thread, many at a time: however much arrives, the owner is woken at
// most once per interval, and what waits is bounded by `keep`. Held by shared_ptr: the sending side may outlive the owner.
#pragma once
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QMetaObject>
#include <QPointer>
#include <QTimer>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace signalbox::ui {

// Runs `work` on the GUI thread. Thread-safe; does nothing once the application has gone.
template <class Work>
void onGuiThread(Work&& work) {
  if (QCoreApplication* app = QCoreApplication::instance()) {
    QMetaObject::invokeMethod(app, std::forward<Work>(work), Qt::QueuedConnection);
  }
}

template <class T>
class Mailbox : public std::enable_shared_from_this<Mailbox<T>> {
 public:
  using Deliver = std::function<void(std::vector<T>)>;
  using Keep = std::function<void(std::vector<T>& waiting, T value)>;
  // `deliver` runs on the GUI thread, in the life of `owner` only; `keep` adds a value to those waiting, on any thread.
  Mailbox(QObject* owner, int interval_ms, Deliver deliver, Keep keep)
      : owner_(owner), interval_ms_(interval_ms), deliver_(std::move(deliver)), keep_(std::move(keep)) {}

  // Any thread.
  void push(T value) {
    {
      const std::lock_guard lock(mutex_);
      keep_(values_, std::move(value));
      if (std::exchange(woken_, true)) return;
    }
    onGuiThread([self = this->shared_from_this()] { self->wake(); });
  }

 private:
  void wake() {
    if (!owner_) return;
    const qint64 wait = since_.isValid() ? interval_ms_ - since_.elapsed() : 0;
    if (wait <= 0) return open();
    QTimer::singleShot(static_cast<int>(wait), owner_, [self = this->shared_from_this()] { self->open(); });
  }
  void open() {
    std::vector<T> values;
    {
      const std::lock_guard lock(mutex_);
      values.swap(values_);
      woken_ = false;
    }
    since_.start();
    if (owner_ && !values.empty()) deliver_(std::move(values));
  }

  QPointer<QObject> owner_;
  const int interval_ms_;
  const Deliver deliver_;
  const Keep keep_;
  QElapsedTimer since_;
  std::mutex mutex_;
  std::vector<T> values_;
  bool woken_ = false;
};

}  // namespace signalbox::ui
