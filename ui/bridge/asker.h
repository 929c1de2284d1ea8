// SPDX-License-Identifier: GPL-3.0-only
// The newest question of one kind from one object. Every question gets a ticket; asking again makes the earlier ones void, so
// that a late reply is dropped; so does the end of the object. GUI thread, though tickets may be carried through others.
#pragma once
#include <QObject>
#include <QPointer>
#include <cstdint>
#include <memory>
#include <utility>

#include "control/cancellation.h"

namespace signalbox::ui {

class Ticket {
 public:
  Ticket() = default;
  Ticket(QObject* context, std::shared_ptr<const std::uint64_t> current)
      : context_(context), current_(std::move(current)), mine_(current_ ? *current_ : 0) {}
  [[nodiscard]] bool isValid() const { return context_ && (!current_ || *current_ == mine_); }

 private:
  QPointer<QObject> context_;
  std::shared_ptr<const std::uint64_t> current_;
  std::uint64_t mine_ = 0;
};

class Asker {
 public:
  explicit Asker(QObject* context) : context_(context) {}
  [[nodiscard]] Ticket next() {
    ++*generation_;
    return Ticket(context_, generation_);
  }
  void cancel() { ++*generation_; }

 private:
  QObject* context_;
  std::shared_ptr<std::uint64_t> generation_ = std::make_shared<std::uint64_t>(0);
};

// Calls the question before off when another takes its place, and at its own end, so that the router does not go on working for
// nobody. Goes into the query; the ticket drops what comes all the same.
class CallOff {
 public:
  CallOff() = default;
  CallOff(const CallOff&) = delete;
  CallOff& operator=(const CallOff&) = delete;
  ~CallOff() { cancel(); }
  [[nodiscard]] std::shared_ptr<control::Cancellation> next() {
    cancel();
    return open_ = std::make_shared<control::Cancellation>();
  }
  void cancel() {
    if (const auto open = std::exchange(open_, nullptr)) open->cancel();
  }

 private:
  std::shared_ptr<control::Cancellation> open_;
};

// For a question that later ones do not replace: void only when `context` has gone.
[[nodiscard]] inline Ticket ticketFor(QObject* context) { return Ticket(context, nullptr); }

}  // namespace signalbox::ui
