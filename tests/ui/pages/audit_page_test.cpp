// SPDX-License-Identifier: Apache-2.0
#include <QTableView>

#include "pages/audit/audit_page.h"
#include "ui/pages/stage.h"

namespace signalbox::ui {
namespace {

class AuditPageTest : public testing::PageStage {
 protected:
  QTableView& table() { return find<QTableView>("auditTable"); }
};

TEST_F(AuditPageTest, listsTheNewestChangeFirstAndSaysThatTheChainHolds) {
  router->addRevision(testing::samplePolicy(), true, "jonas");
  show<AuditPage>("audit");
  ASSERT_TRUE(soon([&] { return table().model()->rowCount() == 2; }));
  EXPECT_TRUE(find<Banner>("auditChain").accessibleName().startsWith(QStringLiteral("Chain verified to 2.")));
  EXPECT_EQ(page->statusParts(), QStringList({QStringLiteral("2 entries"), QStringLiteral("Audit chain intact")}));
}

TEST_F(AuditPageTest, showsTheDifferenceOfTheChosenRow) {
  router->addRevision(testing::samplePolicy(), true, "jonas");
  show<AuditPage>("audit");
  ASSERT_TRUE(soon([&] { return table().model()->rowCount() == 2; }));
  table().setCurrentIndex(table().model()->index(0, 0));
  ASSERT_TRUE(soon([&] { return words(*docks[0]).contains(QStringLiteral("gate.mid.escalate-below 0.70 → 0.65")); }));
  EXPECT_TRUE(words(*docks[0]).contains(QStringLiteral("no reason given")));
}

TEST_F(AuditPageTest, saysThatItAsksUntilTheRouterHasAnswered) {
  router->holds = true;
  show<AuditPage>("audit");
  EXPECT_TRUE(find<Banner>("auditChain").accessibleName().startsWith(QStringLiteral("Asking")));
  EXPECT_EQ(page->statusParts(), QStringList());
}

}  // namespace
}  // namespace signalbox::ui
