// SPDX-License-Identifier: GPL-3.0-only
#include "pages/common/link_banner.h"

#include "theme/format.h"

namespace signalbox::ui {

namespace {
constexpr int kSecondMs = 1000;
constexpr double kMicrosPerSecond = 1e6;

QString waiting(const LinkState& link) {
  if (link.retry_at == 0) return {};
  const double left = static_cast<double>(link.retry_at - wallNow()) / kMicrosPerSecond;
  return left <= 0 ? LinkBanner::tr("trying again, attempt %1").arg(link.attempt)
                   : LinkBanner::tr("retry in %1, attempt %2").arg(format::age(left)).arg(link.attempt);
}
}  // namespace

LinkBanner::LinkBanner(ConsoleClient& client, QWidget* parent) : Banner(parent), client_(client) {
  setObjectName(QStringLiteral("linkBanner"));
  clock_.setInterval(kSecondMs);
  connect(&clock_, &QTimer::timeout, this, &LinkBanner::follow);
  connect(&client_, &ConsoleClient::linkChanged, this, &LinkBanner::follow);
  connect(this, &Banner::actionTriggered, this, [this](const QString&) {
    if (client_.router()) client_.router()->retryNow();
  });
  follow();
}

void LinkBanner::follow() {
  const LinkState link = client_.link();
  setVisible(!link.isUp());
  if (link.isUp()) return;
  const QString age = client_.everHeard() ? tr("Shown as of %1 ago.").arg(format::age(client_.secondsSinceHeard())) : QString();
  using Kind = LinkState::Kind;
  switch (link.kind) {
    case Kind::AuthFailed:
      setContent(BannerKind::Bad, tr("The token was refused."), (age + QLatin1Char(' ') + tr("Attach again with another one.")).trimmed());
      return setActions({});
    case Kind::Untrusted:
      setContent(BannerKind::Bad, tr("The certificate is not trusted."), link.detail);
      return setActions({});
    case Kind::Down:
      setContent(link.here ? BannerKind::Stale : BannerKind::Bad, link.here ? tr("Not running.") : tr("Not a Signalbox router."), (link.detail + QLatin1Char(' ') + age).trimmed());
      return setActions({});
    case Kind::Connecting:
      setContent(BannerKind::Info, tr("Connecting to %1…").arg(client_.routerName()), link.detail, waiting(link));
      break;
    case Kind::Reconnecting:
    case Kind::Embedded:
    case Kind::Live: setContent(BannerKind::Stale, age, link.detail, waiting(link)); break;
  }
  if (link.retry_at == 0) return setActions({});
  setActions({{QStringLiteral("retry"), tr("Retry now")}});
}

void LinkBanner::showEvent(QShowEvent* event) {
  Banner::showEvent(event);
  clock_.start();
}

void LinkBanner::hideEvent(QHideEvent* event) {
  Banner::hideEvent(event);
  clock_.stop();
}

}  // namespace signalbox::ui
