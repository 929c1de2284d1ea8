// SPDX-License-Identifier: Apache-2.0
#include "engine/access.h"

#include <algorithm>

#include "admit/token_file.h"
#include "base/log.h"

namespace signalbox::engine {

Result<std::unique_ptr<Access>> Access::open(const AccessOptions& options) {
  std::unique_ptr<Access> access(new Access);
  if (auto done = access->resolve(options); !done) return std::unexpected(std::move(done.error()));
  return access;
}

Result<void> Access::resolve(const AccessOptions& options) {
  const config::Config& config = *options.config;
  client_keys_ = config.keys;
  control_ = config.control_tokens;
  const bool needs_client = client_keys_.empty() && !options.client_token;
  const bool needs_control = control_.empty() && !options.control_token;
  std::string folder;
  if (needs_client || needs_control) {
    auto found = config::stateFolder();
    if (!found) return std::unexpected(std::move(found.error()));
    folder = std::move(*found);
  }
  // Followed before it is read: a change in between is found at the first look.
  for (std::size_t i = 0; i < client_keys_.size(); ++i) follow(Kind::ClientKey, i, client_keys_[i].file);
  for (std::size_t i = 0; i < control_.size(); ++i) follow(Kind::ControlToken, i, control_[i].file);
  if (options.client_token) client_token_ = *options.client_token;
  if (needs_client) {
    auto file = admit::ensureToken(folder, admit::kClientTokenFile);
    if (!file) return std::unexpected(std::move(file.error()));
    client_token_ = file->token;
    client_file_ = file->path;
    follow(Kind::ClientToken, 0, client_file_);
  }
  if (options.control_token) control_.push_back({"local", domain::Role::Admin, *options.control_token});
  if (needs_control) {
    auto file = admit::ensureToken(folder, admit::kControlTokenFile);
    if (!file) return std::unexpected(std::move(file.error()));
    control_.push_back({"control-token", domain::Role::Admin, file->token});
    control_file_ = file->path;
    follow(Kind::ControlToken, control_.size() - 1, control_file_);
  }
  keys_.set(std::make_shared<admit::KeyRing>(client_keys_, client_token_, book_));
  return {};
}

void Access::follow(Kind kind, std::size_t index, const std::string& path) {
  if (!path.empty()) watched_.push_back({kind, index, path, {}});
}

Access::ControlTokens Access::controlTokens() const {
  const std::lock_guard lock(mutex_);
  return control_;
}

Secret Access::clientToken() const {
  const std::lock_guard lock(mutex_);
  return client_token_;
}

std::string Access::clientFile() const {
  const std::lock_guard lock(mutex_);
  return client_file_;
}

std::string Access::controlFile() const {
  const std::lock_guard lock(mutex_);
  return control_file_;
}

void Access::adopt(Access& next) {
  const std::lock_guard one_at_a_time(publishing_);
  ControlTokens tokens;
  {
    const std::lock_guard lock(mutex_);
    client_keys_ = std::move(next.client_keys_);
    client_token_ = std::move(next.client_token_);
    control_ = std::move(next.control_);
    watched_ = std::move(next.watched_);
    client_file_ = std::move(next.client_file_);
    control_file_ = std::move(next.control_file_);
    keys_.set(std::make_shared<admit::KeyRing>(client_keys_, client_token_, book_));
    tokens = control_;
  }
  if (changed_) changed_(std::move(tokens));
}

void Access::watch(Duration every, std::function<void(ControlTokens)> changed) {
  changed_ = std::move(changed);
  ticker_.emplace();
  looking_ = ticker_->every(every, [this] { (void)look(); });
}

void Access::stop() {
  looking_.reset();
  ticker_.reset();
}

bool Access::look() {
  const std::lock_guard one_at_a_time(publishing_);
  bool clients = false, control = false;
  ControlTokens tokens;
  {
    const std::lock_guard lock(mutex_);
    for (Watched& watched : watched_) {
      if (refresh(watched)) (watched.kind == Kind::ControlToken ? control : clients) = true;
    }
    if (clients) keys_.set(std::make_shared<admit::KeyRing>(client_keys_, client_token_, book_));
    if (control) tokens = control_;
  }
  if (control && changed_) changed_(std::move(tokens));
  return clients || control;
}

Secret& Access::secretOf(const Watched& watched) {
  switch (watched.kind) {
    case Kind::ClientKey: return client_keys_[watched.index].key;
    case Kind::ControlToken: return control_[watched.index].token;
    case Kind::ClientToken: break;
  }
  return client_token_;
}

// Equal secrets under two names would make it chance which name and rights a caller has.
bool Access::isTaken(const Watched& watched, const Secret& secret) const {
  const Sha256 digest = secret.digest();
  const auto others = [&](const auto& list, auto member) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i != watched.index && (list[i].*member).digest() == digest) return true;
    }
    return false;
  };
  if (watched.kind == Kind::ClientKey) return others(client_keys_, &config::ClientKey::key);
  return watched.kind == Kind::ControlToken && others(control_, &config::ControlToken::token);
}

// Whether another secret is in force now.
bool Access::refresh(Watched& watched) {
  const FileStamp stamp = fileStamp(watched.path);
  if (stamp == watched.seen) return false;
  watched.seen = stamp;
  const auto fresh = config::systemSecrets()->file(watched.path);
  if (!fresh) {
    log::warn("{}; the token or key that was read from it before stays in force", fresh.error().message);
    return false;
  }
  Secret& secret = secretOf(watched);
  if (fresh->digest() == secret.digest()) return false;
  if (isTaken(watched, *fresh)) {
    log::warn("{} now holds the same secret as another name; the one before stays in force", watched.path);
    return false;
  }
  secret = *fresh;
  log::info("{} has changed: its new secret is in force, the one before is not any more", watched.path);
  return true;
}

}  // namespace signalbox::engine
