// SPDX-License-Identifier: Apache-2.0
// A request leaves its row however its story breaks off, and nothing of it outlives its worker.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

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
  bool takes = false;
  std::optional<http::Response> taken;
  std::function<void()> on_leave;
  Task<Result<void>> send(http::Response response) override {
    if (takes) taken = std::move(response);
    if (takes) co_return Result<void>{};
    if (!stalls) throw std::runtime_error("out of order");
    asio::steady_timer never(co_await asio::this_coro::executor, SteadyTime::max());
    co_await never.async_wait(asio::as_tuple(kAwaitable));
    co_return Result<void>{};
  }
  Task<Result<void>> start(int, const http::Headers&) override { co_return Result<void>{}; }
  Task<Result<void>> startRaw(std::string_view) override { co_return Result<void>{}; }
  Task<Result<void>> write(std::string_view) override { co_return Result<void>{}; }
  Task<Result<void>> finish() override { co_return Result<void>{}; }
  void abort() override {}
  void leave() override {
    if (on_leave) on_leave();
  }
  [[nodiscard]] bool started() const override { return false; }
  [[nodiscard]] bool clientGone() const override { return false; }
};

// A journal whose store hangs: it takes labels and replies when it is told to.
class HangingJournal final : public journal::Journal {
 public:
  explicit HangingJournal(journal::Journal& real) : real_(real) {}
  void observe(journal::Observer* observer) override { real_.observe(observer); }
  void begin(const domain::DecisionId& id) override { real_.begin(id); }
  using journal::Journal::append;
  bool append(domain::Decision&& decision) override {
    ++appended;
    return real_.append(std::move(decision));
  }
  void appendProbe(domain::Attempt probe) override { real_.appendProbe(std::move(probe)); }
  [[nodiscard]] bool isQueued(const domain::DecisionId& id) const override { return real_.isQueued(id); }
  void addLabel(domain::Label, std::optional<domain::AuditEntry>, journal::Reply<void> reply) override { reply_ = std::move(reply); }
  void commitPolicy(journal::PolicyCommit commit, journal::Reply<domain::PolicyRevision> reply) override { real_.commitPolicy(std::move(commit), std::move(reply)); }
  void confirmPolicy(domain::Revision revision, std::string who, domain::Role role, journal::Reply<void> reply) override {
    real_.confirmPolicy(revision, std::move(who), role, std::move(reply));
  }
  void audit(domain::AuditEntry entry, journal::Reply<void> reply) override { real_.audit(std::move(entry), std::move(reply)); }
  [[nodiscard]] domain::JournalStatus status() const override { return real_.status(); }
  [[nodiscard]] const journal::CommitTimes& commitTimes() const override { return real_.commitTimes(); }
  [[nodiscard]] Result<std::unique_ptr<journal::Reader>> reader() override { return real_.reader(); }
  void flush() override { real_.flush(); }

  int appended = 0;
  [[nodiscard]] bool asked() const { return static_cast<bool>(reply_); }
  // On a thread that is not the worker's, as the journal's is not.
  void wakeUp(Result<void> result = {}) {
    std::thread([&] { std::exchange(reply_, nullptr)(std::move(result)); }).join();
  }

 private:
  journal::Journal& real_;
  journal::Reply<void> reply_;
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
    keys_.set(std::make_shared<const admit::KeyRing>(std::vector<config::ClientKey>{}, Secret("the-token"), book_));
    generations_ = std::make_unique<Generations>(config_);
    const RouteServices services{keys_, *policies_, *journal_, counters_, additions_memory_, label_memory_, memory_, paused_};
    plane_ = std::make_unique<DataPlane>(services, *generations_, DataPlane::Facts{}, 1);
  }

  // Without a key it has no right to be answered: no upstream is needed for it.
  void ask(asio::io_context& context, const std::string& key = {}) {
    http::Request request;
    if (!key.empty()) request.headers.add("x-api-key", key);
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
  admit::KeyBook book_;
  Snapshot<admit::KeyRing> keys_;
  std::unique_ptr<Generations> generations_;
  Counters counters_{kTiers};
  AdditionsMemory additions_memory_;
  LabelMemory label_memory_;
  admit::MemoryPressure memory_;
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
  plane_->end(*worker_);
  EXPECT_EQ(thrown_, 1);
  const domain::Decision row = only();
  EXPECT_EQ(row.status, 500);
  EXPECT_EQ(row.outcome, domain::Outcome::Error);
  EXPECT_EQ(row.error, "internal_error");
  EXPECT_EQ(counters_.in_flight.load(), 0);
}

class FeedbackTest : public RouteRecordTest {
 protected:
  FeedbackTest() : hanging_(*journal_) {
    responder_.takes = true;
    const RouteServices services{keys_, *policies_, hanging_, counters_, additions_memory_, label_memory_, memory_, paused_};
    plane_ = std::make_unique<DataPlane>(services, *generations_, DataPlane::Facts{}, 1);
  }
  // `alive` as long as anything of the request is.
  void grade(asio::io_context& context, std::shared_ptr<void> alive) {
    http::Request request;
    request.method = "POST";
    request.target = "/v1/feedback";
    request.headers.add("x-api-key", "the-token");
    request.body = R"({"decision_id":")" + Uuid::v7().string() + R"(","score":1})";
    const auto task = [](DataPlane& plane, server::Worker& worker, http::Request asked, server::Responder& responder, std::shared_ptr<void>) -> Task<void> {
      co_await plane.handle(worker, std::move(asked), responder);
    };
    asio::co_spawn(context, task(*plane_, worker_.emplace(context), std::move(request), responder_, std::move(alive)),
                   asio::bind_cancellation_slot(cancel_.slot(), [](std::exception_ptr) {}));
    context.poll();
  }
  HangingJournal hanging_;
  asio::cancellation_signal cancel_;
};

