// SPDX-License-Identifier: Apache-2.0
// The console's link to a real router over its real control plane: what the pages ask for must get through.
#include <gtest/gtest.h>

#include <QFile>
#include <QTest>

#include "bridge/console_client.h"
#include "bridge/remote_client.h"
#include "lab/demo.h"
#include "models/metrics_series.h"

namespace signalbox::app {
namespace {
using namespace ui;
constexpr int kPatienceMs = 20'000;

class AttachedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    lab::DemoOptions options;
    options.rate = 20;
    options.history = std::chrono::minutes(5);
    options.prompts = 100;
    auto started = lab::Demo::start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    demo = std::move(*started);
    QFile token(QString::fromStdString(demo->controlTokenFile()));
    ASSERT_TRUE(token.open(QIODevice::ReadOnly));
    RemoteAddress address{QUrl(QString::fromStdString(demo->router().controlUrl())), Secret(token.readAll().trimmed().toStdString())};
    client.attach(std::make_unique<RemoteClient>(address, QString()));
    ASSERT_TRUE(QTest::qWaitFor([this] { return client.hello().has_value(); }, kPatienceMs));
  }
  std::unique_ptr<lab::Demo> demo;
  ConsoleClient client;
};

TEST_F(AttachedTest, thePagesOfDecisionsGetThroughWhateverTheirSize) {
  for (const std::size_t limit : {50, 1000}) {
    std::optional<Result<control::DecisionPage>> page;
    control::DecisionQuery query;
    query.limit = limit;
    query.attempts = true;
    client.queryDecisions(ticketFor(&client), std::move(query), [&](const Result<control::DecisionPage>& answer) { page = answer; });
    ASSERT_TRUE(QTest::qWaitFor([&] { return page.has_value(); }, kPatienceMs));
    ASSERT_TRUE(page->has_value()) << page->error().message;
    EXPECT_EQ((*page)->items.size(), limit);
    EXPECT_FALSE((*page)->items.front().decision.attempts.empty());
    EXPECT_EQ(client.link().kind, LinkState::Kind::Live);
  }
}

TEST_F(AttachedTest, theFiguresOfADayGetThroughInTheFinestOfBuckets) {
  Selection selection;
  selection.setRange(TimeRange::last(24 * 3600));
  MetricsSeries series(client, selection, 1440);
  series.wantComparisons();
  series.start();
  ASSERT_TRUE(QTest::qWaitFor([&] { return series.state() == MetricsSeries::State::Ready && series.hasBaselines(); }, kPatienceMs)) << series.error().toStdString();
  EXPECT_GT(series.total().requests, 1000);
  EXPECT_EQ(client.link().kind, LinkState::Kind::Live);
}

}  // namespace
}  // namespace signalbox::app
