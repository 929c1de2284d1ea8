// SPDX-License-Identifier: Apache-2.0
// Sends one prompt to a target and reads what it says, headers and final comment included. Lives on its HttpClient's executor.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "lab/replay_result.h"
#include "server/http_client.h"

namespace signalbox::lab {

struct CallOptions {
  std::string model = "auto";
  Secret key;  // may be empty
  bool stream = false;
  bool logprobs = false;
  std::vector<std::pair<std::string, std::string>> headers;  // x-signalbox-workload and the like
};

class ReplayClient {
 public:
  ReplayClient(server::HttpClient& http, CallOptions options);

  // Everything but row, score and feedback filled in.
  [[nodiscard]] Task<ReplayResult> ask(const std::vector<domain::Message>& messages);
  // POST /v1/feedback; true when it was acknowledged.
  [[nodiscard]] Task<bool> postFeedback(const std::string& decision_id, double score);
  // GET /v1/models.
  [[nodiscard]] Task<Result<std::string>> models();

 private:
  http::Request request(std::string method, std::string path, std::string body) const;
  server::HttpClient& http_;
  CallOptions options_;
};

}  // namespace signalbox::lab
