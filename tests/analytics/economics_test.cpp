// SPDX-License-Identifier: Apache-2.0
#include "analytics/economics.h"

#include <gtest/gtest.h>

namespace signalbox::analytics {
namespace {

constexpr WallMicros kHour = 3'600'000'000;

domain::Attempt attempt(const std::string& tier, WallMicros ts, double latency_ms, std::optional<double> usd, const std::string& error = "") {
  domain::Attempt a;
  a.tier = tier;
  a.upstream = tier == "local" ? "gpu" : "api";
  a.model = "m";
  a.ts = ts;
  a.latency_ms = latency_ms;
  a.cost_usd = usd;
  a.error = error;
  if (error.empty()) {
    a.input_tokens = 1000;
    a.output_tokens = 100;
  }
  return a;
}

domain::Decision decision(std::vector<domain::Attempt> attempts, const std::string& tier) {
  domain::Decision d;
  d.status = 200;
  d.final_tier = tier;
  d.attempts = std::move(attempts);
  return d;
}

TEST(EconomicsTest, costIsToldByWhatBecameOfIt) {
  Economics economics;
  economics.add(decision({attempt("local", 0, 10, 0.25)}, "local"));
  economics.add(decision({attempt("local", 0, 10, 0.5), attempt("top", 0, 10, 2.0)}, "top"));
  economics.add(decision({attempt("local", 0, 10, std::nullopt, "upstream_timeout"), attempt("top", 0, 10, 3.0)}, "top"));
  const auto rows = economics.rows();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].tier, "local");
  EXPECT_EQ(std::tuple(rows[0].served.attempts, rows[0].refused.attempts, rows[0].failed.attempts), std::tuple(1, 1, 1));
  EXPECT_EQ(rows[0].served.usd(), 0.25);
  EXPECT_EQ(rows[0].refused.usd(), 0.5);
  EXPECT_EQ(rows[0].failed.usd(), std::nullopt) << "what nobody knows is not nothing";
  EXPECT_EQ(rows[0].own.usd(), 0.0) << "and nothing is known";
  EXPECT_EQ(std::tuple(rows[0].all().cost_known, rows[0].all().attempts, rows[0].counted), std::tuple(2, 3, 2));
  EXPECT_EQ(rows[1].all().usd(), 5.0);
  EXPECT_EQ(economics.decisions(), 3);
}

TEST(EconomicsTest, anHourIsUsedAsFarAsSomethingIsOpen) {
  Economics economics;
  const double quarter_ms = 900'000;
  economics.add(decision({attempt("local", 0, quarter_ms, 0.1)}, "local"));
  economics.add(decision({attempt("local", kHour / 8, quarter_ms, 0.1)}, "local"));  // half of it beside the first
  auto warm = decision({attempt("local", kHour / 2, quarter_ms, 0.1)}, "");
  warm.attempts[0].role = domain::AttemptRole::Probe;
  economics.add(warm);
  const auto report = economics.hourly({"gpu", 2.0, std::nullopt}, 0, kHour);
  EXPECT_DOUBLE_EQ(report.usd, 2.0);
  EXPECT_NEAR(*report.utilisation, 0.375 + 0.25, 1e-9);
  EXPECT_NEAR(*report.idle_usd, 2.0 * 0.375, 1e-9);
  EXPECT_NEAR(*report.warm_share, 1.0 / 3, 1e-9);
  EXPECT_EQ(report.decisions, 2);
  EXPECT_DOUBLE_EQ(*report.usd_per_decision, 1.0);
  EXPECT_FALSE(report.api_usd_per_decision);
}

TEST(EconomicsTest, breakEvenIsWhereTheHourCostsWhatTheApiWould) {
  Economics economics;
  for (int i = 0; i < 10; ++i) economics.add(decision({attempt("local", 0, 10, 0.1)}, "local"));
  domain::Price price;
  price.input = 1e-6;
  price.output = 10e-6;
  const auto report = economics.hourly({"gpu", 2.0, price}, 0, kHour);
  EXPECT_NEAR(*report.api_usd_per_decision, 1000 * 1e-6 + 100 * 10e-6, 1e-12);
  EXPECT_NEAR(*report.break_even_per_hour, 1000, 1e-6);
  EXPECT_DOUBLE_EQ(*report.now_per_hour, 10);
  EXPECT_EQ(report.api_n, 10);
}

TEST(EconomicsTest, nothingIsKnownOfNothing) {
  const auto report = Economics().hourly({"gpu", 2.0, domain::Price{}}, 0, 0);
  EXPECT_FALSE(report.utilisation || report.usd_per_decision || report.api_usd_per_decision || report.break_even_per_hour);
  EXPECT_FALSE(Economics().span());
}

// What keeps a model warm belongs to the hour's work, and is nothing that an API would have to be paid for.
TEST(EconomicsTest, probesAreTheRoutersOwnWork) {
  Economics economics;
  economics.add(decision({attempt("local", 0, 1000, 0.25)}, "local"));
  auto probe = attempt("local", kHour / 2, 3000, 0.01);
  probe.role = domain::AttemptRole::Probe;
  economics.addProbe(probe);
  ASSERT_EQ(economics.rows().size(), 1U);
  EXPECT_EQ(economics.rows()[0].own.attempts, 1);
  EXPECT_DOUBLE_EQ(economics.rows()[0].own.usd().value_or(-1), 0.01);
  EXPECT_EQ(economics.decisions(), 1);
  domain::Price api;
  api.input = api.output = 1e-3;
  const auto report = economics.hourly({"gpu", 2.0, api}, 0, kHour);
  EXPECT_DOUBLE_EQ(*report.warm_share, 0.75);
  EXPECT_DOUBLE_EQ(*report.utilisation, 4.0 / 3600);
  EXPECT_EQ(report.decisions, 1);
  EXPECT_DOUBLE_EQ(*report.api_usd_per_decision, 1.1);
  EXPECT_EQ(report.api_n, 1);
}

}  // namespace
}  // namespace signalbox::analytics
