// SPDX-License-Identifier: Apache-2.0
#include "engine/policy_store.h"

#include <gtest/gtest.h>

#include <thread>

#include "engine/console_fixture.h"

namespace signalbox::engine {
namespace {

using domain::RevisionState;

TEST_F(PolicyStoreTest, makesTheConfiguredPolicyTheFirstRevisionBornConfirmed) {
  const auto store = openStore(policyWith(0.5));
  EXPECT_EQ(store->live()->revision, 1);
  EXPECT_EQ(liveGate(*store), 0.5);
  EXPECT_TRUE(store->state().confirmed);
  EXPECT_EQ(stored().document, policyWith(0.5));
  EXPECT_TRUE(store->fileDifference().empty());
}

TEST_F(PolicyStoreTest, startsWithAPolicyThatTakesEverythingWhereNoneIsConfigured) {
  const auto store = openStore(std::nullopt);
  EXPECT_EQ(store->live()->revision, 1);
  EXPECT_NE(store->live()->match({}), nullptr);
}

TEST_F(PolicyStoreTest, refusesAFirstPolicyThatDoesNotFitAndSaysWhere) {
  const auto store = PolicyStore::open(*journal_, storeOptions(domain::PolicyDocument{Json::parse(
      R"({"workloads": [{"name": "x", "gate": {"nowhere": {"signal": "mean-token", "escalate-below": 0.5}}}]})")}));
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("/workloads/0/gate"), std::string::npos) << store.error().message;
}

TEST_F(PolicyStoreTest, keepsTheStoresPolicyAndReportsAFileThatDiffers) {
  openStore(policyWith(0.5)).reset();
  reopenJournal();
  const auto store = openStore(policyWith(0.7));
  EXPECT_EQ(store->live()->revision, 1);
  EXPECT_EQ(liveGate(*store), 0.5);
  EXPECT_NE(store->fileDifference().find("escalate-below"), std::string::npos) << store->fileDifference();
}

TEST_F(PolicyStoreTest, startsWithTheConfiguredPolicyWhereTheLiveOneHasNoConfirmedOneToGoBackTo) {
  journal::PolicyCommit unconfirmed;
  unconfirmed.document = policyWith(0.9);
  unconfirmed.confirm_by = now_ + 3600 * kSecond;
  ASSERT_TRUE(journal::commitPolicy(*journal_, unconfirmed));
  const auto store = openStore(policyWith(0.5));
  ASSERT_TRUE(store);
  EXPECT_EQ(liveGate(*store), 0.5);
  EXPECT_EQ(store->live()->revision, 2);
  EXPECT_TRUE(store->state().confirmed);
  EXPECT_EQ(stored(1).state, RevisionState::Ended);
}

TEST_F(PolicyStoreTest, obeysAnAppliedPolicyByTheTimeItIsAcknowledged) {
  const auto store = openStore();
  const auto before = store->live();
  const auto applied = apply(*store, change(0.6, 1));
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->revision, 2);
  EXPECT_EQ(applied->confirm_by, now_ + 600 * kSecond);
  EXPECT_EQ(store->live()->revision, 2);
  EXPECT_EQ(liveGate(*store), 0.6);
  EXPECT_EQ(before->workloads.at(0).gates.at(0)->escalate_below, 0.5) << "what a request holds does not change under it";
  EXPECT_FALSE(store->state().confirmed);
  EXPECT_EQ(store->state().by, "ada");
  EXPECT_EQ(stored(1).state, RevisionState::Ended);
  EXPECT_EQ(auditLog().at(0).action, "policy.apply");
  EXPECT_EQ(auditLog().at(0).revision, 2);
}

