// SPDX-License-Identifier: GPL-3.0-only
#include "bridge/console_client.h"

#include <utility>

namespace signalbox::ui {

namespace {
constexpr int kStatusEveryMs = 1000;
constexpr int kStatusBatchMs = 100;
constexpr double kMicrosPerSecond = 1e6;

// Only the newest state of affairs is of interest.
template <class T>
void keepLast(std::vector<T>& waiting, T value) {
  waiting.clear();
  waiting.push_back(std::move(value));
}
}  // namespace

ConsoleClient::ConsoleClient(QObject* parent) : QObject(parent), session_(this) {}

ConsoleClient::~ConsoleClient() {
  status_feed_.reset();
  policy_feed_.reset();
}

void ConsoleClient::attach(std::unique_ptr<RouterLink> link) {
  const std::unique_ptr<RouterLink> before = std::exchange(link_, std::move(link));
  if (before) before->disconnect(this);
  heard_.invalidate();
  hello_.reset();
  clock_ahead_ = 0;
  was_up_ = link_->state().isUp();
  connect(link_.get(), &RouterLink::apiChanged, this, &ConsoleClient::takeApi);
  connect(link_.get(), &RouterLink::stateChanged, this, &ConsoleClient::followLink);
  takeApi();
  Q_EMIT linkChanged();
}

void ConsoleClient::followLink() {
  const bool up = link_->state().isUp();
  const bool before = std::exchange(was_up_, up);
  const bool again = up && !before && api_;
  Q_EMIT linkChanged();
  if (!again) return;
  if (!hello_) askHello();  // it was lost in the drop
  Q_EMIT resumed();
}

void ConsoleClient::takeApi() {
  session_.cancel();
  status_feed_.reset();
  policy_feed_.reset();
  status_.reset();
  policy_.reset();
  // The old session must outlive the feeds of the pages, which let go of it when they hear of the change.
  const std::shared_ptr<control::ConsoleApi> before = std::exchange(api_, link_->api());
  Q_EMIT sessionChanged();
  if (api_) greet();
}

void ConsoleClient::askHello() {
  api_->hello([this, ticket = greeting_](Result<control::Hello> hello) {
    onGuiThread([this, ticket, hello = std::move(hello)] {
      if (!ticket.isValid() || !hello) return;
      heard();
      hello_ = *hello;
      clock_ahead_ = hello->time - wallNow();
      Q_EMIT helloChanged();
    });
  });
}

void ConsoleClient::greet() {
  const Ticket ticket = greeting_ = session_.next();
  askHello();
  const auto statuses = std::make_shared<Mailbox<domain::RouterStatus>>(
      this, kStatusBatchMs,
      [this, ticket](std::vector<domain::RouterStatus> values) {
        if (!ticket.isValid()) return;
        heard();
        status_ = std::move(values.back());
        Q_EMIT statusChanged();
      },
      keepLast<domain::RouterStatus>);
  status_feed_ = api_->subscribeStatus(kStatusEveryMs, [statuses](Result<domain::RouterStatus> status) {
    if (status) statuses->push(std::move(*status));
  });
  const auto policies = std::make_shared<Mailbox<domain::PolicyState>>(
      this, 0,
      [this, ticket](std::vector<domain::PolicyState> values) {
        if (!ticket.isValid()) return;
        heard();
        policy_ = std::move(values.back());
        Q_EMIT policyChanged();
      },
      keepLast<domain::PolicyState>);
  policy_feed_ = api_->subscribePolicy([policies](Result<domain::PolicyState> state) {
    if (state) policies->push(std::move(*state));
  });
}

QString ConsoleClient::routerName() const {
  if (hello_ && !hello_->router.empty()) return QString::fromStdString(hello_->router);
  return link_ ? link_->name() : QString();
}

std::optional<double> ConsoleClient::secondsSinceEvent() const {
  if (!status_ || status_->last_event_ts == 0) return std::nullopt;
  return std::max(0.0, static_cast<double>(routerNow() - status_->last_event_ts) / kMicrosPerSecond);
}

double ConsoleClient::secondsSinceHeard() const {
  return heard_.isValid() ? static_cast<double>(heard_.elapsed()) / 1000.0 : 0;
}

WallMicros ConsoleClient::routerNow() const { return wallNow() + clock_ahead_; }

}  // namespace signalbox::ui
