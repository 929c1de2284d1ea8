// SPDX-License-Identifier: Apache-2.0
#include "control/roles.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace signalbox::control {
namespace {

using domain::Role;

// Written out by hand from the contract, so that a slip in the table is seen here.
const std::map<std::string, Role> kContract{
    {"hello", Role::Viewer},           {"rpc.cancel", Role::Viewer},       {"rpc.unsubscribe", Role::Viewer},
    {"status.subscribe", Role::Viewer}, {"decisions.subscribe", Role::Viewer}, {"decisions.query", Role::Viewer},
    {"decisions.get", Role::Viewer},   {"labels.add", Role::Tuner},        {"metrics.subscribe", Role::Viewer},
    {"metrics.query", Role::Viewer},   {"metrics.baselines", Role::Viewer}, {"policy.subscribe", Role::Viewer},
    {"policy.get", Role::Viewer},      {"policy.check", Role::Viewer},     {"policy.history", Role::Viewer},
    {"policy.apply", Role::Tuner},     {"policy.confirm", Role::Tuner},    {"policy.rollback", Role::Tuner},
    {"upstreams.list", Role::Viewer},  {"audit.list", Role::Viewer},       {"fleet.list", Role::Viewer}};

TEST(RolesTest, givesEveryMethodTheRightsOfTheContract) {
  EXPECT_EQ(allMethods().size(), kContract.size());
  for (const Method method : allMethods()) {
    const auto row = kContract.find(std::string(name(method)));
    ASSERT_NE(row, kContract.end()) << name(method);
    for (const Role role : {Role::Viewer, Role::Tuner, Role::Admin}) {
      EXPECT_EQ(mayCall(role, method), role >= row->second) << name(method) << " as " << domain::name(role);
    }
  }
}

TEST(RolesTest, readsEveryNameBackAndNoOther) {
  std::set<std::string_view> names;
  for (const Method method : allMethods()) {
    EXPECT_TRUE(names.insert(name(method)).second) << name(method);
    EXPECT_EQ(parseMethod(name(method)), method);
  }
  EXPECT_EQ(parseMethod("policy.applyy"), std::nullopt);
  EXPECT_EQ(parseMethod(""), std::nullopt);
}

TEST(RolesTest, everyMethodRefusesAParameterThatItDoesNotKnow) {
  for (const Method method : allMethods()) {
    Json params = Json::object();
    EXPECT_FALSE(unknownParameter(method, params)) << name(method);
    for (const auto& known : parameters(method)) params[known] = nullptr;
    EXPECT_FALSE(unknownParameter(method, params)) << name(method);
    params["no_such_parameter"] = 1;
    const auto error = unknownParameter(method, params);
    ASSERT_TRUE(error) << name(method);
    EXPECT_EQ(error->code, ErrorCode::InvalidRequest);
    EXPECT_EQ(error->param, "no_such_parameter");
    EXPECT_TRUE(error->message.starts_with(std::string(name(method)) + " has no parameter")) << error->message;
  }
}

TEST(RolesTest, theNearestKnownParameterIsNamed) {
  const auto error = unknownParameter(Method::PolicyApply, {{"policy", Json::object()}, {"confirm_within", 60}});
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("did you mean \"confirm_within_s\"?"), std::string::npos) << error->message;
  EXPECT_NE(unknownParameter(Method::UpstreamsList, {{"x", 1}})->message.find("it takes none"), std::string::npos);
}

TEST(RolesTest, listsAsCapabilitiesExactlyWhatMayBeCalled) {
  for (const Role role : {Role::Viewer, Role::Tuner, Role::Admin}) {
    const auto listed = capabilities(role);
    const std::set<std::string> set(listed.begin(), listed.end());
    for (const auto& [method, least] : kContract) EXPECT_EQ(set.contains(method), role >= least) << method;
  }
}

}  // namespace
}  // namespace signalbox::control
