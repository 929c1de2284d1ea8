// SPDX-License-Identifier: Apache-2.0
#include "journal/where_sql.h"

#include <set>

#include "journal/schema.h"
#include "journal/store_fixture.h"

namespace signalbox::journal {
namespace {

using WhereSqlTest = StoreTest;

template <class T>
const T& oneOf(const std::vector<T>& from, std::mt19937_64& random) {
  return from[random() % from.size()];
}

domain::Decision randomDecision(std::mt19937_64& random) {
  domain::Decision d = decisionAt(static_cast<WallMicros>(1'000'000 + random() % 400));  // many share a time
  d.final_tier = oneOf<std::string>({"local", "mid", "frontier", ""}, random);
  d.workload = oneOf<std::string>({"tickets", "chat", ""}, random);
  d.session = oneOf<std::string>({"", "s-1", "s-2", "S-3"}, random);
  d.requested_model = oneOf<std::string>({"auto", "auto:Chat", std::string(300, 'x'), "gpt-4o"}, random);
  d.error = oneOf<std::string>({"", "", "", "upstream_timeout"}, random);
  d.verdict = oneOf<domain::Verdict>({domain::Verdict::Accept, domain::Verdict::Review, domain::Verdict::Ungated}, random);
  d.outcome = oneOf<domain::Outcome>({domain::Outcome::Ok, domain::Outcome::Ok, domain::Outcome::Error}, random);
  d.cache = random() % 10 ? domain::CacheKind::None : domain::CacheKind::Exact;
  d.stream = random() % 2;
  d.escalations = static_cast<int>(random() % 3);
  d.policy = static_cast<std::int64_t>(random() % 4);
  if (random() % 3) d.latency_ms = static_cast<double>(random() % 100) / 4;
  if (random() % 3) d.cost_usd = static_cast<double>(random() % 5);
  domain::Attempt attempt;
  attempt.model = oneOf<std::string>({"llama-3", "gpt-4o-mini"}, random);
  d.attempts = {attempt};
  return d;
}

const std::vector<std::string>& filters() {
  static const std::vector<std::string> all{R"({})",
                                            R"({"final_tier": "mid"})",
                                            R"({"final_tier": ["mid", "local"]})",
                                            R"({"final_tier": {"not": ["mid", "nowhere"]}})",
                                            R"({"final_tier": null})",
                                            R"({"final_tier": {"not": [null, "mid"]}})",
                                            R"({"final_tier": "nowhere"})",
                                            R"({"final_tier": []})",
                                            R"({"session": "s-1"})",
                                            R"({"session": ["s-1", null]})",
                                            R"({"session": {"contains": "S-"}})",
                                            R"({"error": "upstream_timeout"})",
                                            R"({"verdict": "review"})",
                                            R"({"verdict": "accept"})",
                                            R"({"verdict": {"contains": "CEP"}})",
                                            R"({"verdict": {"not": "accept"}})",
                                            R"({"outcome": "error", "final_tier": "local"})",
                                            R"({"cache": "exact"})",
                                            R"({"cache": "none", "stream": true})",
                                            R"({"latency_ms": {"ge": 5, "lt": 12.25}})",
                                            R"({"latency_ms": {"not": [5, null]}})",
                                            R"({"cost_usd": 0})",
                                            R"({"cost_usd": [0, 2, null]})",
                                            R"({"policy": 0})",
                                            R"({"policy": null})",
                                            R"({"policy": {"le": 2}})",
                                            R"({"escalations": {"gt": 0}, "workload": "chat"})",
                                            R"({"ts": {"gt": "1970-01-01T00:00:01.000200Z"}})",
                                            R"({"text": "gpt-4O"})",
                                            R"({"text": "upstream"})",
                                            R"({"text": "xxx"})",
                                            R"({"text": "-7"})",
                                            R"({"text": "casc"})",
                                            R"({"requested_model": {"contains": "chat"}})",
                                            R"({"requested_model": {"contains": "xx"}})",
                                            R"({"workload": "chat", "text": "llama"})",
                                            R"({"dialect": "openai.chat"})",
                                            R"({"score": null})"};
  return all;
}

TEST_F(WhereSqlTest, findsExactlyWhatMatchesInMemory) {
  std::mt19937_64 random(42);
  std::vector<domain::Decision> decisions;
  auto journal = open();
  for (int i = 0; i < 1500; ++i) {
    decisions.push_back(randomDecision(random));
    ASSERT_TRUE(journal->append(decisions.back()));
  }
  journal->flush();
  auto rows = reader(*journal);
  for (const std::string& text : filters()) {
    const auto where = domain::whereFromJson(Json::parse(text));
    ASSERT_TRUE(where) << text << ": " << where.error().message;
    DecisionQuery query;
    query.where = *where;
    query.limit = 10'000;
    std::vector<std::pair<WallMicros, Uuid>> expected, found;
    for (const auto& d : decisions) {
      if (domain::matches(*where, d)) expected.emplace_back(d.ts, d.id);
    }
    std::sort(expected.rbegin(), expected.rend());
    const auto page = rows->decisions(query);
    ASSERT_TRUE(page) << text << ": " << page.error().message;
    for (const auto& row : *page) found.emplace_back(row.decision.ts, row.decision.id);
    EXPECT_EQ(found, expected) << text;
    EXPECT_EQ(*rows->countDecisions(query), static_cast<std::int64_t>(expected.size())) << text;
  }
}

TEST_F(WhereSqlTest, pagesBothWaysWithoutLossOrRepetition) {
  std::mt19937_64 random(1);
  auto journal = open();
  for (int i = 0; i < 700; ++i) journal->append(randomDecision(random));
  journal->flush();
  auto rows = reader(*journal);
  DecisionQuery query;
  query.where = *domain::whereFromJson(Json::parse(R"({"final_tier": ["mid", "local"]})"));
  query.limit = 10'000;
  const auto all = *rows->decisions(query);
  query.limit = 17;
  std::vector<std::int64_t> down, up;
  for (auto page = *rows->decisions(query); !page.empty(); page = *rows->decisions(query)) {
    for (const auto& row : page) down.push_back(row.seq);
    query.before = PageKey{page.back().decision.ts, page.back().decision.id};
  }
  query.before.reset();
  query.after = PageKey{all.back().decision.ts, all.back().decision.id};
  up.push_back(all.back().seq);
  for (auto page = *rows->decisions(query); !page.empty(); page = *rows->decisions(query)) {
    for (auto row = page.rbegin(); row != page.rend(); ++row) up.push_back(row->seq);
    query.after = PageKey{page.front().decision.ts, page.front().decision.id};
  }
  std::vector<std::int64_t> expected;
  for (const auto& row : all) expected.push_back(row.seq);
  EXPECT_EQ(down, expected);
  EXPECT_EQ(up, std::vector<std::int64_t>(expected.rbegin(), expected.rend()));
}

// Rare values are found along their index, newest first, without sorting what was found.
TEST_F(WhereSqlTest, leadsAlongTheIndexOfASingleValue) {
  { auto journal = open(); }
  auto db = Database::open(path(), Database::Mode::ReadOnly);
  WordReader words;
  ASSERT_TRUE(words.open(*db));
  for (const char* filter :
       {R"({"final_tier": "mid"})", R"({"workload": "chat", "final_tier": "mid"})", R"({"outcome": "error"})",
        R"({"session": "s-1", "verdict": "review"})", R"({"error": "x"})", R"({"cache": "exact"})"}) {
    const auto sql = compileWhere(*domain::whereFromJson(Json::parse(filter)), words);
    ASSERT_TRUE(sql);
    EXPECT_FALSE(sql->index.empty()) << filter;
    auto plan = db->prepare("EXPLAIN QUERY PLAN SELECT seq FROM decision_rows" + sql->index + " WHERE ts >= 0 AND ts < 9" +
                            sql->condition + " ORDER BY ts DESC, id DESC LIMIT 5");
    ASSERT_TRUE(plan) << filter << ": " << plan.error().message;
    std::string steps;
    while (*plan->step()) steps += std::string(plan->text(3)) + "\n";
    EXPECT_THAT(steps, testing::HasSubstr("=? AND ts>")) << filter;
    EXPECT_THAT(steps, testing::Not(testing::HasSubstr("TEMP B-TREE FOR ORDER BY"))) << steps;
  }
}

TEST_F(WhereSqlTest, showsPlainValuesUnderTheContractsNames) {
  auto journal = open();
  std::mt19937_64 random(3);
  domain::Decision d = randomDecision(random);
  d.final_tier = "mid";
  d.override_rule = "domain finance";
  d.features = {{"chars", 12}, {"depth", 2.5}};
  d.outcome = domain::Outcome::Truncated;
  journal->append(d);
  journal->flush();
  ASSERT_TRUE(addLabel(*journal, {d.id, 7, 0.5, domain::LabelSource::Judge, "half"}));
  auto db = Database::open(path(), Database::Mode::ReadOnly);
  EXPECT_EQ(*db->text("SELECT id || ' ' || final_tier || ' ' || outcome || ' ' || \"override\" || ' ' || score || ' ' || "
                      "score_source FROM decisions"),
            d.id.string() + " mid truncated domain finance 0.5 judge");
  EXPECT_EQ(*db->text("SELECT json_extract(features, '$.depth') FROM decisions"), "2.5");
  EXPECT_EQ(*db->text("SELECT typeof(ts) || typeof(experiment) FROM decisions"), "integernull");
  EXPECT_EQ(*db->text("SELECT decision_id || n || model || role FROM attempts"),
            d.id.string() + "0" + d.attempts[0].model + "serve");
  EXPECT_EQ(*db->text("SELECT decision_id || ts || score || source || note FROM labels"), d.id.string() + "70.5judgehalf");
  EXPECT_EQ(*db->text("SELECT group_concat(name, ' ') FROM pragma_table_info('attempts')"),
            "decision_id n tier model upstream role ts ttft_ms latency_ms input_tokens output_tokens cost_usd confidence_raw "
            "confidence "
            "validators status error");
}

}  // namespace
}  // namespace signalbox::journal
