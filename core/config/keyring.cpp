// SPDX-License-Identifier: Apache-2.0
#include "config/keyring.h"

#include <libsecret/secret.h>

#include <memory>

namespace signalbox::config {
namespace {

// `secret-tool store --label=… service signalbox name NAME` writes what is looked up here.
const SecretSchema* schemaOfEntries() {
  static const SecretSchema* const schema = secret_schema_new("io.signalbox.Key", SECRET_SCHEMA_DONT_MATCH_NAME, "service", SECRET_SCHEMA_ATTRIBUTE_STRING,
                                                              "name", SECRET_SCHEMA_ATTRIBUTE_STRING, nullptr);
  return schema;
}

}  // namespace

Result<Secret> readKeyring(const std::string& name) {
  GError* failure = nullptr;
  const std::unique_ptr<char, void (*)(char*)> found(
      secret_password_lookup_sync(schemaOfEntries(), nullptr, &failure, "service", "signalbox", "name", name.c_str(), nullptr),
      [](char* text) { secret_password_free(text); });
  if (failure) {
    const std::string why = failure->message;
    g_error_free(failure);
    return fail(ErrorCode::Io, "the keyring cannot be asked: " + why);
  }
  if (!found) {
    return fail(ErrorCode::NotFound, "the keyring has no entry of that name; store it with `secret-tool store --label=signalbox service signalbox name NAME`");
  }
  return Secret(std::string(found.get()));
}

Result<void> storeKeyring(const std::string& name, const std::string& label, const Secret& secret) {
  GError* failure = nullptr;
  const std::string text(secret.reveal());
  const bool stored = secret_password_store_sync(schemaOfEntries(), SECRET_COLLECTION_DEFAULT, label.c_str(), text.c_str(), nullptr, &failure,
                                                 "service", "signalbox", "name", name.c_str(), nullptr);
  if (stored) return {};
  const std::string why = failure ? failure->message : "it said no";
  if (failure) g_error_free(failure);
  return fail(ErrorCode::Io, "the keyring cannot keep it: " + why);
}

}  // namespace signalbox::config
