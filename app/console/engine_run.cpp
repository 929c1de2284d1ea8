// SPDX-License-Identifier: GPL-3.0-only
#include "console/engine_run.h"

#include "config/config.h"
#include "policy/policy.h"

namespace signalbox::app {

Result<std::unique_ptr<EngineRun>> EngineRun::start(const EngineWish& wish, std::uint16_t* tried) {
  auto run = std::make_unique<EngineRun>();
  if (wish.demo) {
    lab::DemoOptions options;
    options.version = SIGNALBOX_VERSION;
    options.listen.port = wish.port;
    options.control.port = wish.control_port;
    auto demo = lab::Demo::start(std::move(options));
    if (!demo) return std::unexpected(demo.error());
    run->demo_ = std::move(*demo);
    return run;
  }
  auto config = config::loadNamed(wish.config, &policy::check);
  if (!config) return std::unexpected(config.error());
  engine::RouterOptions options;
  options.config = *config;
  options.version = SIGNALBOX_VERSION;
  if (wish.port != 0) {
    options.listen = (*config)->listen;
    options.listen->port = wish.port;
  }
  if (tried) *tried = wish.port != 0 ? wish.port : (*config)->listen.port;
  auto router = engine::Router::start(std::move(options));
  if (!router) return std::unexpected(router.error());
  run->router_ = std::move(*router);
  return run;
}

EngineRun::~EngineRun() = default;

engine::Router& EngineRun::router() { return demo_ ? demo_->router() : *router_; }

void EngineRun::stop(Duration drain) {
  if (demo_) demo_->stop();
  if (router_) router_->stop(drain);
}

}  // namespace signalbox::app
