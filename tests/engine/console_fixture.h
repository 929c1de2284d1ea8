// SPDX-License-Identifier: Apache-2.0
// A real store, a policy with boundaries and gates that tests can move, and replies that can be awaited.
#pragma once
#include <atomic>
#include <condition_variable>
#include <future>

#include "engine/policy_store.h"
#include "journal/store_fixture.h"

namespace signalbox::engine {

inline const std::vector<std::string> kTiers{"local", "frontier"};
inline const control::Principal kAda{"ada", domain::Role::Tuner};
inline const control::Principal kRoot{"root", domain::Role::Admin};

// One cascade; `gate` is what its first tier must reach. `step` < 0: no guardrail.
inline domain::PolicyDocument policyWith(double gate, double step = -1) {
  Json json = Json::parse(R"({"workloads": [{"name": "tickets", "route": {"strategy": "cascade"}, "gate": {}}]})");
  json["workloads"][0]["gate"]["local"] = {{"signal", "mean-token"}, {"escalate-below", gate}};
  if (step >= 0) json["guardrails"] = {{"max-step", step}};
  return {std::move(json)};
}

inline double liveGate(const PolicyStore& store) { return store.live()->workloads.at(0).gates.at(0)->escalate_below; }

template <class T, class Ask>
Result<T> await(Ask ask) {
  std::promise<Result<T>> answered;
  ask([&](Result<T> result) { answered.set_value(std::move(result)); });
  return answered.get_future().get();
}

class PolicyStoreTest : public journal::StoreTest {
 protected:
  PolicyStoreTest() : journal_(open()) {}

  [[nodiscard]] PolicyStoreOptions storeOptions(std::optional<domain::PolicyDocument> configured) {
    PolicyStoreOptions options;
    options.tiers = kTiers;
    options.configured = std::move(configured);
    options.clock = [this] { return now_.load(); };
    options.tick = Duration::zero();
    return options;
  }
  [[nodiscard]] std::unique_ptr<PolicyStore> openStore(std::optional<domain::PolicyDocument> configured = policyWith(0.5)) {
    auto store = PolicyStore::open(*journal_, storeOptions(std::move(configured)));
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  // The same store after the process has gone and come back.
  void reopenJournal() {
    journal_.reset();
    journal_ = open();
  }
  static Result<control::PolicyApplied> apply(PolicyStore& store, control::PolicyApply change,
                                              const control::Principal& by = kAda) {
    return await<control::PolicyApplied>([&](auto reply) { store.apply(std::move(change), by, std::move(reply)); });
  }
  static Result<control::Done> confirm(PolicyStore& store, domain::Revision revision) {
    return await<control::Done>([&](auto reply) { store.confirm(revision, kAda, std::move(reply)); });
  }
  static Result<control::PolicyApplied> rollback(PolicyStore& store, domain::Revision to) {
    return await<control::PolicyApplied>([&](auto reply) { store.rollback(to, "better before", kAda, std::move(reply)); });
  }
  // Looks at the clock, and waits until the journal has done what was asked of it: changes are made in order.
  void checkDeadMan(PolicyStore& store) {
    store.checkDeadMan();
    const auto unknown = journal::addLabel(*journal_, {Uuid::v7(), now_, 1.0, domain::LabelSource::Person, ""});
    EXPECT_FALSE(unknown);
  }
  [[nodiscard]] domain::PolicyRevision stored(std::optional<domain::Revision> revision = std::nullopt) {
    auto found = reader(*journal_)->policy(revision);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : domain::PolicyRevision{};
  }
  [[nodiscard]] std::vector<domain::AuditEntry> auditLog() { return reader(*journal_)->audit(100, std::nullopt).value(); }

  static constexpr WallMicros kSecond = 1'000'000;
  std::atomic<WallMicros> now_{wallNow()};
  std::unique_ptr<journal::Journal> journal_;
};

inline control::PolicyApply change(double gate, domain::Revision base, int confirm_within_s = 600) {
  control::PolicyApply apply;
  apply.policy = policyWith(gate);
  apply.base = base;
  apply.reason = "a test";
  apply.confirm_within_s = confirm_within_s;
  return apply;
}

}  // namespace signalbox::engine
