// SPDX-License-Identifier: Apache-2.0
// signalbox policy: what a running router obeys, and every change of it, over the control plane.
#include <iostream>
#include <optional>

#include "base/strings.h"
#include "base/whole_file.h"
#include "config/config.h"
#include "control/wire.h"
#include "policy/policy.h"
#include "signalbox/commands.h"
#include "signalbox/control_arguments.h"

namespace signalbox::app {
namespace {

struct PolicyArguments {
  ControlArguments control;
  std::string file;
  std::string reason;
  std::optional<std::int64_t> revision, base;
  int confirm_within_s = 600;
  std::int64_t limit = 20;
  bool override_guardrail = false, verify = false, json = false;
};

using Client = server::ControlClient;

// The file's text as the router reads it: YAML or JSON, checked against the router's tiers.
Result<domain::PolicyDocument> readDocument(Client& client, const std::string& file) {
  const auto text = readWholeFile(file);
  if (!text) return std::unexpected(text.error());
  if (!isValidUtf8(*text)) return fail(ErrorCode::InvalidInput, file + ": is not UTF-8 text; a policy document is YAML or JSON");
  auto answer = client.call("policy.check", {{"text", *text}});
  if (!answer) return std::unexpected(std::move(answer.error()));
  auto check = control::policyCheckFromJson(*answer);
  if (!check) return std::unexpected(std::move(check.error()));
  const auto words = [&](const control::PolicyIssue& issue) {
    return file + ":" + std::to_string(issue.line) + ":" + std::to_string(issue.column) + ": " + issue.message;
  };
  for (const auto& warning : check->warnings) std::cerr << "warning: " << words(warning) << '\n';
  if (check->errors.empty()) return std::move(check->policy);
  std::string all;
  for (const auto& issue : check->errors) all += (all.empty() ? "" : "\n") + words(issue);
  return fail(ErrorCode::InvalidInput, all);
}

Result<domain::PolicyRevision> getPolicy(Client& client, std::optional<std::int64_t> revision) {
  Json params = Json::object();
  if (revision) params["revision"] = *revision;
  auto answer = client.call("policy.get", std::move(params));
  if (!answer) return std::unexpected(std::move(answer.error()));
  return control::policyRevisionFromJson(*answer);
}

void printHead(const domain::PolicyRevision& r) {
  std::cerr << "# revision " << r.revision << ", " << domain::name(r.state) << (r.confirmed ? ", confirmed" : ", to be confirmed") << ", by "
            << r.who << " at " << formatIso(r.ts) << '\n';
}

Result<void> show(Client& client, const PolicyArguments& arguments) {
  const auto stored = getPolicy(client, arguments.revision);
  if (!stored) return std::unexpected(stored.error());
  if (arguments.json) {
    std::cout << jsonText(control::toJson(*stored), 2) << '\n';
  } else {
    printHead(*stored);
    std::cout << config::policyYaml(stored->document);
  }
  return {};
}

Result<void> diff(Client& client, const PolicyArguments& arguments) {
  const auto document = readDocument(client, arguments.file);
  if (!document) return std::unexpected(document.error());
  const auto stored = getPolicy(client, arguments.revision);
  if (!stored) return std::unexpected(stored.error());
  const auto changes = policy::diff(stored->document, *document);
  if (arguments.json) {
    Json list = Json::array();
    for (const auto& one : changes) list.push_back({{"pointer", one.pointer}, {"before", one.before}, {"after", one.after}});
    std::cout << jsonText(Json{{"revision", stored->revision}, {"changes", std::move(list)}}, 2) << '\n';
    return {};
  }
  if (changes.empty()) std::cout << "the same as revision " << stored->revision << '\n';
  for (const auto& one : changes) std::cout << policy::describe({one}) << '\n';
  return {};
}

void printApplied(const control::PolicyApplied& applied, bool json) {
  if (json) {
    std::cout << jsonText(control::toJson(applied), 2) << '\n';
    return;
  }
  std::cout << "revision " << applied.revision << " is live";
  if (applied.confirm_by) {
    std::cout << "; it reverts at " << formatIso(*applied.confirm_by, 0) << " unless `signalbox policy confirm " << applied.revision
              << "` comes first";
  }
  std::cout << '\n';
}

Result<void> apply(Client& client, const PolicyArguments& arguments) {
  auto document = readDocument(client, arguments.file);
  if (!document) return std::unexpected(document.error());
  control::PolicyApply change;
  change.policy = std::move(*document);
  change.base = arguments.base.value_or(client.hello().live);
  change.reason = arguments.reason;
  change.confirm_within_s = arguments.confirm_within_s;
  change.override_guardrail = arguments.override_guardrail;
  const auto answer = client.call("policy.apply", control::toJson(change));
  if (!answer) return std::unexpected(answer.error());
  const auto applied = control::policyAppliedFromJson(*answer);
  if (!applied) return std::unexpected(applied.error());
  printApplied(*applied, arguments.json);
  return {};
}

Result<void> confirm(Client& client, const PolicyArguments& arguments) {
  const std::int64_t revision = arguments.revision.value_or(client.hello().live);
  const auto answer = client.call("policy.confirm", {{"revision", revision}});
  if (!answer) return std::unexpected(answer.error());
  if (arguments.json) std::cout << answer->dump(2) << '\n';
  else std::cout << "revision " << revision << " is confirmed\n";
  return {};
}

Result<void> rollback(Client& client, const PolicyArguments& arguments) {
  const auto answer = client.call("policy.rollback", {{"to", *arguments.revision}, {"reason", arguments.reason}});
  if (!answer) return std::unexpected(answer.error());
  const auto applied = control::policyAppliedFromJson(*answer);
  if (!applied) return std::unexpected(applied.error());
  printApplied(*applied, arguments.json);
  return {};
}

Result<void> history(Client& client, const PolicyArguments& arguments) {
  const auto answer = client.call("policy.history", {{"limit", arguments.limit}});
  if (!answer) return std::unexpected(answer.error());
  if (arguments.json) {
    std::cout << answer->dump(2) << '\n';
    return {};
  }
  const auto list = control::listFromJson<domain::PolicyRevision>(*answer, &control::policyRevisionFromJson);
  if (!list) return std::unexpected(list.error());
  for (const auto& r : *list) {
    std::cout << r.revision << "  " << formatIso(r.ts) << "  " << domain::name(r.state) << (r.confirmed ? "" : ", to be confirmed") << "  "
              << r.who << "  " << (r.restores ? "restores " + std::to_string(*r.restores) + "; " : "") << r.diff
              << (r.reason.empty() ? "" : "  (" + r.reason + ")") << '\n';
  }
  return {};
}

struct Chain {
  std::int64_t links = 0;  // that were looked at
  std::string broken;      // how; empty: it is whole
  std::optional<std::int64_t> at;
};

// The whole chain, recomputed here from what the router sends: newest first, page by page.
Result<Chain> verifyChain(Client& client) {
  Chain chain;
  std::optional<std::int64_t> before;
  std::string wanted;  // the hash that the entry below has to have
  while (true) {
    Json params{{"limit", 500}};
    if (before) params["before"] = *before;
    const auto answer = client.call("audit.list", std::move(params));
    if (!answer) return std::unexpected(answer.error());
    const auto page = control::auditPageFromJson(*answer);
    if (!page) return std::unexpected(page.error());
    if (page->entries.empty()) break;
    for (const auto& entry : page->entries) {
      if (entry.hash != domain::auditHash(entry) || (!wanted.empty() && entry.hash != wanted)) {
        chain.at = entry.seq;
        chain.broken = "the audit chain is broken at entry " + std::to_string(entry.seq);
        return chain;
      }
      wanted = entry.prev_hash;
      before = entry.seq;
      ++chain.links;
    }
  }
  const std::string origin(64, '0');
  if (chain.links > 0 && (wanted != origin || *before != 1)) chain.broken = "the audit chain does not reach its beginning";
  return chain;
}

Result<void> audit(Client& client, const PolicyArguments& arguments) {
  if (arguments.verify) {
    const auto chain = verifyChain(client);
    if (!chain) return std::unexpected(chain.error());
    if (arguments.json) {
      Json found{{"verified", chain->broken.empty()}, {"entries", chain->links}};
      if (chain->at) found["broken_at"] = *chain->at;
      std::cout << jsonText(found, 2) << '\n';
    }
    if (!chain->broken.empty()) return fail(ErrorCode::Conflict, chain->broken);
    if (!arguments.json) std::cout << "the audit chain is whole: " << chain->links << " entries verified\n";
    return {};
  }
  const auto answer = client.call("audit.list", {{"limit", arguments.limit}});
  if (!answer) return std::unexpected(answer.error());
  if (arguments.json) {
    std::cout << answer->dump(2) << '\n';
    return {};
  }
  const auto page = control::auditPageFromJson(*answer);
  if (!page) return std::unexpected(page.error());
  for (const auto& e : page->entries) {
    std::cout << e.seq << "  " << formatIso(e.ts) << "  " << e.who << " (" << domain::name(e.role) << ")  " << e.action << "  r" << e.revision
              << "  " << e.outcome << "  " << e.diff << (e.reason.empty() ? "" : "  (" + e.reason + ")") << '\n';
  }
  if (!page->verified) return fail(ErrorCode::Io, "the audit chain is broken at entry " + std::to_string(page->broken_at.value_or(0)));
  return {};
}

using Run = Result<void> (*)(Client&, const PolicyArguments&);

}  // namespace

void addPolicy(CLI::App& app, ExitCode& exit) {
  auto* policy = app.add_subcommand("policy", "Look at the policy of a running router, change it, confirm it, roll it back");
  policy->require_subcommand(1);
  const auto arguments = std::make_shared<PolicyArguments>();
  const auto add = [&](const char* name, const char* what, Run run) {
    auto* command = policy->add_subcommand(name, what);
    addControlOptions(*command, arguments->control);
    command->add_flag("--json", arguments->json, "Machine-readable output");
    command->callback([arguments, run, &exit] {
      auto client = connectControl(arguments->control);
      const Result<void> done = client ? run(**client, *arguments) : std::unexpected(client.error());
      if (!done) printError(done.error());
      exit = done ? ExitCode::Ok : ExitCode::Failed;
    });
    return command;
  };
  add("show", "Print a revision as YAML; without --revision the live one", &show)->add_option("--revision", arguments->revision)->check(isPositive);
  auto* d = add("diff", "What a policy file would change", &diff);
  d->add_option("file", arguments->file, "Policy document, YAML or JSON")->required();
  d->add_option("--revision", arguments->revision, "Compare with this revision instead of the live one")->check(isPositive);
  auto* a = add("apply", "Make a policy file live, as a compare-and-set on the live revision", &apply);
  a->add_option("file", arguments->file, "Policy document, YAML or JSON")->required();
  a->add_option("--base", arguments->base, "The revision the change was made on; without it, the live one")->check(isPositive);
  a->add_option("--reason", arguments->reason, "Why, for the history and the audit log");
  a->add_option("--confirm-within", arguments->confirm_within_s, "Seconds until it reverts by itself; 0 = never (admin)")->capture_default_str()->check(isNotNegative);
  a->add_flag("--override", arguments->override_guardrail, "Pass the guardrails (admin, with a reason)");
  add("confirm", "Keep the live revision: the dead man lets go", &confirm)->add_option("revision", arguments->revision)->check(isPositive);
  auto* h = add("history", "Every revision, newest first", &history);
  h->add_option("--limit", arguments->limit)->capture_default_str()->check(CLI::Range(1, 1000));
  auto* r = add("rollback", "Make the document of an earlier revision live again", &rollback);
  r->add_option("to", arguments->revision, "Revision to restore")->required()->check(isPositive);
  r->add_option("--reason", arguments->reason, "Why, for the history and the audit log");
  auto* l = add("audit", "Who changed what, newest first", &audit);
  l->add_option("--limit", arguments->limit)->capture_default_str()->check(CLI::Range(1, 1000));
  l->add_flag("--verify", arguments->verify, "Recompute the whole hash chain");
}

}  // namespace signalbox::app
