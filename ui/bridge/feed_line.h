// SPDX-License-Identifier: GPL-3.0-only
// What the live feeds have in common: subscribed while wanted, in batches on the GUI thread, and taken up by itself when the
// session changes. Part of the object that tells of it; GUI thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/subscription.h"
#include "bridge/console_client.h"
#include "bridge/mailbox.h"

namespace signalbox::ui {

template <class Feed, class Batch>
class FeedLine {
 public:
  using Open = Subscription (control::ConsoleApi::*)(Feed, control::Sink<Batch>);
  struct Told {
    std::function<void()> restarted;
    std::function<void(const std::vector<Batch>&)> arrived;
    std::function<void(const Error&)> failed;
  };

  // `owner` holds the line and outlives it.
  FeedLine(QObject* owner, ConsoleClient& client, Open open, int every_ms, typename Mailbox<Batch>::Keep keep, Told told)
      : owner_(owner), client_(client), open_(open), every_ms_(every_ms), keep_(std::move(keep)), told_(std::move(told)), asker_(owner) {
    QObject::connect(&client_, &ConsoleClient::sessionChanged, owner_, [this] {
      feed_.reset();
      if (!wanted_) return;
      told_.restarted();
      subscribe();
    });
  }

  void start(Feed feed) {
    wanted_ = std::move(feed);
    subscribe();
  }
  void stop() {
    wanted_.reset();
    asker_.cancel();
    feed_.reset();
  }

 private:
  void subscribe() {
    feed_.reset();
    const Ticket ticket = asker_.next();
    if (!client_.api()) return;
    const auto box = std::make_shared<Mailbox<Batch>>(
        owner_, every_ms_,
        [this, ticket](std::vector<Batch> batches) {
          if (ticket.isValid()) told_.arrived(batches);
        },
        keep_);
    feed_ = (client_.api()->*open_)(*wanted_, [this, ticket, box](Result<Batch> batch) {
      if (batch) return box->push(std::move(*batch));
      onGuiThread([this, ticket, error = batch.error()] {
        if (ticket.isValid()) told_.failed(error);
      });
    });
  }

  QObject* owner_;
  ConsoleClient& client_;
  const Open open_;
  const int every_ms_;
  const typename Mailbox<Batch>::Keep keep_;
  const Told told_;
  Asker asker_;
  std::optional<Feed> wanted_;
  Subscription feed_;
};

}  // namespace signalbox::ui
