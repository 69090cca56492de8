// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/wire.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "storage/owned_descriptor.hpp"

namespace metergate::cli {
namespace {

TEST(DlmsWireToAHost, WhereNobodyListensItIsSaidWhy) {
  // Bound and not listening: nobody else can have the port meanwhile.
  const OwnedDescriptor bound{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(bound.get(), generic, size), 0);
  ASSERT_EQ(::getsockname(bound.get(), generic, &size), 0);
  const auto wire = DlmsWire::connect("127.0.0.1", ntohs(address.sin_port));
  ASSERT_FALSE(wire);
  EXPECT_THAT(wire.error().text, testing::EndsWith(": Connection refused"));
}

}  // namespace
}  // namespace metergate::cli
