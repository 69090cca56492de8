// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <span>

#include "storage/blobs/blob_writer.hpp"
#include "storage/blobs/profile_blob.hpp"
#include "storage/blobs/reading_blob.hpp"

namespace {

using namespace metergate;

void require(bool holds) {
  if (!holds) std::abort();
}

// What could be read is written and read back the same; whatever can't is refused, not crashed on.
void try_blob(OctetView blob) {
  const std::chrono::sys_days day{std::chrono::days{20'522}};
  if (const auto points = blobs::decode_profile_day(day, blob)) {
    const auto again = blobs::decode_profile_day(day, blobs::encode_profile_day(day, *points));
    require(again && *again == *points);
  }
  if (const auto registers = blobs::decode_reading(blob)) {
    const auto again = blobs::decode_reading(blobs::encode_reading(*registers));
    require(again && *again == *registers);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetView input{data, size};
  try_blob(input);
  // Once more as the body of a frame that holds, since chance seldom hits a checksum.
  blobs::BlobWriter out;
  out.append(input);
  try_blob(out.framed(blobs::kProfileFormat));
  return 0;
}
