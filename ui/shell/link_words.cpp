// SPDX-License-Identifier: GPL-3.0-only
#include "shell/link_words.h"

#include <QCoreApplication>

#include "theme/format.h"

namespace signalbox::ui {

namespace {
QString tr(const char* text) { return QCoreApplication::translate("link", text); }
}  // namespace

LinkWords linkWords(const LinkFacts& facts) {
  const LinkState& link = facts.link;
  const QString last = facts.event ? tr("last event %1 ago").arg(format::age(*facts.event)) : tr("no event yet");
  using Kind = LinkState::Kind;
  switch (link.kind) {
    case Kind::Embedded:
      if (facts.paused) return {StateMark::Warn, tr("Routing paused"), tr("all to the last tier")};
      return {StateMark::Ok, tr("Embedded"), last};
    case Kind::Live: return {StateMark::Ok, tr("Live"), last};
    case Kind::Connecting: return {StateMark::Info, tr("Connecting"), link.detail};
    case Kind::Reconnecting: return {StateMark::Stale, tr("Reconnecting"), tr("%1 old").arg(format::age(facts.heard))};
    case Kind::Down:
      if (link.here) return {StateMark::Stale, tr("Stopped"), {}};
      return {StateMark::Bad, tr("No Signalbox router"), {}};
    case Kind::AuthFailed: return {StateMark::NotPermitted, tr("Token refused"), {}};
    case Kind::Untrusted: return {StateMark::Bad, tr("Certificate not trusted"), {}};
  }
  return {};
}

}  // namespace signalbox::ui
