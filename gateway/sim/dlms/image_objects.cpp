// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/sim/dlms/image.hpp"
#include "gateway/sim/dlms/objects.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"

/// Image transfer (class 18).
namespace metergate::sim {
namespace {

namespace image_transfer = cosem::image_transfer;
using dlms::AccessResult;
using dlms::Data;
using dlms::GetResult;
using dlms::Structure;

AccessResult result_of(DlmsImage::Answer answer) {
  switch (answer) {
    case DlmsImage::Answer::Done:
      return AccessResult::Success;
    case DlmsImage::Answer::Busy:
      return AccessResult::TemporaryFailure;
    case DlmsImage::Answer::OutOfRange:
      return AccessResult::ScopeOfAccessViolated;
    default:
      return AccessResult::OtherReason;
  }
}

Data blocks_data(const std::vector<bool>& blocks) {
  dlms::BitString bits{blocks.size(), Octets((blocks.size() + 7) / 8)};
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    if (blocks[block]) bits.octets[block / 8] |= static_cast<std::uint8_t>(0x80U >> (block % 8));
  }
  return bits;
}

GetResult read_image(DlmsContext& context, std::int8_t attribute) {
  DlmsImage& image = context.image;
  image.live(context.now);
  switch (attribute) {
    case image_transfer::kBlockSize:
      return Data{DlmsImage::kBlockOctets};
    case image_transfer::kTransferredBlocks:
      return blocks_data(image.blocks());
    case image_transfer::kFirstNotTransferred:
      return Data{image.first_missing()};
    case image_transfer::kEnabled:
      return Data{image.enabled};
    case image_transfer::kStatus:
      return Data{dlms::Enum{static_cast<std::uint8_t>(image.status())}};
    default: {
      dlms::Array list;
      const Octets signature = image.signature();
      if (!signature.empty()) {
        list.elements.push_back(
            Structure{{Data{image.size()}, dlms::octet_string(image.identifier()),
                       dlms::octet_string(signature)}});
      }
      return Data{std::move(list)};
    }
  }
}

AccessResult write_image(DlmsContext& context, std::int8_t, const Data& value) {
  const auto enabled = dlms::integer_of(value);
  if (!enabled) return AccessResult::TypeUnmatched;
  context.image.enabled = *enabled != 0;
  return AccessResult::Success;
}

AccessResult initiate(DlmsImage& image, const Data& parameter) {
  const dlms::DataList* fields = dlms::structure_of(parameter, 2);
  const Octets* name = fields == nullptr ? nullptr : dlms::octets_of((*fields)[0]);
  const auto size = fields == nullptr ? std::nullopt : dlms::integer_of((*fields)[1]);
  if (name == nullptr || !size) return AccessResult::TypeUnmatched;
  if (*size < 0 || *size > DlmsImage::kMostOctets) return AccessResult::ScopeOfAccessViolated;
  return result_of(image.initiate(*name, static_cast<std::uint32_t>(*size)));
}

AccessResult take_block(DlmsImage& image, const Data& parameter) {
  const dlms::DataList* fields = dlms::structure_of(parameter, 2);
  const auto number = fields == nullptr ? std::nullopt : dlms::integer_of((*fields)[0]);
  const Octets* octets = fields == nullptr ? nullptr : dlms::octets_of((*fields)[1]);
  if (octets == nullptr || !number) return AccessResult::TypeUnmatched;
  if (*number < 0 || *number > 0xFFFF'FFFF) return AccessResult::ScopeOfAccessViolated;
  return result_of(image.take(static_cast<std::uint32_t>(*number), *octets));
}

AccessResult act(DlmsContext& context, std::int8_t method, const Data& parameter) {
  DlmsImage& image = context.image;
  switch (method) {
    case image_transfer::kInitiate:
      return initiate(image, parameter);
    case image_transfer::kBlockTransfer:
      return take_block(image, parameter);
    case image_transfer::kVerify:
      return result_of(image.verify(context.now));
    default:
      return result_of(image.activate(context.now));
  }
}

}  // namespace

void add_image_objects(DlmsObjects& objects) {
  objects.push_back({.class_id = image_transfer::kClass,
                     .name = cosem::kImageTransfer,
                     .attributes = 7,
                     .methods = 4,
                     .read = read_image,
                     .writable = {image_transfer::kEnabled},
                     .write = write_image,
                     .invoke = act});
}

}  // namespace metergate::sim
