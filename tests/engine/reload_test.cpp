// SPDX-License-Identifier: Apache-2.0
#include "engine/reload.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "engine/console_fixture.h"
#include "patience.h"

namespace signalbox::engine {
namespace {

namespace fs = std::filesystem;

// Serves nobody, and takes what it is told.
class NoServer final : public server::Server {
 public:
  void start() override {}
  [[nodiscard]] std::uint16_t port() const override { return 0; }
  [[nodiscard]] std::size_t workers() const override { return 0; }
  [[nodiscard]] server::Worker& worker(std::size_t) override { std::abort(); }
  void identify(std::shared_ptr<const server::TlsIdentity>, std::vector<std::string>) override {}
  [[nodiscard]] bool pulse() override { return true; }
  void drain(Duration) override {}
  [[nodiscard]] std::size_t connections() const override { return 0; }
};

class ReloaderTest : public PolicyStoreTest {
 protected:
  ReloaderTest() : files_(fs::temp_directory_path() / randomToken("reload-")), policies_(openStore()) {
    fs::create_directories(files_);
    write("first");
    const auto config = configOf({"first"});
    generations_ = std::make_unique<Generations>(config);
    auto access = Access::open({config, Secret("client"), Secret("control")});
    EXPECT_TRUE(access);
    access_ = std::move(*access);
  }
  ~ReloaderTest() override {
    std::error_code ignored;
    fs::remove_all(files_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (files_ / name).string(); }
  void write(const std::string& name) { std::ofstream(file(name), std::ios::app) << "more and "; }
  [[nodiscard]] std::shared_ptr<const config::Config> configOf(const std::vector<std::string>& read_from) const {
    auto config = std::make_shared<config::Config>();
    config->store_path = file("store.db");
    for (const auto& name : read_from) config->read_from.push_back(file(name));
    for (const auto& tier : kTiers) config->tiers.push_back({tier, {}, {}});
    return config;
  }
  using Loaded = std::expected<std::shared_ptr<const config::Config>, config::ConfigErrors>;
  [[nodiscard]] std::unique_ptr<Reloader> reloader(std::function<Loaded(int, std::vector<std::string>&)> load) {
    Reloader::Options options;
    options.load = [this, load = std::move(load)](std::vector<std::string>& named) {
      const std::lock_guard lock(mutex_);
      ++loads_;
      loaded_.notify_all();
      return load(loads_, named);
    };
    options.client_token = Secret("client");
    options.control_token = Secret("control");
    options.look = std::chrono::milliseconds(5);
    return std::make_unique<Reloader>(Reloader::Parts{*generations_, *access_, *policies_, data_, control_}, std::move(options));
  }
  [[nodiscard]] bool loads(int times) {
    std::unique_lock lock(mutex_);
    return loaded_.wait_for(lock, patient(std::chrono::seconds(5)), [&] { return loads_ >= times; });
  }

  fs::path files_;
  std::unique_ptr<PolicyStore> policies_;
  std::unique_ptr<Generations> generations_;
  std::unique_ptr<Access> access_;
  NoServer data_, control_;
  std::mutex mutex_;
  std::condition_variable loaded_;
  int loads_ = 0;
};

TEST_F(ReloaderTest, aChangeWhileAnotherListOfFilesIsReadIsFound) {
  const auto reloader = this->reloader([this](int load, std::vector<std::string>&) -> Loaded {
    auto config = configOf({"first", "second"});
    if (load == 1) write("second");
    if (load == 1) write("first");  // after it was read
    return config;
  });
  EXPECT_EQ(reloader->run().result, "applied");
  reloader->watch();
  EXPECT_TRUE(loads(2));
  reloader->stop();
}

TEST_F(ReloaderTest, whatWasRefusedIsReadAgainWhenAFileThatItNamedComes) {
  const auto reloader = this->reloader([this](int load, std::vector<std::string>& named) -> Loaded {
    named = {file("first"), file("missing")};
    if (load == 1) return std::unexpected(config::ConfigErrors{{file("first"), 1, 1, "the file missing is not there"}});
    return configOf({"first", "missing"});
  });
  EXPECT_EQ(reloader->run().result, "refused");
  reloader->watch();
  write("missing");
  EXPECT_TRUE(loads(2));
  reloader->stop();
  EXPECT_EQ(reloader->status().result, "applied");
}

}  // namespace
}  // namespace signalbox::engine
