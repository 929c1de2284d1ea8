// SPDX-License-Identifier: Apache-2.0
// The one interface a console sees, embedded or attached. Bound to one principal: rights are checked by whoever implements it.
// Calls never block and may come from any thread; replies and sinks are called once per event, on any thread, and never after
// the Subscription or the api has been destroyed.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/subscription.h"
#include "control/cancellation.h"
#include "domain/audit_entry.h"
#include "domain/decision.h"
#include "domain/document_error.h"
#include "domain/event.h"
#include "domain/label.h"
#include "domain/metrics.h"
#include "domain/policy_document.h"
#include "domain/where.h"

namespace signalbox::control {

template <class T>
using Reply = std::function<void(Result<T>)>;
template <class T>
using Sink = std::function<void(Result<T>)>;  // an Error ends the feed

struct Hello {
  int protocol = 1;
  std::string server;     // "signalbox 0.1.0"
  std::string router;     // its name
  domain::Role role = domain::Role::Viewer;
  std::vector<std::string> capabilities;  // method names this principal may call
  domain::Revision live = 0;
  std::optional<domain::Revision> canary;
  WallMicros time = 0;
  std::string epoch;      // changes when the router restarts
  std::string store_id;   // revisions are comparable only where it is equal
  bool simulated = false; // the traffic is made up; every screen says so
  std::vector<std::string> tiers;  // in order of escalation
};

struct DecisionFeed {
  domain::Where where;
  std::size_t backlog = 0;             // how many earlier ones to send first
  std::optional<std::int64_t> last;    // resume after this seq
};
struct DecisionBatch {
  std::int64_t seq = 0;                // the last one covered, matching or not
  std::vector<domain::CommittedDecision> items;  // oldest first
  std::int64_t dropped = 0;            // not sent because this client was slow
  bool gap = false;                    // some could not be resumed
};

struct DecisionQuery {
  WallMicros since = 0;
  WallMicros until = INT64_MAX;
  domain::Where where;
  std::string before, after;           // page keys as given by DecisionPage
  std::size_t limit = 100;
  std::optional<int> deadline_ms;
  bool attempts = false;               // with the attempts of each, as a live feed has them
  std::shared_ptr<Cancellation> cancel = {};  // set: the answer is Cancelled once it is called off; not on the wire
  // Set: a count that is not finished with the page is told here later, with whether it is still counting; no count and counting no
  // more: it took too long or was called off. Not on the wire.
  std::function<void(std::optional<std::int64_t> count, bool counting)> progress = {};
};
struct DecisionPage {
  std::vector<domain::CommittedDecision> items;  // newest first
  std::string next;                    // page key for `before`; empty = no more
  std::optional<std::int64_t> count;   // of all that match
  bool counting = false;               // the count is not finished
};

struct RouteStep {
  std::string step;                    // match override classify decide attempt gate relay …
  std::string code;                    // what happened, e.g. gate_escalated; worded by the client
  std::vector<std::string> args;
  std::optional<double> us;
};
struct DecisionDetail {
  domain::Decision decision;           // with attempts
  std::vector<RouteStep> steps;
  bool recomputed = false;             // steps were not kept but worked out again
  std::vector<std::string> tiers;      // of its revision
  std::vector<double> boundaries;      // of its workload; empty = none
  std::vector<std::optional<double>> gates;  // escalate-below by tier
};

struct MetricsQuery {
  WallMicros since = 0;
  WallMicros until = 0;
  domain::Where where;
  WallMicros bucket_us = 0;            // 0 = none
  WallMicros align_offset_us = 0;      // of the zone from UTC
  std::shared_ptr<Cancellation> cancel = {};  // as in DecisionQuery
};
struct MetricsFeed {
  domain::Where where;
  int every_ms = 1000;
  std::optional<std::int64_t> last = {};  // resume after this seq
};
struct MetricsDelta {
  std::int64_t seq = 0;
  domain::MetricsBucket bucket;        // what happened since the last one; the first covers the last minute, or what was missed
  bool gap = false;                    // some could not be resumed
};

struct PolicyIssue {
  int line = 0, column = 0;
  std::string message, allowed;
};
struct PolicyCheck {
  domain::PolicyDocument policy;
  std::vector<PolicyIssue> errors;
  std::vector<PolicyIssue> warnings = {};  // accepted, but without effect in this version
};
struct PolicyApply {
  domain::PolicyDocument policy;
  domain::Revision base = 0;
  std::string reason;
  int confirm_within_s = 600;          // 0: no dead man, admin only
  bool override_guardrail = false;     // admin, with a reason
};
struct PolicyApplied {
  domain::Revision revision = 0;
  std::optional<WallMicros> confirm_by;
  std::vector<domain::DocumentError> warnings = {};  // as of a check, by their places in the document
};
struct PolicyHistoryQuery {
  WallMicros since = 0;
  WallMicros until = INT64_MAX;
  std::size_t limit = 50;
  std::optional<domain::Revision> before;
};
struct LabelAdd {
  domain::DecisionId decision_id;
  std::optional<double> score;         // nullopt = unsure
  std::string note;
};
struct AuditPage {
  std::vector<domain::AuditEntry> entries;  // newest first
  bool verified = false;
  std::optional<std::int64_t> broken_at;
};
struct Done {};                        // a reply without content

class ConsoleApi {
 public:
  virtual ~ConsoleApi() = default;

