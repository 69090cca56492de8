// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Interface classes of the Blue Book by number, with the attributes and methods this project uses.
/// Attribute 1 is the logical name everywhere.
namespace metergate::cosem {

namespace data {
inline constexpr std::uint16_t kClass = 1;
inline constexpr std::int8_t kValue = 2;
}  // namespace data

namespace register_object {
inline constexpr std::uint16_t kClass = 3;
inline constexpr std::int8_t kValue = 2;
inline constexpr std::int8_t kScalerUnit = 3;
inline constexpr std::int8_t kReset = 1;
}  // namespace register_object

namespace extended_register {
inline constexpr std::uint16_t kClass = 4;
inline constexpr std::int8_t kValue = 2;
inline constexpr std::int8_t kScalerUnit = 3;
inline constexpr std::int8_t kStatus = 4;
inline constexpr std::int8_t kCaptureTime = 5;
}  // namespace extended_register

namespace demand_register {
inline constexpr std::uint16_t kClass = 5;
inline constexpr std::int8_t kCurrentAverage = 2;
inline constexpr std::int8_t kLastAverage = 3;
inline constexpr std::int8_t kScalerUnit = 4;
inline constexpr std::int8_t kStatus = 5;
inline constexpr std::int8_t kCaptureTime = 6;
inline constexpr std::int8_t kPeriod = 8;
}  // namespace demand_register

namespace profile_generic {
inline constexpr std::uint16_t kClass = 7;
inline constexpr std::int8_t kBuffer = 2;
inline constexpr std::int8_t kCaptureObjects = 3;
inline constexpr std::int8_t kCapturePeriod = 4;
inline constexpr std::int8_t kSortMethod = 5;
inline constexpr std::int8_t kSortObject = 6;
inline constexpr std::int8_t kEntriesInUse = 7;
inline constexpr std::int8_t kProfileEntries = 8;
inline constexpr std::int8_t kReset = 1;
inline constexpr std::int8_t kCapture = 2;
}  // namespace profile_generic

namespace clock {
inline constexpr std::uint16_t kClass = 8;
inline constexpr std::int8_t kTime = 2;
inline constexpr std::int8_t kTimeZone = 3;
inline constexpr std::int8_t kStatus = 4;
inline constexpr std::int8_t kDaylightDeviation = 7;
inline constexpr std::int8_t kDaylightEnabled = 8;
inline constexpr std::int8_t kShiftTime = 6;
}  // namespace clock

namespace script_table {
inline constexpr std::uint16_t kClass = 9;
inline constexpr std::int8_t kScripts = 2;
inline constexpr std::int8_t kExecute = 1;
}  // namespace script_table

namespace association {
inline constexpr std::uint16_t kClass = 15;
inline constexpr std::int8_t kObjectList = 2;
inline constexpr std::int8_t kStatus = 8;
inline constexpr std::int8_t kReplyToHls = 1;
inline constexpr std::int8_t kChangeHlsSecret = 2;
}  // namespace association

namespace sap_assignment {
inline constexpr std::uint16_t kClass = 17;
inline constexpr std::int8_t kList = 2;
}  // namespace sap_assignment

namespace image_transfer {
inline constexpr std::uint16_t kClass = 18;
inline constexpr std::int8_t kBlockSize = 2;
inline constexpr std::int8_t kTransferredBlocks = 3;
inline constexpr std::int8_t kFirstNotTransferred = 4;
inline constexpr std::int8_t kEnabled = 5;
inline constexpr std::int8_t kStatus = 6;
inline constexpr std::int8_t kToActivate = 7;
inline constexpr std::int8_t kInitiate = 1;
inline constexpr std::int8_t kBlockTransfer = 2;
inline constexpr std::int8_t kVerify = 3;
inline constexpr std::int8_t kActivate = 4;
/// image_transfer_status (Blue Book, 4.4.6).
enum class Status : std::uint8_t {
  NotInitiated,
  Initiated,
  Verifying,
  Verified,
  VerificationFailed,
  Activating,
  Activated,
  ActivationFailed,
};
}  // namespace image_transfer

namespace activity_calendar {
inline constexpr std::uint16_t kClass = 20;
inline constexpr std::int8_t kActiveName = 2;
inline constexpr std::int8_t kPassiveName = 6;
inline constexpr std::int8_t kActivationTime = 10;
inline constexpr std::int8_t kActivatePassive = 1;
}  // namespace activity_calendar

namespace action_schedule {
inline constexpr std::uint16_t kClass = 22;
inline constexpr std::int8_t kScript = 2;
inline constexpr std::int8_t kExecutionTimes = 4;
}  // namespace action_schedule

namespace push_setup {
inline constexpr std::uint16_t kClass = 40;
inline constexpr std::int8_t kObjectList = 2;
inline constexpr std::int8_t kDestination = 3;
inline constexpr std::int8_t kPush = 1;
}  // namespace push_setup

namespace security_setup {
inline constexpr std::uint16_t kClass = 64;
inline constexpr std::int8_t kPolicy = 2;
inline constexpr std::int8_t kSuite = 3;
inline constexpr std::int8_t kClientTitle = 4;
inline constexpr std::int8_t kServerTitle = 5;
inline constexpr std::int8_t kActivate = 1;
inline constexpr std::int8_t kKeyTransfer = 2;
}  // namespace security_setup

namespace disconnect_control {
inline constexpr std::uint16_t kClass = 70;
inline constexpr std::int8_t kOutputState = 2;
inline constexpr std::int8_t kControlState = 3;
inline constexpr std::int8_t kControlMode = 4;
inline constexpr std::int8_t kRemoteDisconnect = 1;
inline constexpr std::int8_t kRemoteReconnect = 2;
}  // namespace disconnect_control

namespace limiter {
inline constexpr std::uint16_t kClass = 71;
inline constexpr std::int8_t kThresholdActive = 3;
inline constexpr std::int8_t kThresholdNormal = 4;
inline constexpr std::int8_t kThresholdEmergency = 5;
}  // namespace limiter

namespace account {
inline constexpr std::uint16_t kClass = 111;
inline constexpr std::int8_t kModeAndStatus = 2;
inline constexpr std::int8_t kCreditInUse = 3;
inline constexpr std::int8_t kCreditStatus = 4;
inline constexpr std::int8_t kAvailableCredit = 5;
inline constexpr std::int8_t kAmountToClear = 6;
inline constexpr std::int8_t kAggregatedDebt = 8;
inline constexpr std::int8_t kCurrency = 15;
inline constexpr std::int8_t kActivate = 1;
inline constexpr std::int8_t kClose = 2;
inline constexpr std::int8_t kReset = 3;
}  // namespace account

namespace credit {
inline constexpr std::uint16_t kClass = 112;
inline constexpr std::int8_t kCurrentAmount = 2;
inline constexpr std::int8_t kType = 3;
inline constexpr std::int8_t kStatus = 8;
inline constexpr std::int8_t kUpdateAmount = 1;
inline constexpr std::int8_t kSetAmount = 2;
inline constexpr std::int8_t kInvoke = 3;
}  // namespace credit

namespace charge {
inline constexpr std::uint16_t kClass = 113;
inline constexpr std::int8_t kTotalPaid = 2;
inline constexpr std::int8_t kUnitChargeActive = 5;
inline constexpr std::int8_t kTotalRemaining = 12;
inline constexpr std::int8_t kUpdateUnitCharge = 1;
inline constexpr std::int8_t kActivatePassive = 2;
inline constexpr std::int8_t kSetRemaining = 5;
}  // namespace charge

namespace token_gateway {
inline constexpr std::uint16_t kClass = 115;
inline constexpr std::int8_t kToken = 2;
inline constexpr std::int8_t kTime = 3;
inline constexpr std::int8_t kDescription = 4;
inline constexpr std::int8_t kDelivery = 5;
inline constexpr std::int8_t kStatus = 6;
inline constexpr std::int8_t kEnter = 1;
}  // namespace token_gateway

namespace sts {
inline constexpr std::uint16_t kClass = 116;
inline constexpr std::int8_t kMeterPan = 2;
inline constexpr std::int8_t kCommodity = 3;
inline constexpr std::int8_t kTokenCarriers = 4;
inline constexpr std::int8_t kAlgorithm = 5;
inline constexpr std::int8_t kSupplyGroup = 6;
inline constexpr std::int8_t kTariffIndex = 7;
inline constexpr std::int8_t kKeyRevision = 8;
inline constexpr std::int8_t kKeyType = 9;
inline constexpr std::int8_t kKeyExpiry = 10;
inline constexpr std::int8_t kKeyChangeTokens = 11;
inline constexpr std::int8_t kCertificate = 12;
}  // namespace sts

}  // namespace metergate::cosem
