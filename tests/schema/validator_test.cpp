// SPDX-License-Identifier: Apache-2.0
#include "schema/validator.h"

#include <gmock/gmock.h>

namespace signalbox::schema {
namespace {

Validator compiled(const char* schema) {
  auto validator = Validator::compile(Json::parse(schema));
  EXPECT_TRUE(validator) << (validator ? "" : validator.error().message);
  return *validator;
}

std::string refusal(const Json& schema) {
  const auto validator = Validator::compile(schema);
  return validator ? "" : validator.error().message;
}

TEST(ValidatorTest, saysWhatIsWrongWhereAndWhatIsAllowed) {
  const Validator validator = compiled(R"({
    "type": "object", "additionalProperties": false, "required": ["name"],
    "properties": {
      "name":  {"type": "string", "minLength": 1},
      "port":  {"type": "integer", "minimum": 0, "maximum": 65535},
      "api":   {"enum": ["openai", "anthropic"]},
      "wait":  {"type": "string", "pattern": "^[0-9]+(ms|s)$", "x-allowed": "a duration such as 500ms"},
      "hosts": {"type": "array", "minItems": 1, "items": {"type": "string"}, "uniqueItems": true}
    }})");
  struct Case { const char* value; const char* pointer; const char* text; bool at_key; };
  for (const Case& c : {
           Case{R"({"name": "a", "prot": 1})", "/prot", "unknown key \"prot\": did you mean \"port\"?; allowed is api, hosts, name, port, wait", true},
           Case{R"({"port": 1})", "", "the key \"name\" is missing", false},
           Case{R"({"name": ""})", "/name", "the text is empty; allowed is at least 1 characters", false},
           Case{R"({"name": "a", "port": 70000})", "/port", "70000 is out of range; allowed is at most 65535", false},
           Case{R"({"name": "a", "port": "x"})", "/port", "text has the wrong type; allowed is a whole number", false},
           Case{R"({"name": "a", "api": "opnai"})", "/api", "\"opnai\" is not one of the values known here (did you mean \"openai\"?); allowed is openai, anthropic", false},
           Case{R"({"name": "a", "wait": "5 h"})", "/wait", "\"5 h\" is not understood; allowed is a duration such as 500ms", false},
           Case{R"({"name": "a", "hosts": []})", "/hosts", "the list is empty; allowed is at least 1 entries", false},
           Case{R"({"name": "a", "hosts": ["b", 3]})", "/hosts/1", "3 has the wrong type; allowed is text", false},
           Case{R"({"name": "a", "hosts": ["b", "b"]})", "/hosts/1", "\"b\" is there twice; each may stand once", false},
           Case{R"({"name": null})", "/name", "a value is missing; allowed is text", false},
           Case{R"([])", "", "a list has the wrong type; allowed is a mapping", false},
       }) {
    const auto found = validator.validate(Json::parse(c.value));
    ASSERT_EQ(found.size(), 1U) << c.value;
    EXPECT_EQ(found[0].pointer, c.pointer) << c.value;
    EXPECT_EQ(found[0].text(), c.text) << c.value;
    EXPECT_EQ(found[0].at_key, c.at_key) << c.value;
    EXPECT_FALSE(validator.accepts(Json::parse(c.value)));
  }
  EXPECT_TRUE(validator.validate(Json::parse(R"({"name": "a", "port": 1, "api": "openai", "wait": "5s", "hosts": ["b"]})")).empty());
}

TEST(ValidatorTest, reportsEveryFaultAtOnce) {
  const Validator validator = compiled(R"({"properties": {"a": {"type": "string"}, "b": {"type": "number"}}})");
  EXPECT_EQ(validator.validate(Json::parse(R"({"a": 1, "b": "x"})")).size(), 2U);
}

TEST(ValidatorTest, explainsTheOnlyBranchThatHasTheRightShape) {
  const Validator validator = compiled(R"({"anyOf": [{"type": "null"}, {"type": "object", "properties": {"max": {"type": "integer"}}}]})");
  const auto found = validator.validate(Json::parse(R"({"max": "many"})"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].pointer, "/max");
}

TEST(ValidatorTest, patternsKeepTheirMeaningInsideBranches) {
  const Validator validator = compiled(R"({"oneOf": [{"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "z$"}]})");
  EXPECT_TRUE(validator.accepts("abc"));
  EXPECT_TRUE(validator.accepts("xyz"));
  EXPECT_FALSE(validator.accepts("a to z"));  // both
  EXPECT_FALSE(validator.accepts("m"));       // neither
  EXPECT_EQ(validator.validate("m").size(), 1U);
  const Validator inverted = compiled(R"({"not": {"type": "string", "pattern": "secret"}})");
  EXPECT_FALSE(inverted.accepts("my secret"));
  EXPECT_TRUE(inverted.accepts("nothing"));
}

