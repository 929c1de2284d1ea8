// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "journal/sqlite_reader.h"

namespace signalbox::journal {

Result<std::unique_ptr<Reader>> openReader(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return fail(ErrorCode::NotFound, path + ": there is no store");
  if (!std::filesystem::is_regular_file(path, ignored)) return fail(ErrorCode::Io, path + ": is not a store but another kind of file");
  auto reader = SqliteReader::open(path, std::make_shared<std::atomic<int>>(0));
  if (!reader) return std::unexpected(std::move(reader.error()));
  return std::unique_ptr<Reader>(std::move(*reader));
}

}  // namespace signalbox::journal
