// SPDX-License-Identifier: Apache-2.0
#include "engine/router.h"

#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/memory_limit.h"
#include "engine/access.h"
#include "engine/console_service.h"
#include "engine/control_socket.h"
#include "engine/data_plane.h"
#include "engine/event_feed.h"
#include "engine/keep_warm.h"
#include "engine/identities.h"
#include "engine/policy_store.h"
#include "engine/spend_recall.h"
#include "engine/reload.h"

namespace signalbox::engine {
namespace {

// The control port speaks WebSocket only; a plain request is told so.
class ControlDoor final : public server::Handler {
 public:
  Task<void> handle(server::Worker&, http::Request, server::Responder& responder) override {
    http::Response response = dialect::errorResponse({ErrorCode::UnknownRoute, "this port speaks signalbox.control.v1 over WebSocket at /control", {}, {}, 0, 0});
    co_await responder.send(std::move(response));
  }
  void refused(int, std::string_view) override {}
};

constexpr Duration kMeasureMemory = std::chrono::milliseconds(100), kLookForDay = std::chrono::milliseconds(100);
constexpr Duration kLookForNewTokens = std::chrono::milliseconds(500);

// Members die from the last to the first: listeners, then what they use.
class RunningRouter final : public Router, private RouterFacts {
 public:
  RunningRouter(RouterOptions options, std::unique_ptr<Access> access, Identities identities)
      : options_(std::move(options)),
        config_(options_.config),
        identities_(std::move(identities)),
        access_(std::move(access)),
        generations_(config_),
        counters_(config_->tierNames(), countedPlaces(*config_)),
        started_(steadyNow()) {}
  ~RunningRouter() override { stop(Duration{}); }

  Result<void> open();
  Result<void> listen();

  std::string dataUrl() const override {
    return (identities_.listen ? "https://" : "http://") + hostOf(options_.listen.value_or(config_->listen)) + ":" + std::to_string(data_->port());
  }
  std::string controlUrl() const override {
    return (identities_.control ? "wss://" : "ws://") + hostOf(options_.control.value_or(config_->control)) + ":" + std::to_string(control_->port());
  }
  std::uint16_t dataPort() const override { return data_->port(); }
  std::string clientTokenFile() const override { return access_->clientFile(); }
  std::string controlTokenFile() const override { return access_->controlFile(); }
  Secret clientToken() const override { return access_->clientToken(); }
  std::shared_ptr<control::ConsoleService> console() override { return service_; }
  journal::Journal& journal() override { return *journal_; }
  void setPaused(bool paused) override { paused_.store(paused, std::memory_order_relaxed); }
  bool paused() const override { return paused_.load(std::memory_order_relaxed); }
  domain::ConfigStatus reload() override { return reloader_->run(); }
  void stop(Duration drain) override;
  Duration drainDeadline() const override { return generations_.current()->config->drain_deadline; }
  bool pulse() override {
    const bool data = data_->pulse(), control = control_->pulse();
    return data && control;
  }
  void hasten() override;

 private:
  static std::string hostOf(const config::Address& address) {
    return address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
  }
  domain::RouterStatus status() const override;
  std::vector<domain::UpstreamStatus> upstreams() const override;
  std::string state() const;
  void waitBeforeDrain();
  void keepWarm(const std::shared_ptr<const Generation>& generation);
  void keepWatch();
  server::ServerOptions serverOptions(const config::Address& address, std::size_t workers) const;

