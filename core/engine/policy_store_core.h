// SPDX-License-Identifier: Apache-2.0
// The state behind PolicyStore, shared with replies that are still on their way from the journal. Changes that were accepted by
// the journal are taken over in its order, on its thread. Used by policy_store*.cpp only.
#pragma once
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "base/snapshot.h"
#include "engine/policy_store.h"

namespace signalbox::engine {

class PolicyStore::Core : public std::enable_shared_from_this<PolicyStore::Core> {
 public:
  using Compiled = std::shared_ptr<const policy::CompiledPolicy>;

  Core(journal::Journal& journal, PolicyStoreOptions options) : journal_(journal), options_(std::move(options)) {}

  // Start-up, on the caller's thread.
  [[nodiscard]] Result<void> load();
  void startTimer();
  void stop();

  void apply(control::PolicyApply change, const control::Principal& by, control::Reply<control::PolicyApplied> reply);
  void confirm(domain::Revision revision, const control::Principal& by, control::Reply<control::Done> reply);
  void rollback(domain::Revision to, std::string reason, const control::Principal& by, control::Reply<control::PolicyApplied> reply);
  void checkDeadMan();

  [[nodiscard]] domain::PolicyState state() const;
  [[nodiscard]] Compiled live() const { return live_.get(); }
  [[nodiscard]] const std::string& fileDifference() const { return file_difference_; }
  [[nodiscard]] std::string differenceFrom(const domain::PolicyDocument& document) const;
  [[nodiscard]] Subscription observe(std::function<void(const domain::PolicyState&)> sink);

 private:
  [[nodiscard]] Result<Compiled> compile(const domain::PolicyDocument& document, domain::Revision revision) const;
  [[nodiscard]] Result<void> writeConfigured(const char* reason);
  [[nodiscard]] Result<void> writeFirst(const domain::PolicyDocument& document, const char* reason);
  [[nodiscard]] Result<void> revertNow();           // start-up: waits for the commit
  [[nodiscard]] journal::PolicyCommit revertCommit() const;  // REQUIRES: mutex_ held
  void commit(journal::PolicyCommit commit, Compiled compiled, control::Reply<control::PolicyApplied> reply);
  void takeOver(const domain::PolicyRevision& revision, const Compiled& compiled);
  void revertFailed(const Error& error, const Compiled& confirmed);
  void publish();
  [[nodiscard]] Error conflict(const std::string& message) const;
  void auditRefusal(const control::Principal& by, domain::Revision base, const std::string& diff, const std::string& reason,
                    const Error& error);

  journal::Journal& journal_;
  const PolicyStoreOptions options_;
  std::string file_difference_;
  Snapshot<policy::CompiledPolicy> live_;

  mutable std::mutex mutex_;
  domain::PolicyRevision current_;      // live, with its document
  domain::PolicyRevision confirmed_;    // the last confirmed one, with its document: what a revert restores
  Compiled confirmed_compiled_;
  int confirming_ = 0;                  // on their way to the journal; he waits for their outcome
  bool reverting_ = false;
  bool fell_back_ = false;              // the store refuses to write; the confirmed policy is obeyed all the same

  std::recursive_mutex observers_mutex_;  // keeps states in order; observers may leave while they are told
  std::list<std::function<void(const domain::PolicyState&)>> observers_;

  std::mutex timer_mutex_;
  std::condition_variable timer_wake_;
  bool stopping_ = false;
  std::thread timer_;
};

}  // namespace signalbox::engine
