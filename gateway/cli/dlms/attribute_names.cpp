// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/attribute_names.hpp"

#include <algorithm>
#include <array>

namespace metergate::cli {
namespace {

using Word = std::string_view;

constexpr FieldName kLogicalName{"logical_name"};

// ---- structures that several classes have -------------------------------------------------------
constexpr std::array kScalerUnit{FieldName{"scaler"}, FieldName{"unit"}};
constexpr std::array kAttributeReference{FieldName{"class"}, FieldName{"logical_name"},
                                         FieldName{"attribute"}};
constexpr std::array kScript{FieldName{"script_table"}, FieldName{"script"}};
constexpr std::array kColumn{FieldName{"class"}, FieldName{"logical_name"}, FieldName{"attribute"},
                             FieldName{"data_index"}};
constexpr std::array<Word, 10> kSpeeds{"300 Bd",  "600 Bd",   "1200 Bd",  "2400 Bd",  "4800 Bd",
                                       "9600 Bd", "19200 Bd", "38400 Bd", "57600 Bd", "115200 Bd"};
constexpr Word kPassword = "not read: a password";

// ---- 1, 3: data, register -----------------------------------------------------------------------
constexpr std::array kData{AttributeName{2, {"value"}}};
constexpr std::array kRegister{AttributeName{2, {"value"}},
                               AttributeName{3, {"scaler_unit", {}, kScalerUnit}}};

// ---- 4, 5: extended register, demand register ---------------------------------------------------
constexpr std::array kExtendedRegister{
    AttributeName{2, {"value"}}, AttributeName{3, {"scaler_unit", {}, kScalerUnit}},
    AttributeName{4, {"status"}}, AttributeName{5, {"capture_time"}}};
constexpr std::array kDemandRegister{AttributeName{2, {"current_average_value"}},
                                     AttributeName{3, {"last_average_value"}},
                                     AttributeName{4, {"scaler_unit", {}, kScalerUnit}},
                                     AttributeName{5, {"status"}},
                                     AttributeName{6, {"capture_time"}},
                                     AttributeName{7, {"start_time_current"}},
                                     AttributeName{8, {"period"}},
                                     AttributeName{9, {"number_of_periods"}}};

// ---- 7: profile generic -------------------------------------------------------------------------
constexpr std::array<Word, 7> kSortMethods{
    "",         "first in first out", "last in first out", "largest",
    "smallest", "nearest to zero",    "farthest from zero"};
constexpr std::array kProfileGeneric{
    AttributeName{2, {"buffer"}, "`metergate dlms profile` shows it"},
    AttributeName{3, {"capture_objects", {}, kColumn}},
    AttributeName{4, {"capture_period"}},
    AttributeName{5, {"sort_method", kSortMethods}},
    AttributeName{6, {"sort_object", {}, kColumn}},
    AttributeName{7, {"entries_in_use"}},
    AttributeName{8, {"profile_entries"}}};

// ---- 8: clock -----------------------------------------------------------------------------------
constexpr std::array<Word, 6> kClockBases{"not defined", "crystal", "mains 50 Hz",
                                          "mains 60 Hz", "GPS",     "radio"};
constexpr std::array kClock{AttributeName{2, {"time"}},
                            AttributeName{3, {"time_zone"}},
                            AttributeName{4, {"status"}},
                            AttributeName{5, {"daylight_savings_begin"}},
                            AttributeName{6, {"daylight_savings_end"}},
                            AttributeName{7, {"daylight_savings_deviation"}},
                            AttributeName{8, {"daylight_savings_enabled"}},
                            AttributeName{9, {"clock_base", kClockBases}}};

// ---- 9, 22: script table, single action schedule ------------------------------------------------
constexpr std::array<Word, 3> kScriptServices{"", "write attribute", "execute method"};
constexpr std::array kScriptAction{FieldName{"service_id", kScriptServices}, FieldName{"class"},
                                   FieldName{"logical_name"}, FieldName{"index"},
                                   FieldName{"parameter"}};
constexpr std::array kScriptEntry{FieldName{"script_identifier"},
                                  FieldName{"actions", {}, kScriptAction}};
constexpr std::array kScriptTable{AttributeName{2, {"scripts", {}, kScriptEntry}}};
constexpr std::array kExecutionTime{FieldName{"time"}, FieldName{"date"}};
constexpr std::array kActionSchedule{AttributeName{2, {"executed_script", {}, kScript}},
                                     AttributeName{3, {"type"}},
                                     AttributeName{4, {"execution_time", {}, kExecutionTime}}};

// ---- 15, 17: association, SAP assignment --------------------------------------------------------
constexpr std::array kPartners{FieldName{"client_SAP"}, FieldName{"server_SAP"}};
constexpr std::array kContextInfo{
    FieldName{"conformance"},  FieldName{"max_receive_pdu_size"}, FieldName{"max_send_pdu_size"},
    FieldName{"dlms_version"}, FieldName{"quality_of_service"},   FieldName{"cyphering_info"}};
constexpr std::array<Word, 3> kAssociationStates{"not associated", "pending", "associated"};
constexpr std::array kAssociation{
    AttributeName{2, {"object_list"}, "`metergate dlms discover` shows it"},
    AttributeName{3, {"associated_partners_id", {}, kPartners}},
    AttributeName{4, {"application_context_name"}},
    AttributeName{5, {"xDLMS_context_info", {}, kContextInfo}},
    AttributeName{6, {"authentication_mechanism_name"}},
    AttributeName{7, {"secret"}, kPassword},
    AttributeName{8, {"association_status", kAssociationStates}},
    AttributeName{9, {"security_setup_reference"}},
    AttributeName{10, {"user_list"}},
    AttributeName{11, {"current_user"}}};
constexpr std::array kSap{FieldName{"SAP"}, FieldName{"logical_device_name"}};
constexpr std::array kSapAssignment{AttributeName{2, {"SAP_assignment_list", {}, kSap}}};

// ---- 18: image transfer -------------------------------------------------------------------------
constexpr std::array<Word, 8> kImageStates{"not initiated", "initiated",           "verifying",
                                           "verified",      "verification failed", "activating",
                                           "activated",     "activation failed"};
constexpr std::array kImageToActivate{FieldName{"size"}, FieldName{"identification"},
                                      FieldName{"signature"}};
constexpr std::array kImageTransfer{
    AttributeName{2, {"image_block_size"}},
    AttributeName{3, {"image_transferred_blocks_status"}},
    AttributeName{4, {"image_first_not_transferred_block_number"}},
    AttributeName{5, {"image_transfer_enabled"}},
    AttributeName{6, {"image_transfer_status", kImageStates}},
    AttributeName{7, {"image_to_activate_info", {}, kImageToActivate}}};

// ---- 19, 23, 41: local port, HDLC and TCP-UDP setup ---------------------------------------------
constexpr std::array<Word, 2> kPortModes{"IEC 62056-21", "HDLC"};
constexpr std::array<Word, 2> kResponseTimes{"20 ms", "200 ms"};
constexpr std::array kLocalPortSetup{AttributeName{2, {"default_mode", kPortModes}},
                                     AttributeName{3, {"default_baud", kSpeeds}},
                                     AttributeName{4, {"prop_baud", kSpeeds}},
                                     AttributeName{5, {"response_time", kResponseTimes}},
                                     AttributeName{6, {"device_addr"}},
                                     AttributeName{7, {"pass_p1"}, kPassword},
                                     AttributeName{8, {"pass_p2"}, kPassword},
                                     AttributeName{9, {"pass_w5"}, kPassword}};
constexpr std::array kHdlcSetup{AttributeName{2, {"comm_speed", kSpeeds}},
                                AttributeName{3, {"window_size_transmit"}},
                                AttributeName{4, {"window_size_receive"}},
                                AttributeName{5, {"max_info_field_length_transmit"}},
                                AttributeName{6, {"max_info_field_length_receive"}},
                                AttributeName{7, {"inter_octet_time_out"}},
                                AttributeName{8, {"inactivity_time_out"}},
                                AttributeName{9, {"device_address"}}};
constexpr std::array kTcpUdpSetup{AttributeName{2, {"TCP-UDP_port"}},
                                  AttributeName{3, {"IP_reference"}}, AttributeName{4, {"MSS"}},
                                  AttributeName{5, {"nb_of_sim_conn"}},
                                  AttributeName{6, {"inactivity_time_out"}}};

// ---- 20: activity calendar ----------------------------------------------------------------------
constexpr std::array kSeason{FieldName{"season"}, FieldName{"start"}, FieldName{"week"}};
constexpr std::array kWeek{FieldName{"week"},      FieldName{"monday"},   FieldName{"tuesday"},
                           FieldName{"wednesday"}, FieldName{"thursday"}, FieldName{"friday"},
                           FieldName{"saturday"},  FieldName{"sunday"}};
constexpr std::array kDayAction{FieldName{"start_time"}, FieldName{"script_table"},
                                FieldName{"script"}};
constexpr std::array kDay{FieldName{"day"}, FieldName{"schedule", {}, kDayAction}};
constexpr std::array kActivityCalendar{AttributeName{2, {"calendar_name_active"}},
                                       AttributeName{3, {"season_profile_active", {}, kSeason}},
                                       AttributeName{4, {"week_profile_table_active", {}, kWeek}},
                                       AttributeName{5, {"day_profile_table_active", {}, kDay}},
                                       AttributeName{6, {"calendar_name_passive"}},
                                       AttributeName{7, {"season_profile_passive", {}, kSeason}},
                                       AttributeName{8, {"week_profile_table_passive", {}, kWeek}},
                                       AttributeName{9, {"day_profile_table_passive", {}, kDay}},
                                       AttributeName{10, {"activate_passive_calendar_time"}}};

// ---- 40, 64: push setup, security setup ---------------------------------------------------------
constexpr std::array<Word, 8> kTransports{"TCP", "UDP",  "FTP",   "SMTP",
                                          "SMS", "HDLC", "M-Bus", "ZigBee"};
constexpr std::array<Word, 2> kPushMessages{"A-XDR", "XML"};
constexpr std::array kDestination{FieldName{"transport_service", kTransports},
                                  FieldName{"destination"}, FieldName{"message", kPushMessages}};
constexpr std::array kWindow{FieldName{"start_time"}, FieldName{"end_time"}};
constexpr std::array kPushSetup{AttributeName{2, {"push_object_list", {}, kColumn}},
                                AttributeName{3, {"send_destination_and_method", {}, kDestination}},
                                AttributeName{4, {"communication_window", {}, kWindow}},
                                AttributeName{5, {"randomisation_start_interval"}},
                                AttributeName{6, {"number_of_retries"}},
                                AttributeName{7, {"repetition_delay"}},
                                AttributeName{8, {"port_reference"}},
                                AttributeName{9, {"push_client_SAP"}},
                                AttributeName{10, {"push_protection_parameters"}},
                                AttributeName{11, {"push_operation_method"}},
                                AttributeName{12, {"confirmation_parameters"}},
                                AttributeName{13, {"last_confirmation_date_time"}}};
constexpr std::array<Word, 3> kSuites{"AES-GCM-128", "ECDH-ECDSA-AES-GCM-128-SHA-256",
                                      "ECDH-ECDSA-AES-GCM-256-SHA-384"};
constexpr std::array kSecuritySetup{
    AttributeName{2, {"security_policy"}}, AttributeName{3, {"security_suite", kSuites}},
    AttributeName{4, {"client_system_title"}}, AttributeName{5, {"server_system_title"}},
    AttributeName{6, {"certificates"}}};

// ---- 70, 71: disconnect control, limiter --------------------------------------------------------
constexpr std::array<Word, 3> kControlStates{"disconnected", "connected", "ready for reconnection"};
constexpr std::array kDisconnectControl{AttributeName{2, {"output_state"}},
                                        AttributeName{3, {"control_state", kControlStates}},
                                        AttributeName{4, {"control_mode"}}};
constexpr std::array kEmergencyProfile{FieldName{"emergency_profile_id"},
                                       FieldName{"activation_time"}, FieldName{"duration"}};
constexpr std::array kLimiterActions{FieldName{"over_threshold", {}, kScript},
                                     FieldName{"under_threshold", {}, kScript}};
constexpr std::array kLimiter{AttributeName{2, {"monitored_value", {}, kAttributeReference}},
                              AttributeName{3, {"threshold_active"}},
                              AttributeName{4, {"threshold_normal"}},
                              AttributeName{5, {"threshold_emergency"}},
                              AttributeName{6, {"min_over_threshold_duration"}},
                              AttributeName{7, {"min_under_threshold_duration"}},
                              AttributeName{8, {"emergency_profile", {}, kEmergencyProfile}},
                              AttributeName{9, {"emergency_profile_group_id_list"}},
                              AttributeName{10, {"emergency_profile_active"}},
                              AttributeName{11, {"actions", {}, kLimiterActions}}};

// ---- 111 to 113: account, credit, charge --------------------------------------------------------
constexpr std::array<Word, 3> kAccountModes{"", "credit", "prepayment"};
constexpr std::array<Word, 4> kAccountStates{"", "new", "active", "closed"};
constexpr std::array kModeAndStatus{FieldName{"account_mode", kAccountModes},
                                    FieldName{"account_status", kAccountStates}};
constexpr std::array<Word, 8> kCreditBits{"in credit",           "low credit",
                                          "next credit enabled", "next credit selectable",
                                          "credit list is set",  "selectable credit in use",
                                          "out of credit",       "reserved"};
constexpr std::array<Word, 3> kCollectionBits{"when disconnected", "under load limiting",
                                              "in friendly credit"};
constexpr std::array kCreditCharge{FieldName{"credit"}, FieldName{"charge"},
                                   FieldName{"collection", kCollectionBits}};
constexpr std::array kTokenShare{FieldName{"credit"}, FieldName{"proportion"}};
constexpr std::array<Word, 3> kCurrencyUnits{"time", "consumption", "monetary"};
constexpr std::array kCurrency{FieldName{"name"}, FieldName{"scale"},
                               FieldName{"unit", kCurrencyUnits}};
constexpr std::array kAccount{AttributeName{2, {"account_mode_and_status", {}, kModeAndStatus}},
                              AttributeName{3, {"current_credit_in_use"}},
                              AttributeName{4, {"current_credit_status", kCreditBits}},
                              AttributeName{5, {"available_credit"}},
                              AttributeName{6, {"amount_to_clear"}},
                              AttributeName{7, {"clearance_threshold"}},
                              AttributeName{8, {"aggregated_debt"}},
                              AttributeName{9, {"credit_reference_list"}},
                              AttributeName{10, {"charge_reference_list"}},
                              AttributeName{11, {"credit_charge_configuration", {}, kCreditCharge}},
                              AttributeName{12, {"token_gateway_configuration", {}, kTokenShare}},
                              AttributeName{13, {"account_activation_time"}},
                              AttributeName{14, {"account_closure_time"}},
                              AttributeName{15, {"currency", {}, kCurrency}},
                              AttributeName{16, {"low_credit_threshold"}},
                              AttributeName{17, {"next_credit_available_threshold"}},
                              AttributeName{18, {"max_provision"}},
                              AttributeName{19, {"max_provision_period"}}};
constexpr std::array<Word, 5> kCreditTypes{"token", "reserved", "emergency", "time", "consumption"};
constexpr std::array<Word, 5> kCreditStates{"enabled", "selectable", "selected", "in use",
                                            "exhausted"};
constexpr std::array<Word, 5> kCreditConfiguration{"visual indication", "confirmation", "paid back",
                                                   "resettable", "takes tokens"};
constexpr std::array kCredit{AttributeName{2, {"current_credit_amount"}},
                             AttributeName{3, {"credit_type", kCreditTypes}},
                             AttributeName{4, {"priority"}},
                             AttributeName{5, {"warning_threshold"}},
                             AttributeName{6, {"limit"}},
                             AttributeName{7, {"credit_configuration", kCreditConfiguration}},
                             AttributeName{8, {"credit_status", kCreditStates}},
                             AttributeName{9, {"preset_credit_amount"}},
                             AttributeName{10, {"credit_available_threshold"}},
                             AttributeName{11, {"period"}}};
constexpr std::array<Word, 3> kChargeTypes{"consumption", "time", "payment event"};
constexpr std::array kChargeScaling{FieldName{"commodity_scale"}, FieldName{"price_scale"}};
constexpr std::array kChargeElement{FieldName{"index"}, FieldName{"charge_per_unit"}};
constexpr std::array kUnitCharge{FieldName{"scaling", {}, kChargeScaling},
                                 FieldName{"commodity", {}, kAttributeReference},
                                 FieldName{"table", {}, kChargeElement}};
constexpr std::array kCharge{AttributeName{2, {"total_amount_paid"}},
                             AttributeName{3, {"charge_type", kChargeTypes}},
                             AttributeName{4, {"priority"}},
                             AttributeName{5, {"unit_charge_active", {}, kUnitCharge}},
                             AttributeName{6, {"unit_charge_passive", {}, kUnitCharge}},
                             AttributeName{7, {"unit_charge_activation_time"}},
                             AttributeName{8, {"period"}},
                             AttributeName{9, {"charge_configuration"}},
                             AttributeName{10, {"last_collection_time"}},
                             AttributeName{11, {"last_collection_amount"}},
                             AttributeName{12, {"total_amount_remaining"}},
                             AttributeName{13, {"proportion"}}};

// ---- 115, 116: token gateway, STS attributes ----------------------------------------------------
constexpr std::array<Word, 3> kDeliveries{"remote", "local", "manual"};
constexpr std::array<Word, 9> kTokenStates{
    "format OK",          "authentication OK", "validation OK",
    "executed",           "format failure",    "authentication failure",
    "validation failure", "execution failure", "not yet processed"};
constexpr std::array kTokenStatus{FieldName{"status_code", kTokenStates}, FieldName{"data_value"}};
constexpr std::array kTokenGateway{AttributeName{2, {"token"}}, AttributeName{3, {"token_time"}},
                                   AttributeName{4, {"token_description"}},
                                   AttributeName{5, {"token_delivery_method", kDeliveries}},
                                   AttributeName{6, {"token_status", {}, kTokenStatus}}};
constexpr std::array kMeterPan{FieldName{"issuer_id"}, FieldName{"decoder_reference_number"},
                               FieldName{"check_digit"}};
constexpr std::array kStsAttributes{
    AttributeName{2, {"meter_pan", {}, kMeterPan}}, AttributeName{3, {"commodity"}},
    AttributeName{4, {"token_carrier_types"}},      AttributeName{5, {"encryption_algorithm"}},
    AttributeName{6, {"supply_group_code"}},        AttributeName{7, {"tariff_index"}},
    AttributeName{8, {"key_revision_number"}},      AttributeName{9, {"key_type"}},
    AttributeName{10, {"key_expiry_number"}},       AttributeName{11, {"kct_supported"}},
    AttributeName{12, {"sts_certificate_number"}}};

constexpr std::array kClasses{ClassNames{1, "data", kData},
                              ClassNames{3, "register", kRegister},
                              ClassNames{4, "extended register", kExtendedRegister},
                              ClassNames{5, "demand register", kDemandRegister},
                              ClassNames{7, "profile generic", kProfileGeneric},
                              ClassNames{8, "clock", kClock},
                              ClassNames{9, "script table", kScriptTable},
                              ClassNames{15, "association LN", kAssociation},
                              ClassNames{17, "SAP assignment", kSapAssignment},
                              ClassNames{18, "image transfer", kImageTransfer},
                              ClassNames{19, "IEC local port setup", kLocalPortSetup},
                              ClassNames{20, "activity calendar", kActivityCalendar},
                              ClassNames{22, "single action schedule", kActionSchedule},
                              ClassNames{23, "IEC HDLC setup", kHdlcSetup},
                              ClassNames{40, "push setup", kPushSetup},
                              ClassNames{41, "TCP-UDP setup", kTcpUdpSetup},
                              ClassNames{64, "security setup", kSecuritySetup},
                              ClassNames{70, "disconnect control", kDisconnectControl},
                              ClassNames{71, "limiter", kLimiter},
                              ClassNames{111, "account", kAccount},
                              ClassNames{112, "credit", kCredit},
                              ClassNames{113, "charge", kCharge},
                              ClassNames{115, "token gateway", kTokenGateway},
                              ClassNames{116, "STS attributes", kStsAttributes}};

std::string words_text(const FieldName& is, const dlms::Data& data) {
  if (is.words.empty()) return {};
  if (const auto* bits = data.get_if<dlms::BitString>()) {
    std::string out;
    for (std::size_t bit = 0; bit < std::min(bits->bits, is.words.size()); ++bit) {
      if ((bits->octets[bit / 8] >> (7 - bit % 8) & 1) == 0) continue;
      out += (out.empty() ? "  = " : ", ") + std::string{is.words[bit]};
    }
    return out;
  }
  const auto* number = data.get_if<dlms::Enum>();
  if (number == nullptr || number->value >= is.words.size()) return {};
  const Word word = is.words[number->value];
  return word.empty() ? std::string{} : "  = " + std::string{word};
}

}  // namespace

const ClassNames* class_names(std::uint16_t class_id) {
  const auto found = std::ranges::find(kClasses, class_id, &ClassNames::class_id);
  return found == kClasses.end() ? nullptr : &*found;
}

const FieldName* attribute_name(std::uint16_t class_id, std::int8_t attribute) {
  if (attribute == 1) return &kLogicalName;
  const ClassNames* names = class_names(class_id);
  if (names == nullptr) return nullptr;
  const auto found = std::ranges::find(names->attributes, attribute, &AttributeName::number);
  return found == names->attributes.end() ? nullptr : &found->is;
}

void outline_named(Outline& out, std::size_t level, const FieldName& is, const dlms::Data& data) {
  const std::string name = is.name.empty() ? std::string{} : std::string{is.name} + ": ";
  out.line(level, name + data_text(data) + words_text(is, data));
  if (const auto* structure = data.get_if<dlms::Structure>()) {
    for (std::size_t at = 0; at < structure->elements.size(); ++at) {
      const FieldName field = at < is.fields.size() ? is.fields[at] : FieldName{};
      outline_named(out, level + 1, field, structure->elements[at]);
    }
    return;
  }
  const dlms::DataList* elements = nullptr;
  if (const auto* array = data.get_if<dlms::Array>()) elements = &array->elements;
  if (const auto* compact = data.get_if<dlms::CompactArray>()) elements = &compact->elements;
  if (elements == nullptr) return;
  // Each element is what the array holds.
  const FieldName element{{}, is.words, is.fields};
  for (const dlms::Data& one : *elements) outline_named(out, level + 1, element, one);
}

}  // namespace metergate::cli
