// SPDX-License-Identifier: Apache-2.0
#include "server/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace signalbox::server {
namespace {

constexpr rlim_t kDescriptorsKept = 64;  // for upstreams, the store and the log while clients are many

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool loopback = false;
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] in_port_t& port() {
    return storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port
                                         : reinterpret_cast<sockaddr_in*>(&storage)->sin_port;
  }
};

Result<Address> readAddress(const Endpoint& endpoint) {
  Address out;
  std::string text = endpoint.address == "localhost" ? "127.0.0.1" : endpoint.address;
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage); inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    out.size = sizeof(sockaddr_in);
    out.loopback = (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
  } else if (auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage); inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    out.size = sizeof(sockaddr_in6);
    out.loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
  } else {
    return fail(ErrorCode::InvalidConfig, "The address " + endpoint.address + " is not an IP address; write 127.0.0.1 or ::1.");
  }
  out.port() = htons(endpoint.port);
  return out;
}

std::string named(const Endpoint& endpoint, std::uint16_t port) { return endpoint.address + ":" + std::to_string(port); }

std::unexpected<Error> cannotListen(const std::string& where, int error) {
  std::string message = "Cannot listen on " + where + ": " + std::strerror(error) + ". ";
  if (error == EADDRINUSE) message += "Another program has that port; stop it or choose another port.";
  else if (error == EACCES) message += "Ports below 1024 need rights; choose another port.";
  else if (error == EADDRNOTAVAIL) message += "This machine has no such address.";
  else message += "Choose another address or port.";
  return fail(ErrorCode::Io, std::move(message), where);
}

void closeAll(const std::vector<int>& descriptors) {
  for (const int descriptor : descriptors) ::close(descriptor);
}

// The kernel gives a connection to whichever worker asks first.
Result<Listeners> share(const Endpoint& endpoint, std::size_t workers) {
  Listeners out;
  out.port = endpoint.port;
  ::fcntl(endpoint.descriptor, F_SETFL, ::fcntl(endpoint.descriptor, F_GETFL) | O_NONBLOCK);
  for (std::size_t i = 0; i < workers; ++i) {
    const int copy = ::fcntl(endpoint.descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
      const int error = errno;
      closeAll(out.descriptors);
      return cannotListen(named(endpoint, endpoint.port), error);
    }
    out.descriptors.push_back(copy);
  }
  ::close(endpoint.descriptor);
  return out;
}

}  // namespace

Result<Endpoint> listeningAt(int descriptor) {
  Address address;
  address.size = sizeof address.storage;
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0 ||
      ::getsockname(descriptor, address.get(), &address.size) != 0 ||
      (address.storage.ss_family != AF_INET && address.storage.ss_family != AF_INET6)) {
    return fail(ErrorCode::InvalidConfig, "the socket that was handed over does not listen on TCP");
  }
  const bool v6 = address.storage.ss_family == AF_INET6;
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes = v6 ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_addr)
                         : static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(&address.storage)->sin_addr);
  ::inet_ntop(v6 ? AF_INET6 : AF_INET, bytes, text, sizeof text);
  return Endpoint{text, ntohs(address.port()), descriptor};
}

Result<Listeners> openListeners(const Endpoint& endpoint, std::size_t workers, bool tls) {
  auto address = readAddress(endpoint);
  if (!address) return std::unexpected(address.error());
  if (!address->loopback && !tls) {
    return fail(ErrorCode::InvalidConfig, "Listening on " + named(endpoint, endpoint.port) +
                                              ", beyond loopback, needs tls: { cert: FILE, key: FILE } in the configuration; without it use 127.0.0.1.");
  }
  if (endpoint.descriptor >= 0) return share(endpoint, workers);
  Listeners out;
  const int one = 1;
  for (std::size_t i = 0; i < workers; ++i) {
    const int descriptor = ::socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const auto failed = [&](int error) {
      if (descriptor >= 0) ::close(descriptor);
      closeAll(out.descriptors);
      return cannotListen(named(endpoint, ntohs(address->port())), error);
    };
    if (descriptor < 0) return failed(errno);
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    // The first is bound plainly, so that a port in use is noticed; only then may the others share it.
    if (i > 0) ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (::bind(descriptor, address->get(), address->size) != 0) return failed(errno);
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (i == 0 && ::getsockname(descriptor, address->get(), &address->size) != 0) return failed(errno);
    out.port = ntohs(address->port());
    out.descriptors.push_back(descriptor);
  }
  for (const int descriptor : out.descriptors) {
    if (::listen(descriptor, 4096) == 0) continue;
    const int error = errno;
    closeAll(out.descriptors);
    return cannotListen(named(endpoint, out.port), error);
  }
  return out;
}

bool descriptorsScarce(int newest) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  return static_cast<rlim_t>(newest) + kDescriptorsKept >= limit.rlim_cur;
}

void liftDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace signalbox::server
