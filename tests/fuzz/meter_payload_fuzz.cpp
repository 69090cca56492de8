// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/meter_mqtt/messages.hpp"

// Whatever a meter publishes: it is understood or refused with a sentence, and what was understood
// is understood again when it is written back.
namespace {

using namespace metergate;
using namespace metergate::meter_mqtt;

constexpr UtcTime kReadAt{std::chrono::milliseconds{1'772'360'223'250}};

void require(bool holds) {
  if (!holds) std::abort();
}

const std::array<operation::Operation, 16>& questions() {
  static const std::array<operation::Operation, 16> all{
      operation::Identify{},
      operation::ReadRegisters{},
      operation::ReadProfile{UtcSeconds{}, UtcSeconds{std::chrono::seconds{4'000'000'000}}},
      operation::ReadDaily{std::chrono::sys_days{},
                           std::chrono::sys_days{std::chrono::days{40'000}}},
      operation::ReadLog{LogId::Supply, 41},
      operation::ReadClock{},
      operation::SetClock{UtcSeconds{}, 1'207},
      operation::ReadRelay{},
      operation::OperateRelay{SupplyState::Armed, 1'208},
      operation::WriteToken{*Token::parse("47126853900317548264"), 1'209},
      operation::ReadTransaction{1'209},
      operation::ReadBilling{11},
      operation::ReadTariff{},
      operation::ChangeTenancy{},
      operation::ChangeSupplier{},
      operation::SetTariff{}};
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view payload{reinterpret_cast<const char*>(data), size};
  for (const auto& asked : questions()) {
    const auto response = decode_response(asked, payload, kReadAt);
    if (!response) {
      require(!response.error().empty());
    } else if (const auto* answer = std::get_if<operation::Answer>(&*response)) {
      require(decode_response(asked, encode_answer("7", *answer), kReadAt).has_value());
    }
  }
  for (const std::string_view word : {"registers", "profile", "daily", "events", "x"}) {
    const auto push = decode_push(word, payload, kReadAt);
    if (push) require(decode_push(word, encode_push(*push), kReadAt).has_value());
  }
  if (const auto presence = decode_presence(payload)) {
    const auto again = decode_presence(encode_presence(*presence));
    require(again.has_value() && again->serial == presence->serial);
  }
  if (const auto request = decode_request(payload)) {
    const std::string again = with_id(request->id, encode_request(request->operation));
    require(decode_request(again).has_value());
  }
  static_cast<void>(response_id(payload));
  return 0;
}
