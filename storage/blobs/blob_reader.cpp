// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs/blob_reader.hpp"

#include "storage/blobs/blob_writer.hpp"

namespace metergate::blobs {
namespace {
constexpr std::size_t kCrcOctets = 4;
}

std::string_view blob_fault_word(BlobFault fault) {
  switch (fault) {
    case BlobFault::UnknownFormat:
      return "its format is unknown to this release";
    case BlobFault::WrongLength:
      return "its length is wrong";
    case BlobFault::WrongChecksum:
      return "its checksum does not hold";
    case BlobFault::Malformed:
      return "its content is not well formed";
  }
  return "";
}

Result<BlobReader, BlobFault> BlobReader::open(OctetView blob, std::uint8_t format) {
  if (blob.empty()) return failure(BlobFault::WrongLength);
  if (blob.front() != format) return failure(BlobFault::UnknownFormat);
  BlobReader frame{blob.subspan(1)};
  const std::uint64_t length = frame.number();
  if (!frame.ok() || frame.rest() < kCrcOctets || frame.rest() - kCrcOctets != length) {
    return failure(BlobFault::WrongLength);
  }
  const OctetView body = frame.take(length);
  std::uint32_t crc = 0;
  for (const std::uint8_t octet : frame.take(kCrcOctets)) crc = (crc << 8U) | octet;
  if (crc != crc32(blob.first(blob.size() - kCrcOctets))) return failure(BlobFault::WrongChecksum);
  return BlobReader{body};
}

std::uint64_t BlobReader::long_number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at_ == body_.size()) break;
    const std::uint8_t octet = body_[at_++];
    // The tenth octet has room for one bit.
    if (shift == 63 && octet > 1) break;
    value |= static_cast<std::uint64_t>(octet & 0x7FU) << shift;
    if ((octet & 0x80U) == 0) return value;
  }
  ok_ = false;
  return 0;
}

std::uint8_t BlobReader::octet() {
  const OctetView one = take(1);
  return one.empty() ? std::uint8_t{0} : one.front();
}

OctetView BlobReader::take(std::uint64_t count) {
  if (count > rest()) {
    ok_ = false;
    return {};
  }
  const OctetView out = body_.subspan(at_, static_cast<std::size_t>(count));
  at_ += out.size();
  return out;
}

}  // namespace metergate::blobs
