// SPDX-License-Identifier: Apache-2.0
#include "protocols/modbus/pdu.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <vector>

#include "protocols/octets/hex.hpp"

namespace metergate::modbus {
namespace {

using Reason = PduFault::Reason;

Octets octets(std::string_view text) { return hex::parse(text).value(); }

Reason refused(std::string_view request) {
  const auto decoded = decode_request(octets(request));
  EXPECT_FALSE(decoded) << request;
  return decoded ? Reason{} : decoded.error().reason;
}

Reason refused(const Request& asked, std::string_view answer) {
  const auto decoded = decode_response(asked, octets(answer));
  EXPECT_FALSE(decoded) << answer;
  return decoded ? Reason{} : decoded.error().reason;
}

const std::vector<Request>& one_of_each() {
  static const std::vector<Request> all{ReadRegisters{FunctionCode::ReadHoldingRegisters, 0x6B, 3},
                                        ReadRegisters{FunctionCode::ReadInputRegisters, 8, 125},
                                        WriteRegister{1, 3}, WriteRegisters{1, {10, 0x102}},
                                        ReadWriteRegisters{3, 6, 14, {0xFF, 0xFF, 0xFF}}};
  return all;
}

Response success_of(const Request& request) {
  const std::size_t length = response_octets(request);
  const bool writes = std::holds_alternative<WriteRegister>(request) ||
                      std::holds_alternative<WriteRegisters>(request);
  if (writes) return RegistersWritten{};
  return RegistersRead{Registers((length - 2) / 2, 0x1234)};
}

TEST(PduTest, TheSpecificationsOwnExamples) {
  EXPECT_EQ(encode_request(one_of_each()[0]), octets("03 00 6b 00 03"));
  EXPECT_EQ(encode_request(one_of_each()[2]), octets("06 00 01 00 03"));
  EXPECT_EQ(encode_request(one_of_each()[3]), octets("10 00 01 00 02 04 00 0a 01 02"));
  EXPECT_EQ(encode_request(one_of_each()[4]),
            octets("17 00 03 00 06 00 0e 00 03 06 00 ff 00 ff 00 ff"));
  EXPECT_EQ(decode_response(one_of_each()[0], octets("03 06 02 2b 00 00 00 64")).value(),
            (Response{RegistersRead{{0x022B, 0, 0x64}}}));
}

TEST(PduTest, WhatWasWrittenIsReadAgainAndNoPrefixOrMoreOfIt) {
  for (const Request& request : one_of_each()) {
    Octets asked = encode_request(request);
    EXPECT_EQ(decode_request(asked).value(), request);
    Octets answer = encode_response(request, success_of(request));
    EXPECT_EQ(answer.size(), response_octets(request));
    EXPECT_EQ(decode_response(request, answer).value(), success_of(request));
    for (std::size_t length = 0; length < asked.size(); ++length) {
      EXPECT_FALSE(decode_request(OctetView{asked}.first(length)));
    }
    for (std::size_t length = 0; length < answer.size(); ++length) {
      EXPECT_FALSE(decode_response(request, OctetView{answer}.first(length)));
    }
    asked.push_back(0);
    answer.push_back(0);
    EXPECT_EQ(decode_request(asked).error().reason, Reason::TooLong);
    EXPECT_EQ(decode_response(request, answer).error().reason, Reason::TooLong);
  }
}

TEST(PduTest, CountsBeyondTheFunctionsLimitsAreRefused) {
  EXPECT_EQ(refused("03 00 00 00 00"), Reason::WrongCount);
  EXPECT_TRUE(decode_request(octets("03 00 00 00 7d")));
  EXPECT_EQ(refused("04 00 00 00 7e"), Reason::WrongCount);
  EXPECT_EQ(refused("10 00 00 00 00 00"), Reason::WrongCount);
  EXPECT_EQ(refused("10 00 00 00 7c f8"), Reason::WrongCount);
  EXPECT_EQ(refused("17 00 00 00 7e 00 00 00 01 02 00 00"), Reason::WrongCount);
  EXPECT_EQ(refused("17 00 00 00 01 00 00 00 7a f4"), Reason::WrongCount);
}

TEST(PduTest, CountAndOctetsHaveToAgree) {
  EXPECT_EQ(refused("10 00 01 00 02 03 00 0a 01"), Reason::WrongCount);
  EXPECT_EQ(refused("10 00 01 00 02 04 00 0a 01"), Reason::Truncated);
  EXPECT_EQ(refused(one_of_each()[0], "03 04 00 01 00 02"), Reason::WrongCount);
  EXPECT_EQ(refused(one_of_each()[0], "03 06 00 01 00 02"), Reason::Truncated);
}

TEST(PduTest, AnAnswerIsToTheQuestionThatWasAsked) {
  EXPECT_EQ(refused("2b 0e 01 00"), Reason::WrongFunction);
  EXPECT_EQ(refused(one_of_each()[0], "04 06 00 01 00 02 00 03"), Reason::WrongFunction);
  EXPECT_EQ(refused(one_of_each()[2], "06 00 02 00 03"), Reason::WrongEcho);
  EXPECT_EQ(refused(one_of_each()[2], "06 00 01 00 04"), Reason::WrongEcho);
  EXPECT_EQ(refused(one_of_each()[3], "10 00 02 00 02"), Reason::WrongEcho);
  EXPECT_EQ(refused(one_of_each()[3], "10 00 01 00 01"), Reason::WrongEcho);
  EXPECT_EQ(refused(one_of_each()[3], "86 02"), Reason::WrongFunction) << "another one's exception";
}

TEST(PduTest, AnExceptionIsAnAnswerToAnyQuestion) {
  for (const Request& request : one_of_each()) {
    const Octets answer = encode_response(request, Exception{2});
    EXPECT_EQ(decode_response(request, answer).value(), (Response{Exception{2}}));
    EXPECT_EQ(decode_response(request, OctetView{answer}.first(1)).error().reason,
              Reason::Truncated);
  }
}

TEST(PduTest, EveryFaultAndExceptionHasItsWords) {
  std::set<std::string_view> words;
  for (const Reason reason : {Reason::Truncated, Reason::TooLong, Reason::WrongFunction,
                              Reason::WrongCount, Reason::WrongEcho}) {
    EXPECT_TRUE(words.insert(fault_word(reason)).second);
  }
  for (const int code : {1, 2, 3, 4, 5, 6, 8, 10, 11}) {
    EXPECT_TRUE(words.insert(exception_word(static_cast<ExceptionCode>(code))).second) << code;
  }
  EXPECT_EQ(exception_word(ExceptionCode{7}), "unknown exception");
}

}  // namespace
}  // namespace metergate::modbus