TEST_F(PolicyStoreTest, answersAStaleBaseWithAConflictThatSaysWhatIsLive) {
  const auto store = openStore();
  ASSERT_TRUE(apply(*store, change(0.6, 1)));
  const auto late = apply(*store, change(0.7, 1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::Conflict);
  const Json data = Json::parse(late.error().detail);
  EXPECT_EQ(data["live"], 2);
  EXPECT_EQ(data["who"], "ada");
  EXPECT_TRUE(parseIso(data["ts"].get<std::string>()));
  EXPECT_NE(data["diff"].get<std::string>().find("0.6"), std::string::npos);
  EXPECT_EQ(liveGate(*store), 0.6);
}

TEST_F(PolicyStoreTest, letsExactlyOneOfManyWritersWinEachRevision) {
  const auto store = openStore();
  std::atomic<int> won{0}, lost{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] {
      for (int round = 0; round < 10; ++round) {
        const auto base = store->live()->revision;
        const auto applied = apply(*store, change(0.01 * (1 + i * 10 + round), base));
        if (applied) ++won;
        else if (applied.error().code == ErrorCode::Conflict) ++lost;
        else ADD_FAILURE() << applied.error().message;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(won + lost, 80);
  EXPECT_EQ(store->live()->revision, 1 + won) << "one revision for each winner, no gap";
  EXPECT_EQ(stored().document, store->live()->document);
}

TEST_F(PolicyStoreTest, refusesInvalidAndUnchangedPolicies) {
  const auto store = openStore();
  control::PolicyApply bad = change(0.6, 1);
  bad.policy.json["workloads"][0]["gate"]["local"]["escalate-below"] = 1.7;
  const auto refused = apply(*store, bad);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(Json::parse(refused.error().detail)["errors"][0]["pointer"], "/workloads/0/gate/local/escalate-below");
  EXPECT_EQ(apply(*store, change(0.5, 1)).error().code, ErrorCode::InvalidRequest) << "nothing would change";
  EXPECT_EQ(store->live()->revision, 1);
}

TEST_F(PolicyStoreTest, revertsToTheLastConfirmedWhenNobodyConfirmsInTime) {
  const auto store = openStore();
  ASSERT_TRUE(apply(*store, change(0.55, 1, 60)));
  ASSERT_TRUE(confirm(*store, 2));
  ASSERT_TRUE(apply(*store, change(0.6, 2, 60)));
  ASSERT_TRUE(apply(*store, change(0.65, 3, 60))) << "a change may follow an unconfirmed one";
  now_ += 59 * kSecond;
  checkDeadMan(*store);
  EXPECT_EQ(store->live()->revision, 4);
  now_ += 2 * kSecond;
  checkDeadMan(*store);
  EXPECT_EQ(store->live()->revision, 5);
  EXPECT_EQ(liveGate(*store), 0.55);
  EXPECT_TRUE(store->state().confirmed) << "a revert is born confirmed";
  EXPECT_EQ(stored().restores, 2);
  EXPECT_EQ(stored(4).state, RevisionState::Reverted);
  EXPECT_EQ(auditLog().at(0).action, "policy.revert");
  checkDeadMan(*store);
  EXPECT_EQ(store->live()->revision, 5) << "once";
}

TEST_F(PolicyStoreTest, leavesAConfirmedPolicyAlone) {
  const auto store = openStore();
  ASSERT_TRUE(apply(*store, change(0.6, 1, 60)));
  ASSERT_TRUE(confirm(*store, 2));
  EXPECT_TRUE(confirm(*store, 2)) << "confirming twice is no error";
  EXPECT_EQ(confirm(*store, 1).error().code, ErrorCode::Conflict);
  now_ += 3600 * kSecond;
  checkDeadMan(*store);
  EXPECT_EQ(store->live()->revision, 2);
  EXPECT_TRUE(store->state().confirmed);
  EXPECT_EQ(auditLog().at(0).action, "policy.confirm");
}

TEST_F(PolicyStoreTest, revertsByItselfOnItsTimer) {
  auto options = storeOptions(policyWith(0.5));
  options.tick = std::chrono::milliseconds(2);
  auto store = PolicyStore::open(*journal_, options).value();
  std::promise<domain::Revision> reverted;
  ASSERT_TRUE(apply(*store, change(0.6, 1, 60)));
  const Subscription watch = store->observe([&](const domain::PolicyState& state) {
    if (state.live == 3) reverted.set_value(state.live);
  });
  now_ += 61 * kSecond;
  EXPECT_EQ(reverted.get_future().get(), 3);
  EXPECT_EQ(liveGate(*store), 0.5);
}

TEST_F(PolicyStoreTest, revertsAtRestartWhatRanOutWhileItWasDown) {
  {
    const auto store = openStore();
    ASSERT_TRUE(apply(*store, change(0.6, 1, 60)));
  }
  reopenJournal();
  {
    const auto store = openStore();
    EXPECT_EQ(store->live()->revision, 2) << "there was time left";
    EXPECT_FALSE(store->state().confirmed);
  }
  reopenJournal();
  now_ += 61 * kSecond;
  const auto store = openStore();
  EXPECT_EQ(store->live()->revision, 3);
  EXPECT_EQ(liveGate(*store), 0.5);
  EXPECT_EQ(stored().restores, 1);
}

TEST_F(PolicyStoreTest, rollsBackToAnyRevisionAsANewOneBornConfirmed) {
  const auto store = openStore();
  ASSERT_TRUE(apply(*store, change(0.6, 1)));
  ASSERT_TRUE(apply(*store, change(0.7, 2)));
  const auto back = rollback(*store, 1);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->revision, 4);
  EXPECT_EQ(back->confirm_by, std::nullopt);
  EXPECT_EQ(liveGate(*store), 0.5);
  EXPECT_TRUE(store->state().confirmed);
  EXPECT_EQ(stored(3).state, RevisionState::RolledBack);
  EXPECT_EQ(stored().restores, 1);
  EXPECT_EQ(rollback(*store, 99).error().code, ErrorCode::NotFound);
  EXPECT_EQ(rollback(*store, 4).error().code, ErrorCode::InvalidRequest) << "it is live already";
}

TEST_F(PolicyStoreTest, keepsTheDeadManAndOverridesForAdmins) {
  const auto store = openStore(policyWith(0.5, 0.05));
  EXPECT_EQ(apply(*store, change(0.52, 1, 0), kAda).error().code, ErrorCode::Forbidden);
  control::PolicyApply far = change(0.7, 1);
  far.policy = policyWith(0.7, 0.05);
  const auto refused = apply(*store, far, kRoot);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Guardrail);
  const Json data = Json::parse(refused.error().detail);
  EXPECT_EQ(data["which"], "max-step");
  EXPECT_NEAR(data["found"].get<double>(), 0.2, 1e-9);
  EXPECT_EQ(data["allowed"], 0.05);
  far.override_guardrail = true;
  EXPECT_EQ(apply(*store, far, kAda).error().code, ErrorCode::Forbidden);
  far.reason.clear();
  EXPECT_EQ(apply(*store, far, kRoot).error().code, ErrorCode::InvalidRequest) << "an override needs a reason";
  far.reason = "known good";
  far.confirm_within_s = 0;
  const auto applied = apply(*store, far, kRoot);
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->confirm_by, std::nullopt);
  EXPECT_TRUE(store->state().confirmed);
  EXPECT_EQ(auditLog().at(0).action, "policy.override");
  EXPECT_EQ(auditLog().at(1).outcome, "guardrail") << "a refusal leaves a line";
}

