// SPDX-License-Identifier: Apache-2.0
// An import of a LiteLLM file, and what came of it in few words.
#pragma once
#include <gmock/gmock.h>

#include <map>

#include "config/config_files.h"
#include "config/litellm.h"

namespace signalbox::config {

class LitellmTest : public testing::Test {
 protected:
  LitellmImport import(const std::string& text) {
    auto read = importLitellm(text, "config.yaml", [this](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    if (!read) {
      for (const auto& error : read.error()) ADD_FAILURE() << error.string();
      return {};
    }
    EXPECT_THAT(lines(checkDraft(read->draft, "signalbox.yaml", acceptAll)), testing::IsEmpty()) << draftConfigText(read->draft);
    return *std::move(read);
  }
  // "line: key", of all or of one kind.
  static std::vector<std::string> keys(const LitellmImport& import, ImportNote::Kind kind) {
    std::vector<std::string> all;
    for (const auto& note : import.notes) {
      if (note.kind == kind) all.push_back(std::to_string(note.place.line) + ": " + note.key);
    }
    return all;
  }
  static std::vector<std::string> leftOut(const LitellmImport& import) { return keys(import, ImportNote::Kind::LeftOut); }
  static std::vector<std::string> changed(const LitellmImport& import) { return keys(import, ImportNote::Kind::Changed); }
  static std::vector<std::string> tiers(const LitellmImport& import) {
    std::vector<std::string> all;
    for (const auto& tier : import.draft.tiers) {
      std::string text = tier.name + ":";
      for (const auto& deployment : tier.deployments) text += " " + deployment;
      all.push_back(text);
    }
    return all;
  }
  static std::string base(const LitellmImport& import, const std::string& upstream) {
    const auto* found = import.draft.upstream(upstream);
    return found ? found->base_url : "there is no upstream " + upstream;
  }
  // A list of models, one "NAME MODEL" each.
  static std::string models(const std::vector<std::pair<std::string, std::string>>& list) {
    std::string text = "model_list:\n";
    for (const auto& [name, model] : list) text += "  - {model_name: \"" + name + "\", litellm_params: {model: " + model + "}}\n";
    return text;
  }

  std::map<std::string, std::string> variables;
};

}  // namespace signalbox::config
