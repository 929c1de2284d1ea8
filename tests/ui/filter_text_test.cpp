// SPDX-License-Identifier: Apache-2.0
#include "models/filter_text.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>

#include "models/filter_model.h"

namespace signalbox::ui {
namespace {
using Op = domain::Condition::Op;

TEST(FilterTextTest, readsComparisonsWordsAndFreeText) {
  const auto conditions = parseFilterText(QStringLiteral("cost>0.001 tier:mid verdict:review refund \"late fee\""));
  ASSERT_TRUE(conditions);
  ASSERT_EQ(conditions->size(), 4u);
  EXPECT_EQ((*conditions)[0], (domain::Condition{"cost_usd", Op::Gt, {0.001}}));
  EXPECT_EQ((*conditions)[1], (domain::Condition{"final_tier", Op::AnyOf, {"mid"}}));
  EXPECT_EQ((*conditions)[2], (domain::Condition{"verdict", Op::AnyOf, {"review"}}));
  EXPECT_EQ((*conditions)[3], (domain::Condition{"text", Op::Contains, {"refund late fee"}}));
}

TEST(FilterTextTest, readsListsNegationAndUnknown) {
  const auto conditions = parseFilterText(QStringLiteral("workload!=faq,triage cost:unknown policy:r42"));
  ASSERT_TRUE(conditions);
  EXPECT_EQ((*conditions)[0], (domain::Condition{"workload", Op::NoneOf, {"faq", "triage"}}));
  EXPECT_EQ((*conditions)[1], (domain::Condition{"cost_usd", Op::AnyOf, {nullptr}}));
  EXPECT_EQ((*conditions)[2], (domain::Condition{"policy", Op::AnyOf, {42}}));
}

TEST(FilterTextTest, namesTheNearestFieldForAnUnknownOne) {
  const auto conditions = parseFilterText(QStringLiteral("workloads:tickets"));
  ASSERT_FALSE(conditions);
  EXPECT_NE(conditions.error().message.find("workload"), std::string::npos);
}

TEST(FilterTextTest, wantsNumbersWhereItCompares) {
  EXPECT_FALSE(parseFilterText(QStringLiteral("latency>fast")));
  EXPECT_FALSE(parseFilterText(QStringLiteral("latency>")));
}

TEST(FilterModelTest, showsAndRemovesTheConditionsOfTheSelection) {
  Selection selection;
  FilterModel model(selection);
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  ASSERT_TRUE(model.add(QStringLiteral("workload:tickets,triage tier!=frontier")));
  ASSERT_EQ(model.rowCount(), 2);
  EXPECT_EQ(model.index(0).data().toString(), QStringLiteral("workload is any of tickets +1"));
  EXPECT_EQ(model.index(1).data().toString(), QStringLiteral("tier is not frontier"));
  model.removeRow(0);
  EXPECT_EQ(selection.filter().all.size(), 1u);
  EXPECT_FALSE(model.add(QStringLiteral("nonsense<x")));
  EXPECT_EQ(model.rowCount(), 1);
}

}  // namespace
}  // namespace signalbox::ui
