// SPDX-License-Identifier: Apache-2.0
#include "lab/demo_config.h"

#include <algorithm>

namespace signalbox::lab {

using namespace std::chrono_literals;

const std::vector<DemoUpstream>& demoUpstreams() {
  static const std::vector<DemoUpstream> all{
      {"sim-local", "local", 0, "", 2s, 0.05, 0.20},
      {"sim-north", "mid", 1, "160*ok; 2*status=503; 90*ok; status=429,retry-after=2; repeat", 4s, 0.40, 1.60},
      {"sim-south", "mid", 1, "", 4s, 0.40, 1.60},
      {"sim-frontier", "frontier", 2, "", 10s, 5.00, 15.00},
  };
  return all;
}

Result<std::shared_ptr<const config::Config>> demoConfig(const SampleTraffic& traffic, const std::vector<std::uint16_t>& ports,
                                                         const std::string& folder) {
  auto config = std::make_shared<config::Config>();
  config->router_name = "demo";
  config->listen = {"127.0.0.1", 0};
  config->control = {"127.0.0.1", 0};
  config->workers = 1;
  config->store_path = folder + "/demo.db";
  const auto& upstreams = demoUpstreams();
  for (std::size_t i = 0; i < upstreams.size(); ++i) {
    const DemoUpstream& from = upstreams[i];
    const std::string& model = traffic.models.at(from.model).name;
    domain::Upstream upstream;
    upstream.name = from.name;
    upstream.base_url = "http://127.0.0.1:" + std::to_string(ports.at(i)) + "/v1";
    domain::ModelOffer offer;
    offer.id = model;
    offer.logprobs = true;
    offer.price = domain::Price{from.input / 1e6, from.output / 1e6, std::nullopt, std::nullopt, "made up for the demo"};
    upstream.models.push_back(std::move(offer));
    config->upstreams.push_back(std::move(upstream));
    const domain::Deployment deployment{from.name, model};
    const auto tier = std::ranges::find(config->tiers, from.tier, &domain::Tier::name);
    if (tier != config->tiers.end()) {
      tier->deployments.push_back(deployment);
    } else {
      config->tiers.push_back({from.tier, {deployment}, from.timeout});
    }
  }
  auto policy = parseJson(samplePolicy());
  if (!policy) return std::unexpected(std::move(policy.error()));
  config->policy = domain::PolicyDocument{std::move(*policy)};
  const auto compiled = policy::compile(*config->policy, config->tierNames(), 1);
  if (!compiled) return fail(ErrorCode::InvalidConfig, "the demo's policy: " + compiled.error().front().message);
  auto maps = demoCalibrations(**compiled, config->tiers);
  if (!maps) return std::unexpected(std::move(maps.error()));
  config->calibrations = std::move(*maps);
  return std::shared_ptr<const config::Config>(std::move(config));
}

}  // namespace signalbox::lab