// Whoever has an answer may ask for the metrics at once, and must not wait for what is written down of it.
TEST_F(FeedbackTest, aRequestIsCountedBeforeItsAnswerLeavesAndWrittenDownAfterwards) {
  asio::io_context context;
  std::string metrics;
  int in_flight = -1, appended = -1;
  responder_.on_leave = [&] {
    metrics = counters_.text({journal_->status(), {}, 0, journal_->commitTimes(), {}});
    in_flight = static_cast<int>(counters_.in_flight.load());
    appended = hanging_.appended;
  };
  ask(context);
  context.run();
  plane_->end(*worker_);
  ASSERT_TRUE(responder_.taken);
  EXPECT_THAT(metrics, testing::HasSubstr("signalbox_requests_total{tier=\"none\"} 1\n"));
  EXPECT_EQ(in_flight, 0);
  EXPECT_EQ(appended, 0);
  EXPECT_EQ(hanging_.appended, 1);
}

TEST_F(FeedbackTest, answersWhenTheJournalHasReplied) {
  asio::io_context context;
  const auto work = asio::make_work_guard(context);
  grade(context, nullptr);
  EXPECT_FALSE(responder_.taken);
  hanging_.wakeUp();
  context.poll();
  ASSERT_TRUE(responder_.taken);
  EXPECT_EQ(responder_.taken->status, 200);
  plane_->end(*worker_);
}

TEST_F(FeedbackTest, isToldToComeBackWhereTheStoreCannotBeWritten) {
  asio::io_context context;
  const auto work = asio::make_work_guard(context);
  grade(context, nullptr);
  hanging_.wakeUp(fail(ErrorCode::Io, "/var/lib/signalbox.db: database or disk is full"));
  context.poll();
  ASSERT_TRUE(responder_.taken);
  EXPECT_EQ(responder_.taken->status, 503);
  EXPECT_TRUE(responder_.taken->headers.has("retry-after"));
  EXPECT_EQ(responder_.taken->body.find("/var/lib"), std::string::npos) << "paths are nobody's business";
  plane_->end(*worker_);
}

TEST_F(FeedbackTest, isCalledOffThoughTheStoreHangs) {
  asio::io_context context;
  const auto work = asio::make_work_guard(context);
  grade(context, nullptr);
  cancel_.emit(asio::cancellation_type::terminal);
  context.poll();
  ASSERT_TRUE(responder_.taken);
  EXPECT_EQ(responder_.taken->status, 503);
  hanging_.wakeUp();
  context.poll();
  plane_->end(*worker_);
}

TEST_F(FeedbackTest, aReplyAfterTheWorkersEndFindsNobody) {
  std::weak_ptr<int> alive;
  {
    asio::io_context context;
    const auto work = asio::make_work_guard(context);
    auto mark = std::make_shared<int>();
    alive = mark;
    grade(context, std::move(mark));
    ASSERT_TRUE(hanging_.asked());
    plane_->end(*worker_);
  }
  EXPECT_TRUE(alive.expired()) << "the request has ended with its worker";
  hanging_.wakeUp();
  EXPECT_FALSE(responder_.taken);
}

// Listens and says nothing.
class SilentUpstream {
 public:
  SilentUpstream() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SilentUpstream() {
    ::close(listener_);
    if (accepted_ >= 0) ::close(accepted_);
  }
  SilentUpstream(const SilentUpstream&) = delete;
  SilentUpstream& operator=(const SilentUpstream&) = delete;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  [[nodiscard]] bool hasBeenAsked() {
    if (accepted_ < 0) accepted_ = ::accept(listener_, nullptr, nullptr);
    std::array<char, 4096> bytes{};
    if (accepted_ >= 0 && ::recv(accepted_, bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) asked_ = true;
    return asked_;
  }

 private:
  int listener_, accepted_ = -1;
  std::uint16_t port_ = 0;
  bool asked_ = false;
};

// Also where the one that waits belongs to a configuration that is no longer in force.
TEST_F(RouteRecordTest, keepsTheRowOfARequestThatWaitsForItsUpstreamWhenItsWorkerEnds) {
  SilentUpstream upstream;
  config::Config config = *config_;
  config.upstreams.front().base_url = upstream.url();
  generations_->set(generations_->next(std::make_shared<const config::Config>(config)));
  {
    asio::io_context context;
    const auto work = asio::make_work_guard(context);
    ask(context, "the-token");
    for (int i = 0; i < 1000 && !upstream.hasBeenAsked(); ++i) context.run_for(std::chrono::milliseconds(10));
    ASSERT_TRUE(upstream.hasBeenAsked());
    generations_->set(generations_->next(config_));
    plane_->end(*worker_);
  }
  const domain::Decision row = only();
  EXPECT_EQ(row.status, 503);
  EXPECT_EQ(row.outcome, domain::Outcome::Shed);
  EXPECT_EQ(row.error, "shutting_down");
  EXPECT_FALSE(row.cost_usd) << "it was asked, and nobody knows what came of it";
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
