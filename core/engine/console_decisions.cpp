// SPDX-License-Identifier: Apache-2.0
// decisions.* and labels.add of a session: live tails, pages, one decision in full, grades.
#include <algorithm>
#include <charconv>

#include "base/strings.h"
#include "engine/console_session.h"
#include "engine/route_steps.h"

namespace signalbox::engine {
namespace {

using control::DecisionBatch;
using control::Method;

constexpr std::int64_t kMostResumed = 100'000;
constexpr std::size_t kChunk = 500;
constexpr Duration kDefaultDeadline = std::chrono::seconds(30);
constexpr Duration kQuickCount = std::chrono::milliseconds(50);

// Page keys are opaque to clients: time and id of the row they stand at.
std::string pageKey(const domain::Decision& decision) { return std::to_string(decision.ts) + "." + decision.id.string(); }

Result<std::optional<journal::PageKey>> parsePageKey(const std::string& text, const char* param) {
  if (text.empty()) return std::optional<journal::PageKey>{};
  const auto bad = fail(ErrorCode::InvalidRequest, "`" + std::string(param) + "` must be a page key as given in `next`", param);
  journal::PageKey key;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key.ts);
  if (error != std::errc{} || end == text.data() + text.size() || *end != '.') return bad;
  const auto id = Uuid::parse(std::string_view(end + 1, text.data() + text.size()));
  if (!id) return bad;
  key.id = *id;
  return std::optional(key);
}

void callOff(Result<control::DecisionPage>& page, const std::shared_ptr<control::Cancellation>& cancel) {
  if (cancel && cancel->cancelled()) page = fail(ErrorCode::Cancelled, "called off");
}

// What a tail that resumes has missed, in batches; true when nothing is left out.
bool sendMissed(journal::Reader& reader, const domain::Where& where, std::int64_t last, std::int64_t until,
                const control::Sink<DecisionBatch>& sink) {
  DecisionBatch batch;
  batch.seq = last;
  std::int64_t cursor = last;
  while (cursor < until) {
    auto rows = reader.decisionsAfter(cursor, kChunk);
    if (!rows || rows->empty() || rows->front().seq != cursor + 1) {
      batch.gap = true;
      break;
    }
    cursor = rows->back().seq;
    for (auto& row : *rows) {
      if (row.seq <= until && domain::matches(where, row.decision)) batch.items.push_back(std::move(row));
    }
    batch.seq = std::min(cursor, until);
    if (batch.items.size() >= kChunk && cursor < until) sink(std::exchange(batch, DecisionBatch{batch.seq, {}, 0, false}));
  }
  batch.seq = until;
  const bool whole = !batch.gap;
  sink(std::move(batch));
  return whole;
}

DecisionBatch newest(journal::Reader& reader, const control::DecisionFeed& feed, std::int64_t until) {
  DecisionBatch batch;
  batch.seq = until;
  if (feed.backlog == 0) return batch;
  journal::DecisionQuery query;
  query.where = feed.where;
  query.limit = feed.backlog;
  query.deadline = kDefaultDeadline;
  auto rows = reader.decisions(query);
  if (!rows) {
    batch.gap = true;
    return batch;
  }
  std::erase_if(*rows, [&](const domain::CommittedDecision& row) { return row.seq > until; });
  std::ranges::reverse(*rows);
  batch.items = std::move(*rows);
  return batch;
}

}  // namespace

Subscription ConsoleSession::subscribeDecisions(control::DecisionFeed feed, control::Sink<DecisionBatch> sink) {
  return openFeed<DecisionBatch>(
      Method::DecisionsSubscribe, std::move(sink),
      [feed = std::move(feed)](const CorePtr& core, journal::Reader& reader, const std::shared_ptr<FeedTicket>& ticket,
                               const control::Sink<DecisionBatch>& guarded) {
        auto held = core->feed.hub().hold(feed.where, guarded);
        const std::int64_t now = held.seq();
        const bool resumes = feed.last && *feed.last <= now && now - *feed.last <= kMostResumed;
        if (resumes) {
          sendMissed(reader, feed.where, *feed.last, now, guarded);
        } else {
          DecisionBatch first = newest(reader, feed, now);
          first.gap = first.gap || feed.last.has_value();
          guarded(std::move(first));
        }
        ticket->attach(std::move(held).start());
      });
}

