// SPDX-License-Identifier: Apache-2.0
#include "config/urls.h"

#include "base/json.h"
#include "schema/text_rule.h"

namespace signalbox::resources {
extern const std::string_view configSchema;
}

namespace signalbox::config {
namespace {

constexpr std::string_view kScheme = "://";

const Json& definition() {
  static const Json url = Json::parse(resources::configSchema)["definitions"]["url"];
  return url;
}

}  // namespace

bool isBaseUrl(std::string_view url) {
  static const auto rule = schema::TextRule::compile(definition()["pattern"].get<std::string>(), {}).value();
  return rule.objection(url).empty();
}

const std::string& baseUrlAllowed() { return definition()["x-allowed"].get_ref<const std::string&>(); }

std::string hostOf(std::string_view url) {
  const auto scheme = url.find(kScheme);
  if (scheme == std::string_view::npos) return {};
  const auto host = url.substr(scheme + kScheme.size(), pathOf(url) - scheme - kScheme.size());
  return std::string(host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':')));
}

std::size_t pathOf(std::string_view url) {
  const auto scheme = url.find(kScheme);
  return scheme == std::string_view::npos ? scheme : url.find('/', scheme + kScheme.size());
}

}  // namespace signalbox::config
