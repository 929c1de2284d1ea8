// SPDX-License-Identifier: Apache-2.0
#include "engine/data_plane.h"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/json_doc.h"
#include "base/log.h"
#include "base/strings.h"
#include "dialect/anthropic_models.h"
#include "dialect/client_dialect.h"
#include "dialect/feedback.h"
#include "dialect/messages.h"
#include "dialect/openai_error.h"
#include "engine/count_tokens.h"
#include "engine/model_list.h"
#include "engine/shedding.h"
#include "http/percent.h"
#include "server/request_checks.h"

namespace signalbox::engine {
namespace {

constexpr std::string_view kModels = "/v1/models";

http::Response json(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.set("content-type", "application/json");
  response.body = std::move(body);
  return response;
}

http::Response text(std::string body, std::string type) {
  http::Response response;
  response.headers.set("content-type", std::move(type));
  response.body = std::move(body);
  return response;
}

// The methods of each path; empty: no such path.
std::string_view allowedMethods(std::string_view path) {
  if (dialect::dialectOf(path) || path == "/v1/feedback" || path == dialect::kCountTokensPath) return "POST";
  if (path == kModels || path.starts_with("/v1/models/") || path == "/healthz" || path == "/readyz" || path == "/metrics") return "GET, HEAD";
  return {};
}

// How who asks expects to be told of errors.
domain::Dialect spokenIn(const http::Request& request) {
  const bool anthropic = server::speaksAnthropic(request.path()) || request.headers.has("anthropic-version");
  return anthropic ? domain::Dialect::AnthropicMessages : domain::Dialect::OpenAiChat;
}

}  // namespace

DataPlane::DataPlane(RouteServices services, const Generations& generations, Facts facts, std::size_t workers)
    : services_(services), generations_(generations), facts_(std::move(facts)), lanes_(workers), clients_(workers), replies_(workers) {}

DataPlane::Lane::Lane(server::Worker& worker, std::shared_ptr<const Generation> current)
    : generation(std::move(current)), client(std::make_shared<upstream::Client>(worker.executor(), generation->config, generation->health)) {}

std::shared_ptr<DataPlane::Lane> DataPlane::lane(server::Worker& worker) {
  auto& own = lanes_[worker.index()];
  if (!own || own->generation->number != generations_.number()) {
    own = std::make_shared<Lane>(worker, generations_.current());
    auto& all = clients_[worker.index()];
    std::erase_if(all, [](const auto& one) { return one.expired(); });
    all.push_back(own->client);
  }
  return own;
}

// What wakes the last request of a lane may be the lane's own timer or connection, which is still at work then: a lane that is no longer
// in force ends on a turn of its own.
struct DataPlane::Hold {
  std::shared_ptr<Lane> lane;
  const std::shared_ptr<Lane>& in_force;
  Executor executor;
  ~Hold() {
    if (lane != in_force) asio::post(executor, [last = std::move(lane)] {});
  }
};

DataPlane::Hold DataPlane::hold(server::Worker& worker) { return {lane(worker), lanes_[worker.index()], worker.executor()}; }

Task<void> DataPlane::handle(server::Worker& worker, http::Request request, server::Responder& responder) {
  // The client's leaving comes back as a value, ClientGone, so that the record of the request is written all the same.
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto dialect = dialect::dialectOf(request.path());
  if (dialect && request.method == "POST") {
    const Hold own = hold(worker);
    Route route(services_, *own.lane->generation, *own.lane->client, *dialect, std::move(request), responder, worker.lag() > kMostLag);
    co_await route.run();
    co_return;
  }
  // Whatever came of it can be asked about by an id, also where nothing was decided.
  const bool of_the_api = request.path().starts_with("/v1/");
  http::Response response = co_await answer(worker, std::move(request));
  if ((of_the_api || response.status >= 400) && !response.headers.has("x-signalbox-decision-id")) {
    response.headers.set("x-signalbox-decision-id", Uuid::v7().string());
  }
  co_await responder.send(std::move(response));
}

bool DataPlane::takes(std::string_view method, std::string_view path) const { return allowedMethods(path) == method; }

std::optional<server::Handler::Sender> DataPlane::sender(const http::Request& head) const {
  if (!takes(head.method, head.path())) return Sender{.known = false};
  const auto keys = services_.keys.get();
  const auto key = keys->authenticate(head.headers);
  if (!key) return Sender{.known = false};
  return Sender{.name = keys->size() > 1 ? (*key)->name : std::string()};
}

void DataPlane::end(server::Worker& worker) {
  if (const auto replies = std::exchange(replies_[worker.index()], nullptr)) replies->end();
  for (const auto& open : std::exchange(clients_[worker.index()], {})) {
    if (const auto client = open.lock()) client->giveUp();
  }
  lanes_[worker.index()].reset();
}

Task<http::Response> DataPlane::answer(server::Worker& worker, http::Request request) {
  const std::string_view path = request.path();
  const std::string_view allowed = allowedMethods(path);
  if (allowed.empty()) {
    co_return dialect::errorResponse({ErrorCode::UnknownRoute, "there is nothing at " + std::string(cutUtf8(path, 100)) + "; the API is under /v1, see /v1/models", {}, {}, 0, 0}, spokenIn(request));
  }
  const auto methods = split(allowed, ' ');
  if (std::none_of(methods.begin(), methods.end(), [&](std::string_view method) { return method.substr(0, method.find(',')) == request.method; })) {
    auto response = dialect::errorResponse({ErrorCode::MethodNotAllowed, std::string(path) + " takes " + std::string(allowed), {}, {}, 0, 0}, spokenIn(request));
    response.headers.set("allow", std::string(allowed));
    co_return response;
  }
  if (path == "/healthz") co_return json(200, R"({"status":"ok"})");
  if (path == "/readyz") co_return ready();
  if (path == "/metrics") co_return metrics(request);
  const auto keys = services_.keys.get();
  const auto key = keys->authenticate(request.headers);
  if (!key) {
    services_.counters.refused(401);  // it has no row
    co_return dialect::errorResponse(key.error(), spokenIn(request));
  }
  if (!request.unread.empty()) co_return dialect::errorResponse(noRoom(request.unread), spokenIn(request));
  if (path == dialect::kCountTokensPath) {
    if (auto shed = shedding(worker.lag() > kMostLag, services_.memory)) co_return dialect::errorResponse(*shed, spokenIn(request));
    const Hold own = hold(worker);
    const CountServices count{*own.lane->generation->config, services_.policies.live(), **key, *own.lane->client};
    co_return co_await countTokens(count, std::move(request));
  }
  if (path == "/v1/feedback") co_return co_await takeFeedback(worker, request);
  co_return models(request);
}

Task<http::Response> DataPlane::takeFeedback(server::Worker& worker, const http::Request& request) {
  auto label = dialect::readFeedback(request.body, wallNow());
  if (!label) co_return dialect::errorResponse(label.error());
  const std::string id = label->decision_id.string();
  auto& journal = services_.journal;
  const auto add = [&](auto reply) { journal.addLabel(std::move(*label), std::nullopt, std::move(reply)); };
  auto& replies = replies_[worker.index()];
  if (!replies) replies = std::make_shared<Replies>(worker.executor());
  const auto kept = co_await Replies::await<void>(replies, add);
  if (!kept && kept.error().code == ErrorCode::Io) {
    constexpr double kComeBack = 5;
    log::warn("feedback could not be kept: {}", kept.error().message);
    co_return dialect::errorResponse({ErrorCode::Unavailable, "the router's store cannot be written to, and the feedback is not kept; send it again once /readyz says \"ready\", "
                                                              "which takes room on its disk", {}, {}, 0, kComeBack});
  }
  if (!kept) co_return dialect::errorResponse(kept.error());
  http::Response response = json(200, R"({"status":"ok","decision_id":")" + id + "\"}");
  response.headers.set("x-signalbox-decision-id", id);
  co_return response;
}