TEST(ValidatorTest, longTextAgainstAPatternOrAFormatDoesNotOverflowTheStack) {
  const Validator pattern = compiled(R"({"pattern": "^(a|b)*$"})");
  EXPECT_TRUE(pattern.accepts(std::string(2'000'000, 'a')));
  EXPECT_FALSE(pattern.accepts(std::string(2'000'000, 'a') + "c"));
  EXPECT_FALSE(compiled(R"({"format": "date"})").accepts(std::string(2'000'000, '1')));
}

TEST(ValidatorTest, formatsOfTimeAreCheckedAndOthersSayNothing) {
  const Validator date = compiled(R"({"format": "date"})");
  EXPECT_TRUE(date.accepts("2024-02-29"));
  EXPECT_FALSE(date.accepts("2023-02-29"));
  EXPECT_TRUE(date.accepts(7));  // formats are about text only
  EXPECT_TRUE(compiled(R"({"format": "date-time"})").accepts("2026-11-19T14:29:50Z"));
  EXPECT_FALSE(compiled(R"({"format": "date-time"})").accepts("2026-11-19 14:29"));
  EXPECT_TRUE(compiled(R"({"format": "email"})").accepts("whatever"));
}

TEST(ValidatorTest, followsReferencesWithinTheSchema) {
  const Validator tree = compiled(R"({
    "definitions": {"node": {"type": "object", "required": ["v"], "additionalProperties": false,
      "properties": {"v": {"type": "string", "pattern": "^[a-z]$"}, "kids": {"type": "array", "items": {"$ref": "#/definitions/node"}}}}},
    "$ref": "#/definitions/node"})");
  EXPECT_TRUE(tree.accepts(Json::parse(R"({"v": "a", "kids": [{"v": "b"}, {"v": "c", "kids": []}]})")));
  const auto found = tree.validate(Json::parse(R"({"v": "a", "kids": [{"v": "b"}, {"v": "CC"}]})"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].pointer, "/kids/1/v");
}

TEST(ValidatorTest, keywordsNamedAsPropertiesAreNotKeywords) {
  const Validator validator = compiled(R"({"properties": {"pattern": {"type": "integer"}, "$ref": {"type": "string"}, "format": {"const": "date"}}})");
  EXPECT_TRUE(validator.accepts(Json::parse(R"({"pattern": 1, "$ref": "x", "format": "date"})")));
  EXPECT_FALSE(validator.accepts(Json::parse(R"({"pattern": "a"})")));
}

