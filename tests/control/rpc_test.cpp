// SPDX-License-Identifier: Apache-2.0
#include "control/rpc.h"

#include <gtest/gtest.h>

namespace signalbox::control {
namespace {

TEST(RpcTest, givesEveryErrorTheNumberOfTheContractAndReadsItBack) {
  const std::pair<ErrorCode, int> table[] = {{ErrorCode::InvalidRequest, -32602}, {ErrorCode::Forbidden, 4030},
                                             {ErrorCode::NotFound, 4040},         {ErrorCode::Conflict, 4090},
                                             {ErrorCode::Guardrail, 4220},        {ErrorCode::Throttled, 4290},
                                             {ErrorCode::Cancelled, 4990},        {ErrorCode::Internal, -32603},
                                             {ErrorCode::Io, -32603}};
  for (const auto& [code, number] : table) {
    Error error{code, "what happened", "field", R"({"live":7})", 0, 0};
    const Json json = errorToJson(error);
    EXPECT_EQ(json["code"], number);
    EXPECT_EQ(json["data"]["live"], 7);
    const Error back = errorFromJson(json);
    EXPECT_EQ(back.code, code);
    EXPECT_EQ(back.message, "what happened");
    EXPECT_EQ(back.param, "field");
  }
  EXPECT_EQ(rpcCode(ErrorCode::UnknownDecision), 4040);
}

TEST(RpcTest, readsCallsAndRefusesWhatIsNone) {
  const auto call = callFromJson(Json::parse(R"({"jsonrpc":"2.0","id":7,"method":"hello","params":{"protocol":1}})"));
  ASSERT_TRUE(call);
  EXPECT_EQ(call->id, 7);
  EXPECT_EQ(call->method, "hello");
  EXPECT_EQ(call->params["protocol"], 1);
  EXPECT_FALSE(call->notification);
  EXPECT_TRUE(callFromJson(Json::parse(R"({"jsonrpc":"2.0","method":"rpc.cancel"})"))->notification);
  for (const char* text : {"[]", "3", R"({"id":1,"method":"hello"})", R"({"jsonrpc":"1.0","id":1,"method":"hello"})",
                           R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"method":5})",
                           R"({"jsonrpc":"2.0","id":{},"method":"hello"})"}) {
    EXPECT_FALSE(callFromJson(Json::parse(text))) << text;
  }
}

TEST(RpcTest, writesTextThatIsAlwaysValid) {
  EXPECT_EQ(Json::parse(answerText("a", {{"x", 1}})), Json::parse(R"({"jsonrpc":"2.0","id":"a","result":{"x":1}})"));
  EXPECT_EQ(Json::parse(errorText(nullptr, kParseError, "no JSON")),
            Json::parse(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON"}})"));
  EXPECT_EQ(Json::parse(notificationText("metrics.delta", {{"seq", 2}}))["params"]["seq"], 2);
  EXPECT_TRUE(parseJson(answerText(1, {{"x", "\xff"}}))) << "bytes that are no UTF-8 are replaced";
}

}  // namespace
}  // namespace signalbox::control
