// SPDX-License-Identifier: Apache-2.0
#include "engine/count_tokens.h"

#include <algorithm>

#include "base/json_doc.h"
#include "dialect/client_dialect.h"
#include "dialect/messages.h"
#include "engine/model_names.h"
#include "text/tokens.h"
#include "upstream/exchange.h"
#include "upstream/place.h"

namespace signalbox::engine {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);
constexpr std::string_view kSource = "x-signalbox-usage-source";

bool isAnthropic(const config::Config& config, const domain::Deployment& deployment) {
  return config.upstream(deployment.upstream)->api == domain::UpstreamApi::Anthropic;
}

// Who can count for what may be asked: of a name that is routed, any, but only where all that may be chosen are of one kind.
const domain::Deployment* counterFor(const config::Config& config, const ModelMeaning& meaning) {
  if (const auto* pinned = std::get_if<PinnedDeployment>(&meaning)) return isAnthropic(config, pinned->deployment) ? &pinned->deployment : nullptr;
  std::vector<const domain::Deployment*> all;
  const auto* tier = std::get_if<PinnedTier>(&meaning);
  for (std::size_t i = 0; i < config.tiers.size(); ++i) {
    if (tier != nullptr && domain::index(tier->tier) != i) continue;
    for (const auto& deployment : config.tiers[i].deployments) all.push_back(&deployment);
  }
  const bool alike = std::all_of(all.begin(), all.end(), [&](const auto* deployment) { return isAnthropic(config, *deployment); });
  return alike && !all.empty() ? all.front() : nullptr;
}

http::Response json(std::string body, std::string_view source) {
  http::Response response;
  response.headers.add("content-type", "application/json");
  response.headers.add(kSource, source);
  response.body = std::move(body);
  return response;
}

// Of everything that is text: what is said, and the tools' descriptions.
http::Response estimate(const domain::Request& request) {
  std::int64_t bytes = 0;
  for (const auto& message : request.messages) bytes += static_cast<std::int64_t>(message.text.size());
  if (const auto doc = JsonDoc::parse(request.body)) {
    const auto tools = doc->root()["tools"];
    if (tools.isArray() && tools.size() > 0) bytes += static_cast<std::int64_t>(tools.raw().size());
  }
  return json("{\"input_tokens\":" + std::to_string(text::estimateTokens(bytes)) + "}", "estimated");
}

// A limit and a refused key hold for all requests. Any other failure may be one of counting alone, which many servers do not know.
bool saysMore(const Result<void>& opened) {
  return opened || opened.error().code == ErrorCode::UpstreamRateLimited || opened.error().code == ErrorCode::UpstreamAuth;
}

// Neither waits for a place nor goes to see whether somebody is well again: there is an estimate.
Task<Result<std::string>> askUpstream(upstream::Client& client, const domain::Deployment& deployment, const domain::Request& request) {
  upstream::Exchange::Plan plan{.translation = dialect::countToCount(), .sent = {}, .stream = false};
  auto sent = plan.translation->request(request, deployment.model, false);
  if (!sent) co_return std::unexpected(sent.error());
  plan.sent = std::move(*sent);
  upstream::ExchangeLimits limits;
  limits.whole = steadyNow() + kPatience;
  const auto places = client.health(deployment.upstream).places;
  auto place = upstream::placeNow(places);
  if (!place) co_return std::unexpected(upstream::noPlace({{deployment.upstream, places}}));
  auto permit = client.protection().of(deployment).admit(steadyNow(), false);
  if (!permit || permit->trial()) co_return fail(ErrorCode::Unavailable, "the upstream is left alone for the moment");
  upstream::Exchange exchange(client, deployment, std::move(plan), limits, domain::AttemptRole::Serve);
  exchange.keep(std::move(*place));
  auto opened = co_await exchange.open();
  if (saysMore(opened)) permit->ended(opened, steadyNow());
  if (!opened) co_return std::unexpected(opened.error());
  co_return exchange.takeRelayBytes();
}

}  // namespace

Task<http::Response> countTokens(CountServices services, http::Request http) {
  constexpr auto kDialect = domain::Dialect::AnthropicMessages;
  auto request = dialect::readCountRequest(std::move(http.body), http.headers);
  if (!request) co_return dialect::errorResponse(request.error(), kDialect);
  const auto meaning = readModelName(request->model, services.config, *services.policy);
  if (!meaning) co_return dialect::errorResponse(meaning.error(), kDialect);
  if (!std::holds_alternative<RoutedModel>(*meaning) && !services.key.workloads.empty()) {
    const Error forbidden{ErrorCode::Forbidden, "this key is for workloads; ask for \"auto:" + services.key.workloads.front() + "\"", "model", {}, 0, 0};
    co_return dialect::errorResponse(forbidden, kDialect);
  }
  if (const auto* deployment = counterFor(services.config, *meaning)) {
    admit::Holding holding;
    if (auto entered = services.key.account->enter(services.key.limits, steadyNow(), holding); !entered) co_return dialect::errorResponse(entered.error(), kDialect);
    auto counted = co_await askUpstream(services.client, *deployment, *request);
    if (counted) co_return json(std::move(*counted), "provider");
    // A request that is wrong is told so; where nobody counts, an estimate is better than nothing.
    const Error& error = counted.error();
    if (error.code == ErrorCode::UpstreamRejected && error.status != 404) co_return dialect::errorResponse(error, kDialect);
  }
  co_return estimate(*request);
}

}  // namespace signalbox::engine
