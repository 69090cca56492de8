// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs/reading_blob.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace metergate::blobs {
namespace {

rc::Gen<std::vector<StoredRegister>> any_reading() {
  return rc::gen::exec([] {
    std::vector<StoredRegister> out;
    const auto count = *rc::gen::inRange(0, 20);
    for (int i = 0; i < count; ++i) {
      out.push_back(
          {*rc::gen::arbitrary<std::int64_t>(),
           {*rc::gen::arbitrary<std::int64_t>(), *rc::gen::arbitrary<std::int8_t>()},
           static_cast<Unit>(*rc::gen::inRange(0, static_cast<int>(Unit::CurrencyMinor) + 1))});
    }
    return out;
  });
}

TEST(ReadingBlob, DecodesToWhatWasEncoded) {
  EXPECT_TRUE(rc::check([] {
    const auto registers = *any_reading();
    const auto decoded = decode_reading(encode_reading(registers));
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == registers);
  }));
}

TEST(ReadingBlob, AnyTruncationIsAnError) {
  EXPECT_TRUE(rc::check([] {
    const auto blob = encode_reading(*any_reading());
    for (std::size_t length = 0; length < blob.size(); ++length) {
      RC_ASSERT(!decode_reading(OctetView{blob}.first(length)).has_value());
    }
  }));
}

}  // namespace
}  // namespace metergate::blobs
