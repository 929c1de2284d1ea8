// SPDX-License-Identifier: Apache-2.0
#include "engine/keep_warm.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/log.h"
#include "dialect/client_dialect.h"
#include "domain/error_status.h"
#include "text/tokens.h"
#include "upstream/tier_call.h"

namespace signalbox::engine {
namespace {

constexpr std::string_view kQuestion = "Hi";
// A model that has to be loaded first may take its time.
constexpr Duration kPatience = std::chrono::seconds(120);

// What went wrong, where a tier call tells of it.
class ProbeHost final : public upstream::Host {
 public:
  dialect::Additions additions(const domain::Deployment&) override { return {.completions = dialect::Completions::Native}; }
  void attemptFailed(const upstream::Exchange& exchange, const domain::Attempt& attempt, const Error& error) override {
    failed = attempt;
    failed->error = domain::errorStatus(error.code).code;
    worked = exchange.reachedUpstream() && error.code == ErrorCode::UpstreamTimeout;
  }
  void note(const std::string&) override {}

  std::optional<domain::Attempt> failed;
  bool worked = false;  // though it failed
};

domain::Usage estimated(std::int64_t output) {
  domain::Usage usage;
  usage.input = text::estimateTokens(static_cast<std::int64_t>(kQuestion.size()));
  usage.output = output;
  usage.source = domain::UsageSource::Estimated;
  return usage;
}

}  // namespace

bool KeepWarm::wanted(const config::Config& config) {
  return std::any_of(config.upstreams.begin(), config.upstreams.end(), [](const auto& upstream) { return upstream.keep_warm.has_value(); });
}

KeepWarm::KeepWarm(std::shared_ptr<const config::Config> config, std::shared_ptr<upstream::HealthTable> health, Pricing& pricing,
                   journal::Journal& journal)
    : config_(std::move(config)), health_(std::move(health)), pricing_(pricing), journal_(journal) {
  // Our own and always readable.
  const auto asking = [](domain::Dialect dialect, const std::string& members) {
    return dialect::readRequest(dialect, R"({"model":"auto",)" + members + "}", {}).value();
  };
  const std::string words = "\"" + std::string(kQuestion) + "\"";
  chat_ = asking(domain::Dialect::OpenAiChat, R"("max_tokens":1,"messages":[{"role":"user","content":)" + words + "}]");
  completion_ = asking(domain::Dialect::OpenAiCompletions, R"("max_tokens":1,"prompt":)" + words);
  embedding_ = asking(domain::Dialect::OpenAiEmbeddings, R"("input":)" + words);
  client_ = std::make_shared<upstream::Client>(io_.get_executor(), config_, health_);
  for (const auto& upstream : config_->upstreams) {
    for (const auto& model : upstream.models) {
      if (!upstream.keep_warm) continue;
      auto& signal = *signals_.emplace_back(std::make_unique<asio::cancellation_signal>());
      ++running_;
      const auto ended = [this, name = upstream.name](std::exception_ptr problem) {
        if (problem) log::error("{} is not kept warm any more: an unexpected failure", name);
        if (--running_ == 0) io_.stop();
      };
      asio::co_spawn(io_, keep({upstream.name, model.id}, questionFor(model), upstream.keep_warm->every), asio::bind_cancellation_slot(signal.slot(), ended));
    }
  }
  thread_ = std::thread([this] { io_.run(); });
  pthread_setname_np(thread_.native_handle(), "keep-warm");
}

KeepWarm::~KeepWarm() {
  asio::post(io_, [this] {
    for (const auto& signal : signals_) signal->emit(asio::cancellation_type::terminal);
  });
  thread_.join();
}

const domain::Request& KeepWarm::questionFor(const domain::ModelOffer& model) const {
  if (model.embeddings) return embedding_;
  return model.chat_only.value_or(true) ? chat_ : completion_;
}

Task<void> KeepWarm::keep(domain::Deployment deployment, const domain::Request& question, Duration every) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await asio::this_coro::throw_if_cancelled(false);
  const upstream::Guard& guard = health_->protection().of(deployment);
  asio::steady_timer timer(io_);
  while (true) {
    const Duration idle = guard.idleFor(steadyNow());
    if (idle >= every) co_await probe(deployment, question);
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) co_return;
    timer.expires_after(idle >= every ? every : every - idle);
    co_await timer.async_wait(asio::as_tuple(kAwaitable));
  }
}

Task<void> KeepWarm::probe(domain::Deployment deployment, const domain::Request& question) {
  domain::Tier alone;
  for (const auto& tier : config_->tiers) {
    if (alone.name.empty() && std::find(tier.deployments.begin(), tier.deployments.end(), deployment) != tier.deployments.end()) alone.name = tier.name;
  }
  alone.deployments = {deployment};
  alone.timeout = alone.total_timeout = kPatience;
  upstream::TierCall call;
  call.tier = &alone;
  call.request = &question;
  call.short_answer = true;
  call.probe = true;
  ProbeHost host;
  const WallMicros at = wallNow();
  const SteadyTime began = steadyNow();
  const auto exchange = co_await upstream::callTier(*client_, call, host);
  if (!exchange && !host.failed) co_return;  // it is left alone just now
  if (!exchange && exchange.error().code == ErrorCode::ClientGone) co_return;
  domain::Attempt attempt;
  if (host.failed) attempt = *host.failed;
  attempt.tier = alone.name;
  attempt.upstream = deployment.upstream;
  attempt.model = deployment.model;
  attempt.role = domain::AttemptRole::Probe;
  attempt.ts = at;
  attempt.latency_ms = std::chrono::duration<double, std::milli>(steadyNow() - began).count();
  std::optional<domain::Usage> usage;
  if (exchange) {
    attempt.status = (*exchange)->status();
    usage = (*exchange)->answer().usage ? *(*exchange)->answer().usage : estimated(1);
  } else if (host.worked) {
    usage = estimated(0);
  }
  settle(deployment, std::move(attempt), usage);
}

void KeepWarm::settle(const domain::Deployment& deployment, domain::Attempt attempt, const std::optional<domain::Usage>& usage) {
  attempt.cost_usd = 0;
  if (usage) {
    attempt.input_tokens = usage->input;
    attempt.output_tokens = usage->output;
    attempt.cost_usd = pricing_.charge(deployment, *usage);
  }
  health_->of(deployment.upstream).probed(!attempt.error.empty(), attempt.cost_usd);
  journal_.appendProbe(std::move(attempt));
}

}  // namespace signalbox::engine