http::Response DataPlane::models(const http::Request& request) const {
  const auto generation = generations_.current();
  const auto listed = listModels(*generation->config, *services_.policies.live(), *generation->pricing);
  const bool anthropic = spokenIn(request) == domain::Dialect::AnthropicMessages;
  if (request.path() == kModels) return json(200, anthropic ? dialect::anthropicModelsBody(listed) : dialect::modelsBody(listed));
  std::string wanted = http::percentDecoded(request.path().substr(kModels.size() + 1));
  if (!isValidUtf8(wanted)) wanted = request.path().substr(kModels.size() + 1);  // then it is nobody's name, and can be told
  for (const auto& model : listed) {
    if (model.id == wanted) return json(200, anthropic ? dialect::anthropicModelBody(model) : dialect::modelBody(model));
  }
  return dialect::errorResponse({ErrorCode::ModelNotFound, "there is no model \"" + std::string(cutUtf8(wanted, 100)) + "\" here; GET /v1/models lists them", "model", {}, 0, 0}, spokenIn(request));
}

http::Response DataPlane::ready() const {
  const std::string state = facts_.state();
  auto response = json(state == "ready" || state == "degraded" ? 200 : 503, R"({"status":")" + state + "\"}");
  if (response.status == 503) response.headers.set("retry-after", "1");
  return response;
}

http::Response DataPlane::metrics(const http::Request& request) const {
  if (!request.loopback) {
    if (const auto client = services_.keys.get()->authenticate(request.headers); !client) return dialect::errorResponse(client.error());
  }
  return text(facts_.metrics(), "text/plain; version=0.0.4; charset=utf-8");
}

void DataPlane::refused(int status, std::string_view why) {
  services_.counters.refused(status);
  log::debug("refused with {}: {}", status, why);
}

}  // namespace signalbox::engine
