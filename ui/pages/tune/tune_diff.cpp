// SPDX-License-Identifier: GPL-3.0-only
// What the tuning page compares: the draft with what is live, a revision with the one before, thresholds with logged scores.
#include <QToolButton>

#include "models/policy_text.h"
#include "pages/tune/policy_diff.h"
#include "pages/tune/threshold_form.h"
#include "pages/tune/tune_page.h"
#include "theme/format.h"
#include "widgets/dock_title.h"

namespace signalbox::ui {

namespace {
constexpr std::size_t kSampledRequests = 1'000;
}

void TunePage::showDiff() {
  if (draft_.isEmpty()) return showLines(tr("Candidate policy"), tr("the live policy is not known yet"), {}, {}, false);
  const auto n = static_cast<qint64>(draft_.changes().size());
  const QString base = format::revision(draft_.base());
  showLines(tr("Candidate policy"),
            draft_.isDirty() ? tr("%1 → draft, %2").arg(base, format::counted(n, tr("change"), tr("changes"))) : tr("%1, as it is live").arg(base),
            draft_.live(), draft_.proposed(), false);
}

void TunePage::showLines(const QString& title, const QString& note, const Json& before, const Json& after, bool of_history) {
  shown_text_ = after.empty() ? QString() : policyText(after);
  diff_title_->setTitle(title);
  diff_title_->setNote(note);
  back_to_draft_->setVisible(of_history);
  diff_->setLines(policyDiff(before, after));
}

void TunePage::showRevisionDiff(domain::Revision revision) {
  const Ticket ticket = diffs_.next();
  context_.client.getPolicy(ticket, revision, [this, ticket, revision](const Result<domain::PolicyRevision>& after) {
    if (!after) return say(QString::fromStdString(after.error().message), true);
    const Json document = after->document.json;
    if (revision <= 1) return showLines(format::revision(revision), tr("the first policy"), document, document, true);
    context_.client.getPolicy(ticket, revision - 1, [this, revision, document](const Result<domain::PolicyRevision>& before) {
      const QString earlier = format::revision(revision - 1), later = format::revision(revision);
      if (before) return showLines(tr("%1 → %2").arg(earlier, later), tr("from the history"), before->document.json, document, true);
      showLines(later, tr("whole; %1 is not there to compare with").arg(earlier), document, document, true);
    });
  });
}

void TunePage::sampleScores() {
  if (!active_ || !context_.client.api()) return;
  control::DecisionQuery query;
  const Span span = context_.selection.range().at(context_.client.routerNow());
  query.since = span.since;
  if (!context_.selection.range().isLive()) query.until = span.until;
  query.where = context_.selection.filter();
  query.limit = kSampledRequests;
  query.attempts = true;  // the score of a request that went up is with the attempt it went up from
  context_.client.queryDecisions(samples_.next(), std::move(query), [this](const Result<control::DecisionPage>& page) {
    if (!page) return;
    ScoreSample sample;
    sample.take(page->items);
    form_->setSample(std::move(sample));
  });
}

}  // namespace signalbox::ui
