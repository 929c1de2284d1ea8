// SPDX-License-Identifier: Apache-2.0
// A request leaves its row however its story breaks off.
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/console_fixture.h"
#include "engine/data_plane.h"

namespace signalbox::engine {
namespace {

class TestWorker final : public server::Worker {
 public:
  explicit TestWorker(asio::io_context& context) : context_(context) {}
  [[nodiscard]] Executor executor() override { return context_.get_executor(); }
  [[nodiscard]] std::size_t index() const override { return 0; }

 private:
  asio::io_context& context_;
};

// A client that cannot be answered: its connection breaks in a way that nobody expects, or it never takes the answer.
class BadResponder final : public server::Responder {
 public:
  bool stalls = false;
  Task<Result<void>> send(http::Response) override {
    if (!stalls) throw std::runtime_error("out of order");
    asio::steady_timer never(co_await asio::this_coro::executor, SteadyTime::max());
    co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return Result<void>{};
  }
  Task<Result<void>> start(int, const http::Headers&) override { co_return Result<void>{}; }
  Task<Result<void>> startRaw(std::string_view) override { co_return Result<void>{}; }
  Task<Result<void>> write(std::string_view) override { co_return Result<void>{}; }
  Task<Result<void>> finish() override { co_return Result<void>{}; }
  void abort() override {}
  [[nodiscard]] bool started() const override { return false; }
  [[nodiscard]] bool clientGone() const override { return false; }
};

class RouteRecordTest : public PolicyStoreTest {
 protected:
  RouteRecordTest() : policies_(openStore()) {
    domain::Upstream upstream;
    upstream.name = "u";
    upstream.base_url = "http://127.0.0.1:1/v1";
    upstream.models = {{"m", std::nullopt, std::nullopt, {}}};
    config::Config config;
    config.router_name = "north";
    config.upstreams = {upstream};
    for (const auto& name : kTiers) {
      domain::Tier tier;
      tier.name = name;
      tier.deployments = {{"u", "m"}};
      tier.timeout = std::chrono::seconds(30);
      config.tiers.push_back(tier);
    }
    config_ = std::make_shared<const config::Config>(std::move(config));
    keys_.set(std::make_shared<const admit::KeyRing>(std::vector<config::ClientKey>{}, Secret("the-token")));
    pricing_ = std::make_unique<Pricing>(*config_);
    const RouteServices services{*config_, keys_, *policies_, *journal_, *pricing_, counters_, plain_calls_, paused_};
    plane_ = std::make_unique<DataPlane>(services, config_, std::make_shared<upstream::HealthTable>(*config_), DataPlane::Facts{}, 1);
  }

  // A request without a right to be answered: no upstream is needed for it.
  void ask(asio::io_context& context) {
    http::Request request;
    request.method = "POST";
    request.target = "/v1/chat/completions";
    request.body = R"({"model": "auto", "messages": [{"role": "user", "content": "hello"}]})";
    asio::co_spawn(context, plane_->handle(worker_.emplace(context), std::move(request), responder_), [this](std::exception_ptr problem) {
      if (problem) ++thrown_;
    });
  }
  [[nodiscard]] domain::Decision only() {
    journal_->flush();
    auto rows = reader(*journal_)->decisions({});
    EXPECT_TRUE(rows && rows->size() == 1);
    return rows && !rows->empty() ? rows->front().decision : domain::Decision{};
  }

  std::unique_ptr<PolicyStore> policies_;
  std::shared_ptr<const config::Config> config_;
  Snapshot<admit::KeyRing> keys_;
  std::unique_ptr<Pricing> pricing_;
  Counters counters_{kTiers};
  PlainCalls plain_calls_;
  std::atomic<bool> paused_{false};
  BadResponder responder_;
  std::optional<TestWorker> worker_;
  int thrown_ = 0;
  std::unique_ptr<DataPlane> plane_;
};

TEST_F(RouteRecordTest, keepsTheRowOfAStoryThatAnExceptionEnds) {
  asio::io_context context;
  ask(context);
  context.run();
  EXPECT_EQ(thrown_, 1);
  const domain::Decision row = only();
  EXPECT_EQ(row.status, 500);
  EXPECT_EQ(row.outcome, domain::Outcome::Error);
  EXPECT_EQ(row.error, "internal_error");
  EXPECT_EQ(counters_.in_flight.load(), 0);
}

TEST_F(RouteRecordTest, keepsTheRowOfARequestThatIsGivenUpWithItsWorker) {
  {
    asio::io_context context;
    responder_.stalls = true;
    ask(context);
    context.poll();
    plane_->end(*worker_);
  }
  const domain::Decision row = only();
  EXPECT_EQ(row.status, 503);
  EXPECT_EQ(row.outcome, domain::Outcome::Shed);
  EXPECT_EQ(row.error, "shutting_down");
  EXPECT_EQ(counters_.in_flight.load(), 0);
  EXPECT_EQ(thrown_, 0);
}

}  // namespace
}  // namespace signalbox::engine
