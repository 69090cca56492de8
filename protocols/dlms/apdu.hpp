// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <variant>

#include "protocols/dlms/access.hpp"
#include "protocols/dlms/action.hpp"
#include "protocols/dlms/data_codec.hpp"
#include "protocols/dlms/errors.hpp"
#include "protocols/dlms/general_block.hpp"
#include "protocols/dlms/get.hpp"
#include "protocols/dlms/notification.hpp"
#include "protocols/dlms/set.hpp"

/// The xDLMS APDUs for logical names, plain (Green Book, 9.5). ACSE and ciphered APDUs have codecs
/// of their own.
namespace metergate::dlms {

using Apdu =
    std::variant<GetRequest, GetRequestNext, GetRequestList, GetResponse, GetResponseBlock,
                 GetResponseList, SetRequest, SetRequestFirstBlock, SetRequestBlock, SetRequestList,
                 SetRequestListFirstBlock, SetResponse, SetResponseBlock, SetResponseLastBlock,
                 SetResponseListLastBlock, SetResponseList, ActionRequest, ActionRequestNext,
                 ActionRequestList, ActionRequestFirstBlock, ActionRequestListFirstBlock,
                 ActionRequestBlock, ActionResponse, ActionResponseBlock, ActionResponseList,
                 ActionResponseNext, AccessRequest, AccessResponse, DataNotification,
                 EventNotification, GeneralBlock, ExceptionResponse, ConfirmedServiceError>;

/// First octets.
namespace apdu_tag {
inline constexpr std::uint8_t kConfirmedServiceError = 0x0E;
inline constexpr std::uint8_t kDataNotification = 0x0F;
inline constexpr std::uint8_t kGetRequest = 0xC0;
inline constexpr std::uint8_t kSetRequest = 0xC1;
inline constexpr std::uint8_t kEventNotification = 0xC2;
inline constexpr std::uint8_t kActionRequest = 0xC3;
inline constexpr std::uint8_t kGetResponse = 0xC4;
inline constexpr std::uint8_t kSetResponse = 0xC5;
inline constexpr std::uint8_t kActionResponse = 0xC7;
inline constexpr std::uint8_t kExceptionResponse = 0xD8;
inline constexpr std::uint8_t kAccessRequest = 0xD9;
inline constexpr std::uint8_t kAccessResponse = 0xDA;
inline constexpr std::uint8_t kGeneralBlock = 0xE0;
}  // namespace apdu_tag

[[nodiscard]] Octets encode_apdu(const Apdu& apdu);
[[nodiscard]] Result<Apdu, DecodeFault> decode_apdu(OctetView octets,
                                                    const DataLimits& limits = {});
/// `get-request-normal`: the standard's word for a kind of APDU.
[[nodiscard]] std::string_view apdu_word(const Apdu& apdu);

/// The list of results that the blocks of a GET with list make up.
[[nodiscard]] Result<std::vector<GetResult>, DecodeFault> decode_get_results(
    OctetView octets, const DataLimits& limits = {});
[[nodiscard]] Octets encode_get_results(const std::vector<GetResult>& results);

}  // namespace metergate::dlms
