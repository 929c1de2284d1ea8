// SPDX-License-Identifier: Apache-2.0
// Starting, the dead man, and what everybody may ask.
#include "engine/policy_store.h"

#include <future>

#include "base/log.h"
#include "engine/policy_store_core.h"

namespace signalbox::engine {
namespace {

// One workload that takes everything, with the strategy that the policy's own defaults give it.
domain::PolicyDocument defaultDocument() { return {Json{{"workloads", Json::array({Json{{"name", "default"}}})}}}; }

std::string listed(const std::vector<policy::PolicyError>& errors) {
  std::string text;
  for (const policy::PolicyError& error : errors) {
    if (!text.empty()) text += "; ";
    text += (error.pointer.empty() ? std::string("/") : error.pointer) + ": " + error.message;
  }
  return text;
}

}  // namespace

Result<PolicyStore::Core::Compiled> PolicyStore::Core::compile(const domain::PolicyDocument& document,
                                                               domain::Revision revision) const {
  auto compiled = policy::compile(document, options_.tiers, revision);
  if (compiled) return std::move(*compiled);
  Json errors = Json::array();
  for (const policy::PolicyError& error : compiled.error()) {
    errors.push_back({{"pointer", error.pointer}, {"message", error.message}});
  }
  return std::unexpected(Error{ErrorCode::InvalidRequest, "the policy is not valid: " + listed(compiled.error()), "policy",
                               Json{{"errors", std::move(errors)}}.dump(), 0, 0});
}

Result<void> PolicyStore::Core::load() {
  auto reader = journal_.reader();
  if (!reader) return std::unexpected(std::move(reader.error()));
  auto stored = (*reader)->policy(std::nullopt);
  if (!stored && stored.error().code != ErrorCode::NotFound) return std::unexpected(std::move(stored.error()));
  if (!stored) return writeConfigured("first start");

  auto compiled = compile(stored->document, stored->revision);
  if (!compiled && options_.adopt_configured && options_.configured) {
    return writeFirst(*options_.configured, "the live policy did not fit the tiers");
  }
  if (!compiled) {
    return fail(ErrorCode::InvalidConfig, "policy revision " + std::to_string(stored->revision) +
                                              " in the store does not fit the configured tiers: " + compiled.error().message +
                                              "; apply a policy that fits both to the router as it was configured before, or move the store aside to begin with the policy file");
  }
  current_ = confirmed_ = *stored;
  live_.set(*compiled);
  confirmed_compiled_ = *compiled;
  if (!stored->confirmed) {
    auto confirmed = (*reader)->lastConfirmedPolicy();
    if (!confirmed && confirmed.error().code == ErrorCode::NotFound) {
      log::warn("policy revision {} was never confirmed, and the store has no confirmed one to go back to; {} takes its place",
                stored->revision, options_.configured ? "the configured policy" : "a policy that takes everything");
      return writeConfigured("the store had no confirmed policy");
    }
    if (!confirmed) return std::unexpected(std::move(confirmed.error()));
    auto old = compile(confirmed->document, confirmed->revision);
    if (!old) return std::unexpected(std::move(old.error()));
    confirmed_ = std::move(*confirmed);
    confirmed_compiled_ = std::move(*old);
  }
  if (current_.confirm_by && !current_.confirmed && *current_.confirm_by <= options_.clock()) {
    if (auto reverted = revertNow(); !reverted) return reverted;
  }
  if (options_.configured) {
    file_difference_ = policy::describe(policy::diff(current_.document, *options_.configured));
  } else {
    file_difference_ = options_.why_not_configured;
  }
  return {};
}

std::string PolicyStore::Core::differenceFrom(const domain::PolicyDocument& document) const {
  const std::lock_guard lock(mutex_);
  return policy::describe(policy::diff(current_.document, document));
}

// A policy that was meant and cannot be read is not replaced by one that takes everything.
Result<void> PolicyStore::Core::writeConfigured(const char* reason) {
  if (!options_.why_not_configured.empty()) return fail(ErrorCode::InvalidConfig, options_.why_not_configured);
  return writeFirst(options_.configured.value_or(defaultDocument()), reason);
}

Result<void> PolicyStore::Core::writeFirst(const domain::PolicyDocument& document, const char* reason) {
  auto compiled = compile(document, 0);
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  journal::PolicyCommit first;
  first.document = document;
  first.who = "configuration";
  first.role = domain::Role::Admin;
  first.reason = reason;
  std::promise<Result<control::PolicyApplied>> done;
  commit(std::move(first), std::move(*compiled), [&done](Result<control::PolicyApplied> reply) { done.set_value(std::move(reply)); });
  const auto reply = done.get_future().get();
  if (!reply) return std::unexpected(reply.error());
  return {};
}

Result<void> PolicyStore::Core::revertNow() {
  std::promise<Result<control::PolicyApplied>> done;
  journal::PolicyCommit revert;
  Compiled compiled;
  {
    const std::lock_guard lock(mutex_);
    revert = revertCommit();
    compiled = confirmed_compiled_;
  }
  commit(std::move(revert), compiled, [&done](Result<control::PolicyApplied> reply) { done.set_value(std::move(reply)); });
  if (const auto reply = done.get_future().get(); !reply) revertFailed(reply.error(), compiled);
  return {};
}

journal::PolicyCommit PolicyStore::Core::revertCommit() const {
  journal::PolicyCommit revert;
  revert.base = current_.revision;
  revert.document = confirmed_.document;
  revert.who = "dead man";
  revert.role = domain::Role::Admin;
  revert.action = "policy.revert";
  revert.reason = "not confirmed in time";
  revert.diff = policy::describe(policy::diff(current_.document, confirmed_.document));
  revert.restores = confirmed_.revision;
  revert.previous_becomes = domain::RevisionState::Reverted;
  return revert;
}

void PolicyStore::Core::checkDeadMan() {
  journal::PolicyCommit revert;
  Compiled compiled;
  {
    const std::lock_guard lock(mutex_);
    const bool waits = !current_.confirmed && current_.confirm_by && !reverting_ && confirming_ == 0;
    if (!waits || *current_.confirm_by > options_.clock()) return;
    reverting_ = true;
    revert = revertCommit();
    compiled = confirmed_compiled_;
  }
  const auto self = shared_from_this();
  commit(std::move(revert), compiled, [self, compiled](Result<control::PolicyApplied> reply) {
    {
      const std::lock_guard lock(self->mutex_);
      self->reverting_ = false;
    }
    // A change that came first has a time of its own; anything else is the store's fault, and he tries again.
    if (!reply && reply.error().code != ErrorCode::Conflict) self->revertFailed(reply.error(), compiled);
  });
}

// A store that cannot be written must not keep an unconfirmed policy alive: the confirmed one is obeyed under its own number.
void PolicyStore::Core::revertFailed(const Error& error, const Compiled& confirmed) {
  domain::Revision unconfirmed = 0;
  {
    const std::lock_guard lock(mutex_);
    if (fell_back_) return;
    fell_back_ = true;
    unconfirmed = current_.revision;
    live_.set(confirmed);
  }
  log::error("revision {} was not confirmed in time and its revert cannot be written ({}); revision {} is obeyed meanwhile",
             unconfirmed, error.message, confirmed->revision);
  publish();
}

void PolicyStore::Core::startTimer() {
  if (options_.tick <= Duration::zero()) return;
  timer_ = std::thread([this] {
    std::unique_lock lock(timer_mutex_);
    while (!stopping_) {
      timer_wake_.wait_for(lock, options_.tick);
      if (stopping_) break;
      lock.unlock();
      checkDeadMan();
      lock.lock();
    }
  });
}

void PolicyStore::Core::stop() {
  {
    const std::lock_guard lock(timer_mutex_);
    stopping_ = true;
  }
  timer_wake_.notify_all();
  if (timer_.joinable()) timer_.join();
}

domain::PolicyState PolicyStore::Core::state() const {
  const std::lock_guard lock(mutex_);
  domain::PolicyState state;
  const domain::PolicyRevision& obeyed = fell_back_ ? confirmed_ : current_;
  state.live = obeyed.revision;
  state.confirmed = obeyed.confirmed;
  state.confirm_by = obeyed.confirmed ? std::nullopt : obeyed.confirm_by;
  state.by = obeyed.who;
  state.at = obeyed.ts;
  return state;
}

Subscription PolicyStore::Core::observe(std::function<void(const domain::PolicyState&)> sink) {
  const std::lock_guard lock(observers_mutex_);
  observers_.push_back(std::move(sink));
  observers_.back()(state());
  return Subscription([self = shared_from_this(), at = std::prev(observers_.end())] {
    const std::lock_guard inner(self->observers_mutex_);
    self->observers_.erase(at);
  });
}

void PolicyStore::Core::publish() {
  const std::lock_guard lock(observers_mutex_);
  const domain::PolicyState now = state();
  for (const auto& observer : std::list(observers_)) observer(now);
}

Result<std::unique_ptr<PolicyStore>> PolicyStore::open(journal::Journal& journal, PolicyStoreOptions options) {
  auto core = std::make_shared<Core>(journal, std::move(options));
  if (auto loaded = core->load(); !loaded) return std::unexpected(std::move(loaded.error()));
  core->startTimer();
  return std::unique_ptr<PolicyStore>(new PolicyStore(std::move(core)));
}

PolicyStore::PolicyStore(std::shared_ptr<Core> core) : core_(std::move(core)) {}
PolicyStore::~PolicyStore() { core_->stop(); }

std::shared_ptr<const policy::CompiledPolicy> PolicyStore::live() const { return core_->live(); }
domain::PolicyState PolicyStore::state() const { return core_->state(); }
const std::string& PolicyStore::fileDifference() const { return core_->fileDifference(); }
std::string PolicyStore::differenceFrom(const domain::PolicyDocument& document) const { return core_->differenceFrom(document); }
Subscription PolicyStore::observe(std::function<void(const domain::PolicyState&)> sink) { return core_->observe(std::move(sink)); }
void PolicyStore::checkDeadMan() { core_->checkDeadMan(); }

void PolicyStore::apply(control::PolicyApply change, const control::Principal& by, control::Reply<control::PolicyApplied> reply) {
  core_->apply(std::move(change), by, std::move(reply));
}
void PolicyStore::confirm(domain::Revision revision, const control::Principal& by, control::Reply<control::Done> reply) {
  core_->confirm(revision, by, std::move(reply));
}
void PolicyStore::rollback(domain::Revision to, std::string reason, const control::Principal& by,
                           control::Reply<control::PolicyApplied> reply) {
  core_->rollback(to, std::move(reason), by, std::move(reply));
}

}  // namespace signalbox::engine
