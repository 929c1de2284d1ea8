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
  EXPECT_EQ(find<Banner>("auditChain").kind(), BannerKind::Ok);
  EXPECT_EQ(page->statusParts(), QStringList({QStringLiteral("2 entries"), QStringLiteral("Audit chain intact")}));
}

TEST_F(AuditPageTest, showsTheDifferenceOfTheChosenRow) {
  router->addRevision(testing::samplePolicy(), true, "jonas");
  show<AuditPage>("audit");
  ASSERT_TRUE(soon([&] { return table().model()->rowCount() == 2; }));
  table().setCurrentIndex(table().model()->index(0, 0));
  ASSERT_TRUE(soon([&] { return words(*docks[0]).contains(QStringLiteral("gate mid 0.70 → 0.65")); }));
  EXPECT_TRUE(words(*docks[0]).contains(QStringLiteral("no reason given")));
  EXPECT_EQ(docks[0]->findChild<QLabel*>(QStringLiteral("auditWhat"))->text(), QStringLiteral("make live"));
  EXPECT_EQ(docks[0]->findChild<QLabel*>(QStringLiteral("auditHash"))->text(), QString(64, QLatin1Char('a'))) << "whole, however it is drawn";
}

TEST_F(AuditPageTest, saysThatItAsksUntilTheRouterHasAnswered) {
  router->holds = true;
  show<AuditPage>("audit");
  EXPECT_TRUE(find<Banner>("auditChain").accessibleName().startsWith(QStringLiteral("Asking")));
  EXPECT_EQ(page->statusParts(), QStringList());
}

TEST_F(AuditPageTest, saysNothingOfTheRouterBeforeAndAsksAgainAfterADrop) {
  show<AuditPage>("audit");
  auto& table = find<QTableView>("auditTable");
  ASSERT_TRUE(soon([&] { return table.model()->rowCount() == 1; }));
  router->audit_refusal = fail(ErrorCode::Unavailable, "not connected").error();
  link->setState(LinkState::Kind::Reconnecting, QStringLiteral("connection refused"));
  page->deactivate();
  page->activate();
  QCoreApplication::processEvents();
  EXPECT_EQ(table.model()->rowCount(), 1) << "what is known stays, with its age";
  EXPECT_FALSE(find<Banner>("auditChain").accessibleName().contains(QStringLiteral("cannot be read")));
  router->audit_refusal.reset();
  router->addRevision(testing::samplePolicy(), true);
  link->setState(LinkState::Kind::Live);
  ASSERT_TRUE(soon([&] { return table.model()->rowCount() == 2; }));
  client.attach(std::make_unique<testing::FakeLink>(nullptr, QStringLiteral("dead one")));
  EXPECT_EQ(table.model()->rowCount(), 0);
  EXPECT_FALSE(find<Banner>("auditChain").accessibleName().contains(QStringLiteral("verified"))) << "of a chain that was never seen";
}

}  // namespace
}  // namespace signalbox::ui