  RouterOptions options_;
  std::shared_ptr<const config::Config> config_;
  Identities identities_;
  std::unique_ptr<Access> access_;
  Generations generations_;
  Counters counters_;
  AdditionsMemory additions_memory_;
  LabelMemory label_memory_;
  admit::MemoryPressure memory_;
  SteadyTime started_;
  std::atomic<bool> paused_{false}, draining_{false}, serving_{false};
  std::unique_ptr<EventFeed> feed_;
  std::unique_ptr<journal::Journal> journal_;
  std::optional<SpendRecall> recall_;
  std::unique_ptr<PolicyStore> policies_;
  std::shared_ptr<ConsoleService> service_;
  std::unique_ptr<ControlSocket> socket_;
  std::unique_ptr<TraceExporter> traces_;
  std::unique_ptr<DataPlane> plane_;
  std::shared_ptr<const Generation> warm_of_;  // whose prices it is charged by
  std::unique_ptr<KeepWarm> keep_warm_;
  ControlDoor door_;
  Subscription measuring_, recalling_;
  std::optional<Ticker> ticker_;
  std::mutex data_mutex_;  // of its end; see hasten()
  std::condition_variable hurry_;
  std::atomic<bool> hastened_{false};
  bool accepting_ended_ = false;
  std::unique_ptr<server::Server> data_, control_;
  std::unique_ptr<Reloader> reloader_;
};

Result<void> RunningRouter::open() {
  feed_ = std::make_unique<EventFeed>();
  journal::JournalOptions options;
  options.path = config_->store_path;
  options.max_age = config_->store_keep;
  options.max_bytes = config_->store_most;
  options.router = config_->router_name;
  auto journal = journal::Journal::open(options);
  if (!journal) return std::unexpected(journal.error());
  journal_ = std::move(*journal);
  journal_->observe(feed_.get());
  if (const auto lost = journal_->status().interrupted; lost > 0) {
    log::warn("the last run ended uncleanly: {} requests were begun and never finished; they are marked interrupted", lost);
  }
  recall_.emplace(*journal_, access_->book());
  recall_->look(wallNow());
  if (auto started = feed_->start(*journal_); !started) return started;

  PolicyStoreOptions policy;
  policy.tiers = config_->tierNames();
  policy.configured = config_->policy;
  policy.why_not_configured = config::textOf(config_->policy_errors);
  policy.adopt_configured = options_.simulated;
  auto policies = PolicyStore::open(*journal_, std::move(policy));
  if (!policies) return std::unexpected(policies.error());
  policies_ = std::move(*policies);
  if (!config_->policy_errors.empty()) {
    log::warn("the store's policy is in force, and the policy file cannot be: {}", policies_->fileDifference());
  } else if (!policies_->fileDifference().empty()) {
    log::warn("the policy file differs from the live policy and is not in force: {}; `signalbox policy apply` makes it so", policies_->fileDifference());
  }
  ConsoleOptions console;
  console.server = "signalbox " + options_.version;
  console.router = config_->router_name;
  console.tiers = config_->tierNames();
  console.simulated = options_.simulated;
  auto service = ConsoleService::start(*journal_, *policies_, *feed_, *this, std::move(console));
  if (!service) return std::unexpected(service.error());
  service_ = std::move(*service);
  return {};
}

server::ServerOptions RunningRouter::serverOptions(const config::Address& address, std::size_t workers) const {
  server::ServerOptions options;
  options.listen = {address.host, address.port};
  options.workers = workers;
  options.limits.heartbeat = std::chrono::seconds(15);
  return options;
}

Result<void> RunningRouter::listen() {
  std::size_t workers = options_.workers.value_or(config_->workers);
  if (workers == 0) workers = std::max(1u, std::thread::hardware_concurrency());
  if (config_->otlp) traces_ = std::make_unique<TraceExporter>(*config_, options_.version);
  const RouteServices services{access_->keys(), *policies_, *journal_, counters_, additions_memory_, label_memory_, memory_, paused_, traces_.get()};
  DataPlane::Facts facts;
  facts.state = [this] { return state(); };
  facts.metrics = [this] {
    const auto all = upstreams();
    return counters_.text({journal_->status(), all, policies_->live()->revision, journal_->commitTimes(), socket_->counts(), traces_ ? &traces_->counts() : nullptr}) + reloader_->metrics();
  };
  plane_ = std::make_unique<DataPlane>(services, generations_, std::move(facts), workers);
  auto data_options = serverOptions(options_.listen.value_or(config_->listen), workers);
  data_options.listen.descriptor = options_.listen_socket;
  data_options.identity = identities_.listen;
  data_options.hosts = config_->listen.hosts;
  data_options.refusing = &memory_.refusing();
  auto data = server::Server::bind(std::move(data_options), *plane_, nullptr);
  if (!data) return std::unexpected(data.error());
  data_ = std::move(*data);

  ControlSocketOptions socket;
  socket.tokens = access_->controlTokens();
  socket_ = std::make_unique<ControlSocket>(service_, std::move(socket));
  auto control_options = serverOptions(options_.control.value_or(config_->control), 1);
  control_options.listen.descriptor = options_.control_socket;
  control_options.identity = identities_.control;
  control_options.hosts = config_->control.hosts;
  auto control = server::Server::bind(std::move(control_options), door_, socket_.get());
  if (!control) return std::unexpected(control.error());
  control_ = std::move(*control);
  Reloader::Options reload;
  reload.load = options_.load;
  reload.listen = options_.listen.value_or(config_->listen);
  reload.control = options_.control.value_or(config_->control);
  reload.client_token = options_.client_token;
  reload.control_token = options_.control_token;
  reload.set_log_level = options_.set_log_level;
  reload.changed = [this](const std::shared_ptr<const Generation>& generation) { keepWarm(generation); };
  reloader_ = std::make_unique<Reloader>(Reloader::Parts{generations_, *access_, *policies_, *data_, *control_}, std::move(reload));
  access_->watch(kLookForNewTokens, [this](Access::ControlTokens tokens) { socket_->setTokens(std::move(tokens)); });
  keepWatch();
  data_->start();
  control_->start();
  keepWarm(generations_.current());
  reloader_->watch();
  serving_.store(true);
  return {};
}

void RunningRouter::keepWarm(const std::shared_ptr<const Generation>& generation) {
  keep_warm_.reset();
  warm_of_ = generation;
  if (KeepWarm::wanted(*generation->config)) keep_warm_ = std::make_unique<KeepWarm>(generation->config, generation->health, *generation->pricing, *journal_);
}

void RunningRouter::keepWatch() {
  // Half of the machine is more than limits of requests let it need: whoever is beyond that is about to take the machine down.
  const auto measure = [this, otherwise = memoryLimit().value_or(physicalMemory() / 2)] {
    const auto most = generations_.current()->config->memory_limit.value_or(otherwise);
    if (most == 0) return;
    auto used = residentBytes();
    if (memory_.wantsTrim(used, most, steadyNow())) {
      releaseFreedMemory();
      used = residentBytes();
    }
    if (!memory_.measured(used, most)) return;
    const char* what = memory_.refuses() ? "requests and connections are refused" : memory_.sheds() ? "requests are shed" : "all is well again";
    log::warn("{} MiB of the {} MiB that the router may use are in use: {}", used >> 20, most >> 20, what);
  };
  measure();
  ticker_.emplace();
  measuring_ = ticker_->every(kMeasureMemory, measure);
  recalling_ = ticker_->every(kLookForDay, [this] { recall_->look(wallNow()); });
}

std::string RunningRouter::state() const {
  if (draining_.load(std::memory_order_relaxed)) return "draining";
  if (!serving_.load(std::memory_order_relaxed)) return "starting";
  return journal_->status().fault.empty() ? "ready" : "degraded";
}

domain::RouterStatus RunningRouter::status() const {
  domain::RouterStatus status;
  status.state = state();
  status.uptime_s = std::chrono::duration<double>(steadyNow() - started_).count();
  status.journal = journal_->status();
  status.memory_bytes = static_cast<std::int64_t>(residentBytes());
  status.in_flight = counters_.in_flight.load(std::memory_order_relaxed);
  status.last_event_ts = feed_->lastEventTime();
  if (reloader_) status.config = reloader_->status();
  return status;
}

std::vector<domain::UpstreamStatus> RunningRouter::upstreams() const {
  auto all = generations_.current()->health->list();
  for (auto& upstream : all) upstream.refused = additions_memory_.of(upstream.name);
  return all;
}

void RunningRouter::hasten() {
  const std::lock_guard lock(data_mutex_);
  hastened_ = true;
  hurry_.notify_all();
  if (data_ && accepting_ended_) data_->drain(Duration{});
}

// Whoever looks whether we are ready sees that we are not before connections are refused, as long as the configuration says.
void RunningRouter::waitBeforeDrain() {
  std::unique_lock lock(data_mutex_);
  hurry_.wait_for(lock, generations_.current()->config->drain_delay, [this] { return hastened_.load(); });
  accepting_ended_ = true;
}

void RunningRouter::stop(Duration drain) {
  draining_.store(true);
  if (reloader_) reloader_->stop();
  keep_warm_.reset();
  if (data_ && drain > Duration{}) waitBeforeDrain();
  if (data_) data_->drain(hastened_.load() ? Duration{} : drain);
  measuring_.reset();
  recalling_.reset();
  ticker_.reset();
  access_->stop();  // it closes sessions of the control plane
  if (control_) control_->drain(Duration{});
  {
    const std::lock_guard lock(data_mutex_);
    data_.reset();  // requests that would not end are given up here, and leave their record
  }
  constexpr Duration kLastTraces = std::chrono::seconds(2);
  if (traces_) traces_->stop(kLastTraces);
  if (service_) service_->stop();
  if (journal_) journal_->flush();
  if (feed_) feed_->stop();
  policies_.reset();  // its timer thread writes to the journal
  control_.reset();
  socket_.reset();
  plane_.reset();
  recall_.reset();
  journal_.reset();
}

}  // namespace

Result<std::unique_ptr<Router>> Router::start(RouterOptions options) {
  const config::Config& config = *options.config;
  auto identities = readIdentities(config);
  if (!identities) return fail(ErrorCode::InvalidConfig, config::textOf(identities.error()));
  // A port in use is the commonest reason not to start; it is found before tokens and store are written.
  const auto ready = [](const config::Address& address, int socket, const auto& identity, bool has_secrets, const char* what) -> Result<void> {
    if (auto bindable = server::Server::probe({address.host, socket < 0 ? address.port : std::uint16_t{0}}, identity != nullptr); !bindable) return bindable;
    if (has_secrets || config::isLoopback(address.host)) return {};
    return fail(ErrorCode::InvalidConfig, address.host + " is beyond loopback and needs " + what + " in the configuration; without them use 127.0.0.1.");
  };
  if (auto data = ready(options.listen.value_or(config.listen), options.listen_socket, identities->listen, !config.keys.empty(), "keys"); !data) return std::unexpected(data.error());
  if (auto control = ready(options.control.value_or(config.control), options.control_socket, identities->control, !config.control_tokens.empty(), "control.tokens");
      !control) {
    return std::unexpected(control.error());
  }
  auto access = Access::open({options.config, options.client_token, options.control_token});
  if (!access) return std::unexpected(std::move(access.error()));
  auto router = std::make_unique<RunningRouter>(std::move(options), std::move(*access), std::move(*identities));
  if (auto opened = router->open(); !opened) return std::unexpected(opened.error());
  if (auto listening = router->listen(); !listening) return std::unexpected(listening.error());
  return router;
}

}  // namespace signalbox::engine
