// SPDX-License-Identifier: Apache-2.0
// Makes one connection to an upstream: libcurl resolves the name, connects (the address is vetted first), and shakes hands where
// it is https. Resolving runs on a thread of libcurl's own, so that it never blocks the worker. Lives on one worker's thread.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "upstream/trust.h"
#include "upstream/wire.h"

namespace signalbox::upstream {

class Dial {
 public:
  using Done = std::function<void(Result<std::shared_ptr<Wire>>)>;
  struct Target {
    std::string url;
    std::string ca_file;  // PEM; empty = the system's authorities
  };
  // `done` is called once, never within the constructor and never after the destructor, which gives up.
  // UpstreamDns, UpstreamConnect (also after 5 s), UpstreamTls.
  Dial(const Executor& executor, const Target& target, CURLSH* share, Trust& trust, Done done);
  ~Dial();
  Dial(const Dial&) = delete;
  Dial& operator=(const Dial&) = delete;

 private:
  class Attempt;
  std::shared_ptr<Attempt> attempt_;
};

}  // namespace signalbox::upstream
