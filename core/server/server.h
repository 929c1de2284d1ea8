// SPDX-License-Identifier: Apache-2.0
// Listeners, workers and connections. Owned by the program; started and stopped from one thread. Each worker has its own
// thread, io_context and SO_REUSEPORT listener; a plain bind comes first, so that a port in use is noticed.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "server/handler.h"
#include "server/tls_identity.h"
#include "server/websocket_stream.h"

namespace signalbox::server {

struct Limits {
  std::size_t max_head = 16 << 10;
  std::size_t max_fields = 100;
  std::size_t max_line = 8 << 10;
  Duration head_time = std::chrono::seconds(10);
  std::size_t max_body = 32u << 20;
  std::size_t max_bodies_in_flight = 256u << 20;
  Duration body_grace = std::chrono::seconds(20);  // a body must arrive within this plus its size / body_rate
  std::size_t body_rate = 1 << 10;                 // bytes per second
  Duration keep_alive = std::chrono::seconds(60);
  Duration write_stall = std::chrono::seconds(60);
  Duration heartbeat{};                            // an event stream that says nothing for so long sends a comment; 0: never
  std::size_t max_connections = 10'000;
  std::size_t max_connections_per_address = 256;  // loopback exempt
  std::size_t write_buffer = 256u << 10;
};

struct Endpoint {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0 picks a free one
  int descriptor = -1;     // of a socket that listens already, at just that address; the server takes it
};

struct ServerOptions {
  Endpoint listen;
  std::size_t workers = 1;
  Limits limits;
  const std::atomic<bool>* refusing = nullptr;  // while it is true nothing is accepted, and no body is read; outlives the server
  SocketLimits socket_limits;
  bool check_host = true;  // exact allow-list of localhost, 127.0.0.1, [::1] with our port and of the names below, else 421
  std::vector<std::string> hosts{};  // further names, see HostList; none: those of the certificate
  std::shared_ptr<const TlsIdentity> identity{};  // TLS; always there beyond loopback
};

class Server {
 public:
  // Binds now and fails with Io naming address and port, or InvalidConfig beyond loopback without TLS; serves from start() on.
  // `sockets` may be null (no upgrades).
  [[nodiscard]] static Result<std::unique_ptr<Server>> bind(ServerOptions options, Handler& handler, SocketHandler* sockets);
  // Where a socket that was handed over listens. InvalidConfig when it does not, or is no TCP socket.
  [[nodiscard]] static Result<Endpoint> inherited(int descriptor);
  // Whether bind() would succeed now, so that a start can fail before it has written anything. The same errors.
  [[nodiscard]] static Result<void> probe(const Endpoint& listen, bool tls);
  virtual ~Server() = default;  // stops, if still running
  virtual void start() = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual std::size_t workers() const = 0;
  [[nodiscard]] virtual Worker& worker(std::size_t index) = 0;
  // Another certificate, and further names, for connections from now on. Thread-safe. REQUIRES: null where the server has none.
  virtual void identify(std::shared_ptr<const TlsIdentity> identity, std::vector<std::string> hosts) = 0;
  // Whether every worker has come round since the last call; asks them anew. For watchdogs. Thread-safe.
  [[nodiscard]] virtual bool pulse() = 0;
  // Stops accepting; open requests go on until `deadline`, then they are cancelled. Idle connections stay for one more request as
  // long as any request is open, and are closed then. Blocks until all workers are done. A second call from another thread
  // shortens the first.
  virtual void drain(Duration deadline) = 0;
  [[nodiscard]] virtual std::size_t connections() const = 0;
};

}  // namespace signalbox::server