  virtual void hello(Reply<Hello> reply) = 0;
  virtual Subscription subscribeStatus(int every_ms, Sink<domain::RouterStatus> sink) = 0;

  virtual Subscription subscribeDecisions(DecisionFeed feed, Sink<DecisionBatch> sink) = 0;
  virtual void queryDecisions(DecisionQuery query, Reply<DecisionPage> reply) = 0;
  virtual void getDecision(domain::DecisionId id, Reply<DecisionDetail> reply) = 0;
  virtual void addLabel(LabelAdd label, Reply<Done> reply) = 0;

  virtual Subscription subscribeMetrics(MetricsFeed feed, Sink<MetricsDelta> sink) = 0;
  virtual void queryMetrics(MetricsQuery query, Reply<domain::MetricsReport> reply) = 0;
  virtual void queryBaselines(MetricsQuery query, Reply<std::vector<domain::Baseline>> reply) = 0;

  virtual Subscription subscribePolicy(Sink<domain::PolicyState> sink) = 0;
  virtual void getPolicy(std::optional<domain::Revision> revision, Reply<domain::PolicyRevision> reply) = 0;
  virtual void policyYaml(std::optional<domain::Revision> revision, Reply<std::string> reply) = 0;
  virtual void checkPolicy(std::string text, Reply<PolicyCheck> reply) = 0;
  virtual void applyPolicy(PolicyApply change, Reply<PolicyApplied> reply) = 0;   // Conflict, Guardrail, Forbidden
  virtual void confirmPolicy(domain::Revision revision, Reply<Done> reply) = 0;
  virtual void rollbackPolicy(domain::Revision to, std::string reason, Reply<PolicyApplied> reply) = 0;
  virtual void policyHistory(PolicyHistoryQuery query, Reply<std::vector<domain::PolicyRevision>> reply) = 0;

  virtual void listUpstreams(Reply<std::vector<domain::UpstreamStatus>> reply) = 0;
  virtual void listAudit(std::size_t limit, std::optional<std::int64_t> before, Reply<AuditPage> reply) = 0;
};

// Gives out an api bound to a principal; implemented by engine/console_service.
struct Principal {
  std::string name;
  domain::Role role = domain::Role::Viewer;
};
class ConsoleService {
 public:
  virtual ~ConsoleService() = default;
  [[nodiscard]] virtual std::unique_ptr<ConsoleApi> session(Principal principal) = 0;
};

}  // namespace signalbox::control
