// SPDX-License-Identifier: Apache-2.0
// One attempt's way through the dialects: the client's request into what the upstream speaks, and its answer back into what the
// client speaks. Pure; one per attempt, because a stream's state is kept between its events.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "dialect/answer.h"
#include "domain/request.h"
#include "http/sse.h"

namespace signalbox::dialect {

class Translation {
 public:
  virtual ~Translation() = default;

  struct Outgoing {
    std::string path;  // below the upstream's base URL: "/chat/completions"
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers = {};  // beside those that every request to the upstream has
    std::vector<std::string> dropped = {};  // members of the client's request that the upstream's dialect has no word for
  };
  // NotCarried with `param` when the upstream's dialect cannot carry what the client asked for.
  [[nodiscard]] virtual Result<Outgoing> request(const domain::Request& request, std::string_view model, bool stream) = 0;

  // A complete answer under a 200, read into `state`; returns the client's body. UpstreamMalformed when it is none,
  // UpstreamError when it is an error object.
  [[nodiscard]] virtual Result<std::string> whole(std::string_view body, AnswerState& state) = 0;

  // What the client gets of one event of a stream.
  struct Relayed {
    enum class Kind : std::uint8_t {
      AsItCame,
      Data,     // `text` instead of its data; id, comments and line ends as they came
      Events,   // `text` instead of the whole event: no, one or several events
      Dropped,
    };
    Kind kind = Kind::AsItCame;
    std::string text = {};
  };
  // Reads an event with data into `state`; sets state.done at the terminal one, of which nothing is returned. Errors as above.
  [[nodiscard]] virtual Result<Relayed> event(const http::SseEvent& event, AnswerState& state) = 0;
  // Whether `event` is the upstream's terminal one.
  [[nodiscard]] virtual bool ends(const http::SseEvent& event) const = 0;
  // At the end of the upstream's bytes, and at its terminal event: UpstreamTruncated without one, UpstreamMalformed when it says
  // nothing before.
  [[nodiscard]] virtual Result<void> checkEnd(const AnswerState& state) const = 0;
  // The client's terminal events. REQUIRES: checkEnd() passed; `event` is the upstream's, or null where its bytes just ended.
  [[nodiscard]] virtual std::string terminal(const http::SseEvent* event) = 0;

  // What ends the client's stream badly, where that depends on what it has had so far; empty: the dialect's errorEvent() does.
  [[nodiscard]] virtual std::string failure(const Error&) { return {}; }

  // An answer with a status of 400 or more, for the client's dialect; see readUpstreamError().
  [[nodiscard]] virtual Error error(int status, std::string_view body, double retry_after_s) const = 0;
};

// For a client and an upstream of these dialects. `add` is what the router asks for beside what the client wants; `now` is in
// seconds since 1970.
[[nodiscard]] std::unique_ptr<Translation> translate(domain::Dialect client, domain::UpstreamApi upstream, const Additions& add, std::int64_t now);

}  // namespace signalbox::dialect