TEST(ValidatorTest, refusesSchemasThatAreWrongOrWouldNeverEnd) {
  EXPECT_THAT(refusal(Json::parse(R"({"type": "strin"})")), testing::HasSubstr("not a JSON Schema"));
  EXPECT_THAT(refusal(Json::parse(R"("text")")), testing::HasSubstr("a schema is an object"));
  EXPECT_THAT(refusal(Json::parse(R"j({"properties": {"a": {"pattern": "(?=x)"}}})j")), testing::HasSubstr("/properties/a: \"pattern\""));
  EXPECT_THAT(refusal(Json::parse(R"({"patternProperties": {"^a": {}}})")), testing::HasSubstr("patternProperties"));
  EXPECT_THAT(refusal(Json::parse(R"({"$ref": "#"})")), testing::HasSubstr("lead back"));
  EXPECT_THAT(refusal(Json::parse(R"({"allOf": [{"not": {"$ref": "#"}}]})")), testing::HasSubstr("lead back"));
  EXPECT_THAT(refusal(Json::parse(R"({"items": {"$ref": "https://example.com/x.json"}})")), testing::HasSubstr("point into this schema"));
  EXPECT_THAT(refusal(Json::parse(R"({"items": {"$ref": "#/definitions/none"}})")), testing::HasSubstr("points to nothing"));
  EXPECT_THAT(refusal(Json::parse(R"({"multipleOf": 0})")), testing::HasSubstr("multipleOf"));
  EXPECT_THAT(refusal(Json::parse(R"({"anyOf": {}})")), testing::HasSubstr("list of schemas"));
}

TEST(ValidatorTest, refusesASchemaThatUnfoldsWithoutEnd) {
  Json schema{{"definitions", Json::object()}, {"$ref", "#/definitions/d0"}};
  for (int i = 0; i < 40; ++i) {
    const Json next{{"$ref", "#/definitions/d" + std::to_string(i + 1)}};
    schema["definitions"]["d" + std::to_string(i)] = {{"allOf", Json::array({next, next})}};
  }
  schema["definitions"]["d40"] = {{"type", "string"}};
  EXPECT_THAT(refusal(schema), testing::HasSubstr("unfolds"));
}

TEST(ValidatorTest, givesUpOnBranchesThatMultiplyAtEveryLevel) {
  const Validator validator = compiled(R"({"definitions": {"s": {"anyOf": [
    {"type": "array", "items": {"$ref": "#/definitions/s"}, "minItems": 2},
    {"type": "array", "items": {"$ref": "#/definitions/s"}, "maxItems": 1},
    {"type": "array", "items": {"$ref": "#/definitions/s"}, "const": 1}]}}, "$ref": "#/definitions/s"})");
  Json value = 7;
  for (int i = 0; i < 60; ++i) value = Json::array({value});
  EXPECT_FALSE(validator.accepts(value));
  EXPECT_EQ(validator.validate(value).size(), 1U);
}

TEST(ValidatorTest, refusesValuesAndSchemasThatAreTooDeepWithoutRecursing) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "[";
  for (int i = 0; i < 200; ++i) deep += "]";
  const auto found = compiled("{}").validate(Json::parse(deep));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].message, testing::HasSubstr("deeper than 64"));
  Json schema = Json::object();
  for (int i = 0; i < 80; ++i) schema = Json{{"items", schema}};
  EXPECT_THAT(refusal(schema), testing::HasSubstr("deeper than 64"));
}

TEST(ValidatorTest, aWholeNumberIsAnIntegerHoweverItIsWritten) {
  const Validator validator = compiled(R"({"properties": {"n": {"type": "integer", "minimum": 1.0}, "c": {"enum": [2.0]}}})");
  EXPECT_TRUE(validator.accepts(Json::parse(R"({"n": 3.0, "c": 2})")));
  EXPECT_TRUE(validator.accepts(Json::parse(R"({"n": 3, "c": 2.0})")));
  EXPECT_FALSE(validator.accepts(Json::parse(R"({"n": 3.5})")));
  EXPECT_FALSE(validator.accepts(Json::parse(R"({"n": 0.0})")));
}

TEST(ValidatorTest, booleanSchemasAndUnwordedKeywordsStillHaveAVerdict) {
  EXPECT_TRUE(compiled("true").accepts(1));
  EXPECT_FALSE(compiled("false").accepts(1));
  EXPECT_EQ(compiled("false").validate(1).size(), 1U);
  const auto found = compiled(R"({"properties": {"n": {"multipleOf": 3}}})").validate(Json::parse(R"({"n": 4})"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].pointer, "/n");
}

TEST(ValidatorTest, neverRepeatsWhatStandsInASecretPlace) {
  const Validator validator = compiled(R"({"properties": {
    "env": {"type": "string", "pattern": "^[A-Z_]+$", "x-secret": true}, "key": {"type": "object"}}})");
  for (const auto& violation : validator.validate(Json::parse(R"({"env": "sk-canary", "key": "sk-canary"})"))) {
    EXPECT_THAT(violation.text(), testing::Not(testing::HasSubstr("canary")));
  }
}

}  // namespace
}  // namespace signalbox::schema