void ConsoleSession::queryDecisions(control::DecisionQuery query, control::Reply<control::DecisionPage> reply) {
  auto cancel = query.cancel;
  const auto progress = query.progress ? control::Reply<std::int64_t>(line_.guard([tell = query.progress](Result<std::int64_t> n) {
    tell(n ? std::optional(*n) : std::nullopt, false);
  }))
                                       : nullptr;
  control::Reply<control::DecisionPage> answer = line_.guard(std::move(reply));
  if (auto allowed = may(Method::DecisionsQuery); !allowed) return answer(std::unexpected(std::move(allowed.error())));
  core_->scans->post(
      [query = std::move(query), progress, answer](Result<journal::Reader*> reader) {
        if (!reader) return answer(std::unexpected(std::move(reader.error())));
        const auto before = parsePageKey(query.before, "before");
        const auto after = parsePageKey(query.after, "after");
        if (!before) return answer(std::unexpected(before.error()));
        if (!after) return answer(std::unexpected(after.error()));
        journal::DecisionQuery ask{query.since, query.until, query.where, *before, *after, query.limit, kDefaultDeadline, query.attempts};
        if (query.deadline_ms) ask.deadline = std::chrono::milliseconds(*query.deadline_ms);
        auto rows = (*reader)->decisions(ask);
        if (!rows) return answer(std::unexpected(std::move(rows.error())));
        control::DecisionPage page;
        // Where the page ends on the side that it was asked to go to.
        const bool upwards = *after && !*before;
        if (rows->size() >= query.limit) page.next = pageKey((upwards ? rows->front() : rows->back()).decision);
        page.items = std::move(*rows);
        // The count is of the whole filter, wherever the page stands.
        journal::DecisionQuery count = ask;
        count.before.reset();
        count.after.reset();
        count.deadline = kQuickCount;
        const auto quick = (*reader)->countDecisions(count);
        if (quick) page.count = *quick;
        page.counting = !quick && progress;
        const bool late = page.counting;
        Result<control::DecisionPage> result(std::move(page));
        callOff(result, query.cancel);
        const bool called_off = !result;
        answer(std::move(result));
        if (!late || called_off) return;
        count.deadline = kDefaultDeadline;
        progress((*reader)->countDecisions(count));
      },
      std::move(cancel));
}

void ConsoleSession::getDecision(domain::DecisionId id, control::Reply<control::DecisionDetail> reply) {
  ask<control::DecisionDetail>(Method::DecisionsGet, std::move(reply),
                               [id](ConsoleService::Core& core, journal::Reader& reader) -> Result<control::DecisionDetail> {
                                 auto decision = reader.decision(id);
                                 if (!decision) return std::unexpected(std::move(decision.error()));
                                 const auto compiled = core.compiled(decision->policy, reader);
                                 return explainDecision(std::move(*decision), compiled.get());
                               });
}

void ConsoleSession::addLabel(control::LabelAdd label, control::Reply<control::Done> reply) {
  change<control::Done>(
      Method::LabelsAdd, std::move(reply),
      [label = std::move(label), by = principal_](ConsoleService::Core& core, journal::Reader&,
                                                  const control::Reply<control::Done>& answer) {
        domain::Label row;
        row.decision_id = label.decision_id;
        row.ts = wallNow();
        row.score = label.score;
        row.source = domain::LabelSource::Person;
        row.note = label.note;
        domain::AuditEntry entry;
        entry.who = by.name;
        entry.role = by.role;
        entry.action = "label.add";
        entry.diff = label.decision_id.string() + " " + (label.score ? shortest(*label.score) : "unsure");
        entry.reason = label.note;
        entry.outcome = "ok";
        core.journal.addLabel(std::move(row), std::move(entry), [answer](Result<void> done) {
          if (!done) return answer(std::unexpected(std::move(done.error())));
          answer(control::Done{});
        });
      });
}

}  // namespace signalbox::engine
