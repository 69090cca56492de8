// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/objects.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"

/// What names the key of a meter that takes STS tokens (class 116): a vending record is compared
/// with it. All of it is public; the key is not here.
namespace metergate::sim {
namespace {

using dlms::Data;
using dlms::GetResult;

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t number = 0;
  for (const char digit : digits) number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  return number;
}

/// {issuer, decoder reference number, check digit of the whole}
Data pan_data(const sts::MeterPan& pan) {
  const std::string digits = pan.digits();
  return dlms::Structure{{Data{static_cast<std::uint32_t>(number_of(pan.issuer()))},
                          Data{number_of(pan.drn().digits())},
                          Data{static_cast<std::uint8_t>(digits.back() - '0')}}};
}

GetResult read_sts(DlmsContext& context, std::int8_t attribute) {
  const auto state = context.meter.token_state();
  if (!state) return Data{};  // it has no key
  const sts::MeterKey& key = state->keys.decoder;
  constexpr std::uint8_t kVirtualCarrier = 7;  // TCT of IEC 62055-52
  constexpr std::uint8_t kKeyChangeTokens64 = 2;
  constexpr std::uint8_t kKeyChangeTokens128 = 4;
  const bool is_long = key.cipher.algorithm() == sts::EncryptionAlgorithm::Misty1;
  switch (attribute) {
    case cosem::sts::kMeterPan:
      return pan_data(state->keys.pan);
    case cosem::sts::kCommodity:
      return Data{dlms::VisibleString{"ELECTRICITY"}};
    case cosem::sts::kTokenCarriers:
      return Data{dlms::Array{{Data{kVirtualCarrier}}}};
    case cosem::sts::kAlgorithm:
      return Data{static_cast<std::uint8_t>(key.cipher.algorithm())};
    case cosem::sts::kSupplyGroup:
      return Data{key.supply_group.value_or(0)};
    case cosem::sts::kTariffIndex:
      return Data{key.tariff_index};
    case cosem::sts::kKeyRevision:
      return Data{key.key_revision};
    case cosem::sts::kKeyType:
      return Data{static_cast<std::uint8_t>(key.key_type)};
    case cosem::sts::kKeyExpiry:
      return Data{key.key_expiry.value};
    case cosem::sts::kKeyChangeTokens:
      return Data{is_long ? kKeyChangeTokens128 : kKeyChangeTokens64};
    default:
      return Data{dlms::VisibleString{"none, a simulated meter"}};
  }
}

}  // namespace

void add_sts_objects(DlmsObjects& objects) {
  objects.push_back({.class_id = cosem::sts::kClass,
                     .name = cosem::kStsAttributes,
                     .attributes = 12,
                     .read = read_sts});
}

}  // namespace metergate::sim
