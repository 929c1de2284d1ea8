// SPDX-License-Identifier: GPL-3.0-only
// What the address of a router says about the way to it. Pure.
#pragma once
#include <QHostAddress>
#include <QUrl>

namespace signalbox::ui {

// Never leaves this computer: a token in plain text is safe there.
[[nodiscard]] inline bool isLoopback(const QUrl& url) {
  return url.host() == QLatin1String("localhost") || QHostAddress(url.host()).isLoopback();
}

}  // namespace signalbox::ui
