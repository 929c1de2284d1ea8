// SPDX-License-Identifier: GPL-3.0-only
// What a page without requests offers: a command that sends one and, where the router on the screen is the one of this computer,
// a test request, and what became of it. Owned by its page. GUI thread.
#pragma once
#include <QObject>

#include "pages/catalogue.h"

namespace signalbox::ui {

class EmptyState;

class FirstRequest : public QObject {
  Q_OBJECT
 public:
  FirstRequest(const PageContext& context, EmptyState& empty);
  void offer();  // fills the empty state

 private:
  [[nodiscard]] bool isHere() const;
  void send();
  void take(const EmbeddedRouter::TestAnswer& answer);
  PageContext context_;
  EmptyState& empty_;
  QString said_;
  bool waiting_ = false;
};

}  // namespace signalbox::ui
