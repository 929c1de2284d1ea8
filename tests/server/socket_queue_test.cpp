// SPDX-License-Identifier: Apache-2.0
#include "server/socket_queue.h"

#include <gtest/gtest.h>

namespace signalbox::server {
namespace {

TEST(SocketQueueTest, isFullOnlyForOneThatIsThere) {
  asio::io_context context;
  SocketQueue queue(context.get_executor(), 10);
  EXPECT_TRUE(queue.send("longer than it may hold")) << "the first always goes";
  EXPECT_FALSE(queue.send("more"));
  queue.detach();
  EXPECT_TRUE(queue.send("more")) << "one that has gone is not one that does not read";
  EXPECT_EQ(queue.queuedBytes(), 0U);
}

}  // namespace
}  // namespace signalbox::server