TEST_F(PolicyStoreTest, letsRollbacksPassTheGuardrails) {
  const auto store = openStore(policyWith(0.5, 0.05));
  for (int i = 1; i <= 4; ++i) {
    control::PolicyApply step = change(0.5 + 0.05 * i, i);
    step.policy = policyWith(0.5 + 0.05 * i, 0.05);
    ASSERT_TRUE(apply(*store, step)) << i;
  }
  EXPECT_TRUE(rollback(*store, 1));
  EXPECT_EQ(liveGate(*store), 0.5);
}

TEST_F(PolicyStoreTest, tellsObserversHowThingsStandAndOfEveryChange) {
  const auto store = openStore();
  std::vector<std::pair<domain::Revision, bool>> heard;
  auto watch = store->observe([&](const domain::PolicyState& state) { heard.emplace_back(state.live, state.confirmed); });
  ASSERT_TRUE(apply(*store, change(0.6, 1)));
  ASSERT_TRUE(confirm(*store, 2));
  watch.reset();
  ASSERT_TRUE(apply(*store, change(0.7, 2)));
  EXPECT_EQ(heard, (std::vector<std::pair<domain::Revision, bool>>{{1, true}, {2, false}, {2, true}}));
}

}  // namespace
}  // namespace signalbox::engine
