// SPDX-License-Identifier: Apache-2.0
// signalbox import litellm: another proxy's configuration as ours, and a list of what has no place here.
#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/whole_file.h"
#include "config/litellm.h"
#include "policy/policy.h"
#include "signalbox/commands.h"
#include "signalbox/next_steps.h"

namespace signalbox::app {
namespace {

struct ImportOptions {
  std::string file;
  std::string out = "signalbox.yaml";
  std::string policy;
  bool force = false;
  bool json = false;
};

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

ExitCode failed(const std::string& message) {
  std::cerr << "signalbox import: " << message << '\n';
  return ExitCode::Failed;
}

ExitCode failed(const config::ConfigErrors& errors) {
  for (const auto& error : errors) std::cerr << error.string() << '\n';
  return ExitCode::Failed;
}

Json asJson(const config::LitellmImport& import, const DraftPlaces& places) {
  Json notes = Json::array();
  for (const auto& note : import.notes) {
    notes.push_back({{"file", note.place.file}, {"line", note.place.line}, {"column", note.place.column}, {"key", note.key},
                     {"carried", note.kind == config::ImportNote::Kind::Changed ? "otherwise" : "no"}, {"why", note.why}, {"advice", note.advice}});
  }
  Json json = summary(import.draft, places);
  json["models"] = import.models;
  json["notes"] = std::move(notes);
  return json;
}

ExitCode importLitellm(const ImportOptions& options) {
  const auto text = readWholeFile(options.file);
  if (!text) return failed(text.error().message);
  const auto places = draftPlaces(options.out, options.policy);
  if (const auto taken = places.taken(); !options.force && !taken.empty()) {
    return failed(taken + " is there already; --force replaces it, --out and --policy write elsewhere");
  }
  auto import = config::importLitellm(*text, options.file, &environment);
  if (!import) return failed(import.error());
  import->draft.policy_file = places.policy_name;
  if (const auto problems = config::checkDraft(import->draft, options.out, &policy::check); !problems.empty()) return failed(problems);
  const auto written = writePlaces(import->draft, places);
  if (!written) return failed(written.error().message);
  for (const auto& note : import->notes) std::cerr << note.string() << '\n';
  if (options.json) {
    std::cout << jsonText(asJson(*import, places), 2) << '\n';
    return ExitCode::Ok;
  }
  std::cout << import->models << (import->models == 1 ? " model" : " models") << " of " << options.file << " carried over; " << import->notes.size()
            << " keys were not, or are here in another way: see above, and the head of " << places.config << "\n\n" << nextSteps(import->draft, places);
  return ExitCode::Ok;
}

}  // namespace

void addImport(CLI::App& app, ExitCode& exit) {
  auto* import = app.add_subcommand("import", "Translate another proxy's configuration");
  import->require_subcommand(1);
  auto options = std::make_shared<ImportOptions>();
  auto* litellm = import->add_subcommand("litellm", "A LiteLLM proxy's config.yaml; lists what it could not carry over");
  litellm->add_option("file", options->file, "The config.yaml")->required()->type_name("FILE");
  litellm->add_option("--out", options->out, "Where to write the configuration")->type_name("FILE")->capture_default_str();
  litellm->add_option("--policy", options->policy, "Where to write the policy (default: policy.yaml beside it)")->type_name("FILE");
  litellm->add_flag("--force", options->force, "Replace what is there");
  litellm->add_flag("--json", options->json, "Print what was carried over, and what not, as one JSON object on stdout");
  litellm->footer("Keys are never copied: the new file names the variables that hold them. Nothing is contacted.");
  litellm->callback([options, &exit] { exit = importLitellm(*options); });
}

}  // namespace signalbox::app
