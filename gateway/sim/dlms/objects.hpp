// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "gateway/sim/dlms/setup.hpp"
#include "meters/virtual/virtual_meter.hpp"
#include "protocols/dlms/action.hpp"
#include "protocols/dlms/service.hpp"

/// The virtual meter as COSEM objects: what GET, SET and ACTION find behind a logical name.
namespace metergate::sim {

/// The association through which an object is asked.
struct DlmsSession {
  std::uint16_t client = kDlmsPublicClient;
  DlmsRights rights = DlmsRights::Basic;
  dlms::ApplicationContext context = dlms::ApplicationContext::LogicalNames;
  dlms::AuthenticationMechanism mechanism = dlms::AuthenticationMechanism::Lowest;
  dlms::Conformance conformance{};
  std::uint16_t client_max_pdu = 0;  ///< 0: no limit
  dlms::SystemTitle client_title{};
  /// Given by the client for its next order; the meter counts on by itself without.
  std::optional<std::uint32_t> transaction{};
};

/// What a request is answered with.
struct DlmsContext {
  virtual_meter::VirtualMeter& meter;
  UtcSeconds now;
  const DlmsSetup& setup;
  DlmsSession& session;
  const DlmsCounters& counters;
  DlmsImage& image;
};

using AttributeReader = std::function<dlms::GetResult(DlmsContext&, std::int8_t attribute)>;
using PartReader = std::function<dlms::GetResult(DlmsContext&, const dlms::SelectiveAccess&)>;
using AttributeWriter =
    std::function<dlms::AccessResult(DlmsContext&, std::int8_t attribute, const dlms::Data&)>;
using Method =
    std::function<dlms::AccessResult(DlmsContext&, std::int8_t method, const dlms::Data&)>;

/// One object. Attribute 1, the logical name, is answered for all of them in one place.
struct DlmsObject {
  std::uint16_t class_id = 0;
  std::uint8_t version = 0;
  cosem::ObisCode name{};
  std::int8_t attributes = 2;  ///< the highest
  std::int8_t methods = 0;
  DlmsRights needs = DlmsRights::Full;
  AttributeReader read{};
  PartReader read_part{};  ///< of attribute 2
  std::vector<std::int8_t> writable{};
  AttributeWriter write{};
  Method invoke{};
};
using DlmsObjects = std::vector<DlmsObject>;

/// The virtual meter's own objects, in the order of the list that the association shows.
[[nodiscard]] const DlmsObjects& dlms_objects();
/// Those that this meter shows: its model's, where it has one (model_objects.hpp).
[[nodiscard]] const DlmsObjects& dlms_objects(const DlmsContext& context);

[[nodiscard]] dlms::GetResult read_attribute(DlmsContext& context,
                                             const dlms::AttributeReference& attribute);
[[nodiscard]] dlms::AccessResult write_attribute(DlmsContext& context,
                                                 const dlms::AttributeReference& attribute,
                                                 const dlms::Data& value);
[[nodiscard]] dlms::ActionOutcome invoke_method(DlmsContext& context,
                                                const dlms::MethodReference& method,
                                                const std::optional<dlms::Data>& parameter);

// ---- the parts of the list ----------------------------------------------------------------------
void add_identity_objects(DlmsObjects& objects);     // identity_objects.cpp
void add_association_objects(DlmsObjects& objects);  // association_objects.cpp
void add_register_objects(DlmsObjects& objects);     // register_objects.cpp
void add_profile_objects(DlmsObjects& objects);      // profile_objects.cpp
void add_control_objects(DlmsObjects& objects);      // control_objects.cpp
void add_calendar_objects(DlmsObjects& objects);     // calendar_objects.cpp
void add_image_objects(DlmsObjects& objects);        // image_objects.cpp
void add_payment_objects(DlmsObjects& objects);      // payment_objects.cpp
void add_sts_objects(DlmsObjects& objects);          // sts_objects.cpp
void add_change_objects(DlmsObjects& objects);       // change_objects.cpp

// ---- what several of them need ------------------------------------------------------------------
/// The number of a unit in the Blue Book's table 4; 255 for one it does not have.
[[nodiscard]] std::uint8_t dlms_unit_number(Unit unit);
/// The transaction of an order that is about to be given.
[[nodiscard]] operation::TransactionId take_transaction(DlmsContext& context);
/// Gives the meter an order and says how it went, as far as a result code can.
[[nodiscard]] dlms::AccessResult give_order(DlmsContext& context, const operation::Operation& op);

}  // namespace metergate::sim
