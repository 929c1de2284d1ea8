// SPDX-License-Identifier: Apache-2.0
#include "config/yaml.h"

#include "config/config_files.h"

namespace signalbox::config {
namespace {

Json read(const std::string& text) {
  const auto document = readYaml(text, "f");
  EXPECT_TRUE(document.errors.empty()) << text << ": " << (document.errors.empty() ? "" : document.errors[0].string());
  return document.json;
}

std::string refusal(const std::string& text) {
  const auto document = readYaml(text, "f");
  return document.errors.empty() ? "" : document.errors[0].string();
}

TEST(YamlTest, readsTheCoreTypes) {
  EXPECT_EQ(read("{a: 1, b: -2.5, c: true, d: ~, e: , f: text, g: '1', h: \"true\", i: [1, x], j: 0x1F, k: 1e3, l: yes}"),
            Json::parse(R"({"a": 1, "b": -2.5, "c": true, "d": null, "e": null, "f": "text", "g": "1", "h": "true", "i": [1, "x"],
                            "j": 31, "k": 1000.0, "l": "yes"})"));
  EXPECT_EQ(read("a: |\n  two\n  lines\nb: >\n  one\n  line\n"), Json::parse(R"({"a": "two\nlines\n", "b": "one line\n"})"));
  EXPECT_EQ(read(""), Json());
  EXPECT_EQ(read("1: x\ntrue: y\n"), Json::parse(R"({"1": "x", "true": "y"})"));
  EXPECT_EQ(read("!!str 12"), Json("12"));
  EXPECT_EQ(read("18446744073709551615"), Json(18446744073709551615ULL));
}

TEST(YamlTest, readsJson) {
  const char* json = R"({"a": [1, 2.5, null, "x\n\"y\" \u00e9"], "b": {"c": false}})";
  EXPECT_EQ(read(json), Json::parse(json));
}

TEST(YamlTest, knowsWhereKeysAndValuesStand) {
  const auto document = readYaml("a: 1\nb:\n  - x\n  - {c: 2}\n\"d/e\": 3\n", "f");
  const auto at = [&](const char* pointer) { return std::pair(document.places.value(pointer).line, document.places.value(pointer).column); };
  EXPECT_EQ(at("/a"), std::pair(1, 4));
  EXPECT_EQ(at("/b/0"), std::pair(3, 5));
  EXPECT_EQ(at("/b/1/c"), std::pair(4, 9));
  EXPECT_EQ(document.places.key("/b/1/c").column, 6);
  EXPECT_EQ(at("/d~1e"), std::pair(5, 8));
  EXPECT_EQ(at("/b/1/none/deeper"), std::pair(4, 5)) << "what is not in the text stands where its parent does";
}

TEST(YamlTest, aliasesAreCopiesAndStandWhereTheyAreUsed) {
  const auto document = readYaml("a: &x {k: 1}\nb: *x\n", "f");
  EXPECT_EQ(document.json, Json::parse(R"({"a": {"k": 1}, "b": {"k": 1}})"));
  EXPECT_EQ(document.places.value("/b/k").line, 2);
}

TEST(YamlTest, refusesWhatItCannotMean) {
  EXPECT_EQ(refusal("a: 1\nb: 2\n'a': 3\n"), "f:3:1: the key \"a\" is there twice (first on line 1); allowed is once");
  EXPECT_EQ(refusal("a: .nan"), "f:1:4: not a finite number");
  EXPECT_EQ(refusal("a: -.inf"), "f:1:4: not a finite number");
  EXPECT_EQ(refusal("a: 1e999"), "f:1:4: not a finite number");
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "f:2:1: a second document begins here; allowed is one");
  EXPECT_EQ(refusal("{[a]: 1}"), "f:1:2: a key is plain text, not a list or a mapping");
  EXPECT_EQ(refusal("a: !python/object x"), "f:1:4: the tag !python/object is not known; allowed are plain and quoted values");
  EXPECT_THAT(refusal("a: [1, 2\nb: 3\n"), testing::StartsWith("f:"));
  EXPECT_THAT(refusal("a: b: c\n"), testing::HasSubstr("not YAML: "));
  EXPECT_EQ(refusal("\xff\xfe"), "f:1:1: not UTF-8 text; allowed is UTF-8 without NUL");
  EXPECT_EQ(refusal(std::string("a: \0b", 5)), "f:1:1: not UTF-8 text; allowed is UTF-8 without NUL");
}

TEST(YamlTest, duplicateKeysInsideADuplicateAreReportedToo) {
  const auto document = readYaml("a: {x: 1}\na: {y: 1, y: 2}\n", "f");
  EXPECT_EQ(document.errors.size(), 2U);
  EXPECT_EQ(document.json, Json::parse(R"({"a": {"x": 1}})"));
}

TEST(YamlTest, refusesBombsOfAliasesAndOfDepth) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + ", " + before + ", " + before + ", " + before +
            ", " + before + ", " + before + ", " + before + ", " + before + ", " + before + "]\n";
  }
  EXPECT_THAT(refusal(bomb), testing::HasSubstr("more than 100000 values"));
  EXPECT_THAT(refusal(std::string(100, '[') + std::string(100, ']')), testing::HasSubstr("deeper than 64"));
  EXPECT_NE(refusal(std::string(100'000, '[')), "");
  EXPECT_NE(refusal(std::string(100'000, '{')), "");
}

TEST(YamlTest, aliasesDoNotMakeMuchOfALittleText) {
  std::string text = "[&a " + std::string(30'000, 'x');
  for (int i = 0; i < 100; ++i) text += ", *a";
  const auto document = readYaml(text + "]", "f.yaml");
  ASSERT_EQ(document.errors.size(), 1u);
  EXPECT_NE(document.errors.front().message.find("repeat more than 1 MiB"), std::string::npos);
  EXPECT_TRUE(readYaml("[&a " + std::string(30'000, 'x') + ", *a, *a]", "f.yaml").errors.empty());
}

}  // namespace
}  // namespace signalbox::config
