// SPDX-License-Identifier: GPL-3.0-only
#include "pages/common/first_request.h"

#include <utility>

#include "pages/common/page_helpers.h"
#include "widgets/empty_state.h"

namespace signalbox::ui {

FirstRequest::FirstRequest(const PageContext& context, EmptyState& empty) : QObject(&empty), context_(context), empty_(empty) {
  connect(&empty_, &EmptyState::actionTriggered, this, [this](const QString& id) {
    if (id == QLatin1String("test")) send();
  });
  if (context_.router) connect(context_.router, &EmbeddedRouter::testAnswered, this, &FirstRequest::take);
  connect(&context_.client, &ConsoleClient::sessionChanged, this, [this] {
    said_.clear();
    waiting_ = false;
  });
}

// Another router's emptiness is not mended by a request to ours.
bool FirstRequest::isHere() const { return context_.router && context_.client.link().here; }

void FirstRequest::offer() {
  empty_.setContent(EmptyKind::NoData, tr("No requests yet"), said_.isEmpty() ? tr("Nothing was routed in this range. Send one:") : said_);
  empty_.setSnippet(curlFor(isHere() ? context_.router : nullptr));
  if (isHere()) empty_.setActions({{QStringLiteral("test"), tr("Send a test request"), true}});
  else empty_.setActions({});
}

void FirstRequest::send() {
  if (!isHere()) return;
  waiting_ = true;
  said_ = tr("Sent. Waiting for the answer…");
  offer();
  context_.router->sendTest(testPrompt());
}

void FirstRequest::take(const EmbeddedRouter::TestAnswer& answer) {
  if (!std::exchange(waiting_, false)) return;
  said_ = answer.error.isEmpty() ? tr("Answered: “%1”. It shows here once it is in the store.").arg(answer.text.simplified())
                                 : tr("The test request failed: %1").arg(answer.error);
  if (empty_.isVisible()) offer();
}

}  // namespace signalbox::ui
