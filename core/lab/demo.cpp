// SPDX-License-Identifier: Apache-2.0
#include "lab/demo.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "admit/token_file.h"
#include "lab/demo_customers.h"
#include "lab/demo_history.h"
#include "lab/simulated_upstream.h"

namespace signalbox::lab {
namespace {

// A folder of this run's own, gone with it. In memory where the session has such a place: nothing in it is to last.
class PassingFolder {
 public:
  static Result<PassingFolder> make() {
    const char* session = std::getenv("XDG_RUNTIME_DIR");
    std::error_code ignored;
    const std::filesystem::path base = session && std::filesystem::is_directory(session, ignored) ? std::filesystem::path(session)
                                                                                                    : std::filesystem::temp_directory_path(ignored);
    std::string pattern = (base / "signalbox-demo-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) return fail(ErrorCode::Io, pattern + ": cannot be made: " + std::strerror(errno));
    return PassingFolder(std::move(pattern));
  }
  PassingFolder(PassingFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PassingFolder& operator=(PassingFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~PassingFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit PassingFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Members die from the last to the first: customers, router, upstreams, files.
class RunningDemo final : public Demo {
 public:
  RunningDemo(DemoOptions options, PassingFolder folder) : options_(std::move(options)), folder_(std::move(folder)) {}
  ~RunningDemo() override { stop(); }

  Result<void> open() {
    auto traffic = makeSampleTraffic(sampleTemplates(), options_.prompts, options_.seed);
    if (!traffic) return std::unexpected(std::move(traffic.error()));
    traffic_ = std::move(*traffic);
    if (auto done = openUpstreams(); !done) return done;
    auto config = demoConfig(traffic_, ports(), folder_.path());
    if (!config) return std::unexpected(std::move(config.error()));
    if (auto done = makeHistory(**config); !done) return done;
    return openRouter(std::move(*config));
  }

  engine::Router& router() override { return *router_; }
  DemoCounts counts() const override { return customers_ ? customers_->counts() : DemoCounts{}; }
  std::int64_t historyRows() const override { return history_rows_; }
  std::string clientTokenFile() const override { return client_token_.path; }
  std::string controlTokenFile() const override { return control_token_.path; }

  void stop() override {
    if (customers_) customers_->stop();
    if (router_) router_->stop(std::chrono::seconds(1));
    for (auto& server : servers_) server->drain(Duration{});
    servers_.clear();
  }

 private:
  Result<void> openUpstreams() {
    for (const DemoUpstream& from : demoUpstreams()) {
      SimulationOptions simulation;
      simulation.models = {traffic_.models[from.model].name};
      simulation.latency = traffic_.models[from.model].latency;
      simulation.seed = options_.seed;
      simulation.generate = true;  // people try their own prompts on it
      auto fault = FaultScript::parse(from.fault);
      if (!fault) return std::unexpected(std::move(fault.error()));
      simulation.fault = std::move(*fault);
      upstreams_.push_back(std::make_unique<SimulatedUpstream>(traffic_.outcomes, std::move(simulation)));
      auto server = server::Server::bind({}, *upstreams_.back(), nullptr);
      if (!server) return std::unexpected(std::move(server.error()));
      (*server)->start();
      servers_.push_back(std::move(*server));
    }
    return {};
  }

  std::vector<std::uint16_t> ports() const {
    std::vector<std::uint16_t> ports;
    for (const auto& server : servers_) ports.push_back(server->port());
    return ports;
  }

  Result<void> makeHistory(const config::Config& config) {
    if (options_.history <= Duration{}) return {};
    journal::JournalOptions journal;
    journal.path = config.store_path;
    journal.router = config.router_name;
    auto store = journal::Journal::open(journal);
    if (!store) return std::unexpected(std::move(store.error()));
    HistoryOptions history;
    history.until = wallNow();
    history.length = options_.history;
    history.rate = options_.rate;
    history.seed = options_.seed;
    history.go_on = options_.go_on;
    const auto rows = writeHistory(**store, traffic_, config, history);
    if (!rows) return std::unexpected(rows.error());
    history_rows_ = *rows;
    return {};
  }

  Result<void> openRouter(std::shared_ptr<const config::Config> config) {
    auto client = admit::ensureToken(folder_.path(), admit::kClientTokenFile);
    if (!client) return std::unexpected(std::move(client.error()));
    client_token_ = std::move(*client);
    auto control = admit::ensureToken(folder_.path(), admit::kControlTokenFile);
    if (!control) return std::unexpected(std::move(control.error()));
    control_token_ = std::move(*control);
    engine::RouterOptions options;
    options.config = std::move(config);
    options.version = options_.version;
    options.listen = options_.listen;
    options.control = options_.control;
    options.simulated = true;
    options.client_token = client_token_.token;
    options.control_token = control_token_.token;
    auto router = engine::Router::start(std::move(options));
    if (!router) return std::unexpected(std::move(router.error()));
    router_ = std::move(*router);
    auto target = server::parseHttpTarget(router_->dataUrl() + "/v1");
    if (!target) return std::unexpected(std::move(target.error()));
    customers_ = std::make_unique<DemoCustomers>(traffic_, std::move(*target), client_token_.token, options_.rate, options_.seed + 1);
    return {};
  }

  DemoOptions options_;
  PassingFolder folder_;
  SampleTraffic traffic_;
  std::vector<std::unique_ptr<SimulatedUpstream>> upstreams_;
  std::vector<std::unique_ptr<server::Server>> servers_;
  admit::TokenFile client_token_, control_token_;
  std::int64_t history_rows_ = 0;
  std::unique_ptr<engine::Router> router_;
  std::unique_ptr<DemoCustomers> customers_;
};

}  // namespace

Result<std::unique_ptr<Demo>> Demo::start(DemoOptions options) {
  auto folder = PassingFolder::make();
  if (!folder) return std::unexpected(std::move(folder.error()));
  auto demo = std::make_unique<RunningDemo>(std::move(options), std::move(*folder));
  if (auto opened = demo->open(); !opened) return std::unexpected(std::move(opened.error()));
  return demo;
}

}  // namespace signalbox::lab
