// SPDX-License-Identifier: Apache-2.0
// signalbox export: decisions, attempts or labels of a store as CSV or JSON Lines, row by row, beside a router that may be
// writing it. Figures in the C locale, times ISO-8601 with zone; unknown is an empty cell or null, never zero.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "config/config.h"
#include "domain/decision_fields.h"
#include "domain/decision_json.h"
#include "journal/reader.h"
#include "policy/policy.h"
#include "signalbox/commands.h"
#include "signalbox/output.h"

namespace signalbox::app {
namespace {

struct ExportArguments {
  std::string what, store, config, since, until, where, format = "csv";
};

// Field names in their order.
std::vector<std::string> columnsOf(const std::string& what) {
  if (what == "labels") return {"decision_id", "ts", "score", "source", "note"};
  std::vector<std::string> names;
  const auto take = [&](const domain::Field& field, const auto&) { names.emplace_back(field.name); };
  if (what == "decisions") {
    const domain::Decision sample;
    domain::visitFields(sample, take);
  } else {
    names.emplace_back("decision_id");
    const domain::Attempt sample;
    domain::visitFields(sample, take);
  }
  return names;
}

// Texts that a spreadsheet would take for a formula get an apostrophe in front: many of them are words of whoever sent the request.
bool looksLikeFormula(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
}

std::string csvCell(const Json& value) {
  if (value.is_null()) return {};
  std::string text = value.is_string() ? value.get<std::string>() : jsonText(value);
  if (looksLikeFormula(value)) text.insert(text.begin(), '\'');
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

// Writes rows until the reader of the pipe has had enough.
class RowWriter {
 public:
  RowWriter(std::vector<std::string> columns, bool csv) : columns_(std::move(columns)), csv_(csv) {
    if (!csv_) return;
    for (std::size_t i = 0; i < columns_.size(); ++i) std::cout << (i ? "," : "") << columns_[i];
    std::cout << "\r\n";
  }
  [[nodiscard]] bool write(const Json& row) {
    if (!csv_) {
      std::cout << jsonText(row) << '\n';
    } else {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto cell = row.find(columns_[i]);
        std::cout << (i ? "," : "") << (cell == row.end() ? std::string() : csvCell(*cell));
      }
      std::cout << "\r\n";  // RFC 4180
    }
    return std::cout.good();
  }

 private:
  const std::vector<std::string> columns_;
  const bool csv_;
};

Json labelRow(const domain::Label& label) {
  return {{"decision_id", label.decision_id.string()},
          {"ts", formatIso(label.ts, 6)},
          {"score", label.score ? Json(*label.score) : Json(nullptr)},
          {"source", domain::name(label.source)},
          {"note", label.note.empty() ? Json(nullptr) : Json(label.note)}};
}

bool writeAttempts(RowWriter& writer, const domain::Decision& decision) {
  for (const domain::Attempt& attempt : decision.attempts) {
    Json row = domain::attemptToJson(attempt);
    row["decision_id"] = decision.id.string();
    if (!writer.write(row)) return false;
  }
  return true;
}

Result<std::string> storePath(const ExportArguments& arguments) {
  if (!arguments.store.empty()) return arguments.store;
  const auto loaded = config::loadNamed(arguments.config, &policy::check);
  if (!loaded) return std::unexpected(loaded.error());
  return (*loaded)->store_path;
}

Result<journal::DecisionQuery> queryOf(const ExportArguments& arguments) {
  journal::DecisionQuery query;
  const auto time = [](const std::string& text, WallMicros& out) -> Result<void> {
    if (text.empty()) return {};
    const auto parsed = parseIso(text);
    if (!parsed) return std::unexpected(parsed.error());
    out = *parsed;
    return {};
  };
  if (auto ok = time(arguments.since, query.since); !ok) return fail(ErrorCode::InvalidInput, "--since: " + ok.error().message);
  if (auto ok = time(arguments.until, query.until); !ok) return fail(ErrorCode::InvalidInput, "--until: " + ok.error().message);
  if (arguments.where.empty()) return query;
  const auto json = parseJson(arguments.where);
  if (!json) return fail(ErrorCode::InvalidInput, "--where: " + json.error().message);
  auto where = domain::whereFromJson(*json);
  if (!where) return fail(ErrorCode::InvalidInput, "--where: " + where.error().message);
  query.where = std::move(*where);
  return query;
}

// Ctrl-C ends the export behind a whole row; a second one at once.
volatile std::sig_atomic_t interrupted = 0;

void watchForInterrupt() {
  std::signal(SIGINT, [](int) {
    if (interrupted != 0) std::_Exit(static_cast<int>(ExitCode::Interrupted));
    interrupted = 1;
  });
}

Result<void> exportRows(const ExportArguments& arguments, const journal::DecisionQuery& query) {
  const auto path = storePath(arguments);
  if (!path) return std::unexpected(path.error());
  const auto reader = journal::openReader(*path);
  if (!reader) return std::unexpected(reader.error());
  RowWriter writer(columnsOf(arguments.what), arguments.format == "csv");
  Result<void> failed;
  const bool attempts = arguments.what == "attempts";
  const bool labels = arguments.what == "labels";
  // A reader for labels of its own: the first one is in the middle of its scan.
  auto label_reader = labels ? journal::openReader(*path) : Result<std::unique_ptr<journal::Reader>>();
  if (!label_reader) return std::unexpected(label_reader.error());
  const auto done = (*reader)->scan(query, attempts, [&](const domain::CommittedDecision& row) {
    if (interrupted != 0) return false;
    if (attempts) return writeAttempts(writer, row.decision);
    if (!labels) return writer.write(domain::decisionToJson(row.decision));
    const auto found = (*label_reader)->labels(row.decision.id);
    if (!found) {
      failed = std::unexpected(found.error());
      return false;
    }
    return std::ranges::all_of(*found, [&](const domain::Label& label) { return writer.write(labelRow(label)); });
  });
  std::cout.flush();
  if (!done) return done;
  if (!failed) return failed;
  if (!std::cout && interrupted == 0 && !readerLeft()) return fail(ErrorCode::Io, "the output could not be written; see whether there is room where it goes");
  return {};
}

}  // namespace

void addExport(CLI::App& app, ExitCode& exit) {
  auto* command = app.add_subcommand("export", "Write decisions, attempts or labels of a store as CSV or JSON Lines");
  const auto arguments = std::make_shared<ExportArguments>();
  command->add_option("what", arguments->what, "decisions, attempts or labels")
      ->required()
      ->check(CLI::IsMember({"decisions", "attempts", "labels"}));
  command->add_option("--store", arguments->store, "The store's file; without it, the one of the configuration");
  command->add_option("--config", arguments->config, "Configuration that names the store; without it, the default search");
  command->add_option("--since", arguments->since, "Decisions from this time on, with their attempts and labels: 2026-11-19 or 2026-11-19T14:00:00Z");
  command->add_option("--until", arguments->until, "Decisions before this time");
  command->add_option("--where", arguments->where, R"(Filter as JSON, such as {"workload": "tickets", "verdict": ["review"]})");
  command->add_option("--format", arguments->format, "csv or jsonl; in csv an apostrophe stands before texts that begin with =, +, - or @")->capture_default_str()->check(CLI::IsMember({"csv", "jsonl"}));
  command->callback([arguments, &exit] {
    std::ios::sync_with_stdio(false);
    const auto query = queryOf(*arguments);
    if (!query) throw CLI::ValidationError(query.error().message);
    watchForInterrupt();
    const auto done = exportRows(*arguments, *query);
    if (!done) std::cerr << "signalbox: " << done.error().message << '\n';
    exit = interrupted != 0 ? ExitCode::Interrupted : done ? ExitCode::Ok : ExitCode::Failed;
  });
}

}  // namespace signalbox::app
