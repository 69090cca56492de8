// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/objects.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"

/// The objects that tell of the association itself: 15, 17 and 64.
namespace metergate::sim {
namespace {

using dlms::AccessResult;
using dlms::Array;
using dlms::Data;
using dlms::Enum;
using dlms::GetResult;
using dlms::Structure;

constexpr std::uint16_t kLogicalDevice = 1;

/// {attributes with their access mode, methods with theirs} (Blue Book, 4.4.4.2.2).
Data access_rights(const DlmsObject& object, DlmsRights rights) {
  constexpr std::uint8_t kRead = 1;
  constexpr std::uint8_t kReadWrite = 3;
  const bool full = rights == DlmsRights::Full;
  Array attributes;
  for (std::int8_t number = 1; number <= object.attributes; ++number) {
    const bool writable =
        full && std::ranges::find(object.writable, number) != object.writable.end();
    Data selectors;
    if (number == 2 && object.read_part) {
      selectors = Array{{Data{std::int8_t{1}}, Data{std::int8_t{2}}}};
    }
    attributes.elements.push_back(
        Structure{{Data{number}, Data{Enum{writable ? kReadWrite : kRead}}, selectors}});
  }
  Array methods;
  for (std::int8_t number = 1; number <= object.methods; ++number) {
    methods.elements.push_back(
        Structure{{Data{number}, Data{Enum{static_cast<std::uint8_t>(full ? 1 : 0)}}}});
  }
  return Structure{{std::move(attributes), std::move(methods)}};
}

Data object_list(const DlmsContext& context) {
  Array list;
  for (const DlmsObject& object : dlms_objects(context)) {
    if (object.needs == DlmsRights::Full && context.session.rights != DlmsRights::Full) continue;
    list.elements.push_back(
        Structure{{Data{object.class_id}, Data{object.version}, dlms::octet_string(object.name),
                   access_rights(object, context.session.rights)}});
  }
  return list;
}

Data xdlms_information(const DlmsContext& context) {
  const std::uint32_t bits = context.session.conformance.bits();
  const Octets conformance{static_cast<std::uint8_t>(bits >> 16U),
                           static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits)};
  return Structure{{Data{dlms::BitString{24, conformance}}, Data{context.setup.max_pdu},
                    Data{context.session.client_max_pdu}, Data{std::uint8_t{6}},
                    Data{std::int8_t{0}}, Data{dlms::OctetString{}}}};
}

GetResult read_association(DlmsContext& context, std::int8_t attribute) {
  switch (attribute) {
    case 2:
      return object_list(context);
    case 3:
      return Structure{
          {Data{static_cast<std::int8_t>(context.session.client)}, Data{kLogicalDevice}}};
    case 4:
      return dlms::octet_string(dlms::acse::identifier_of(context.session.context));
    case 5:
      return xdlms_information(context);
    case 6:
      return dlms::octet_string(dlms::acse::identifier_of(context.session.mechanism));
    case 8:
      return Data{Enum{2}};  // associated, or it could not be asked
    case 9:
      return dlms::octet_string(cosem::security_setup_object(0));
    default:
      return AccessResult::ReadWriteDenied;  // the secret
  }
}

GetResult read_security(DlmsContext& context, std::int8_t attribute) {
  const bool ciphered = dlms::is_ciphered(context.session.context);
  switch (attribute) {
    case 2:
      return Data{Enum{static_cast<std::uint8_t>(ciphered ? 3 : 0)}};
    case 3:
      return Data{Enum{static_cast<std::uint8_t>(context.setup.keys.suite)}};
    case 4:
      return dlms::octet_string(context.session.client_title.view());
    default:
      return dlms::octet_string(context.setup.title.view());
  }
}

}  // namespace

void add_association_objects(DlmsObjects& objects) {
  objects.push_back({.class_id = cosem::association::kClass,
                     .version = 1,
                     .name = cosem::kCurrentAssociation,
                     .attributes = 9,
                     .needs = DlmsRights::Basic,
                     .read = read_association});
  objects.push_back(
      {.class_id = cosem::sap_assignment::kClass,
       .name = cosem::kSapAssignment,
       .needs = DlmsRights::Basic,
       .read = [](DlmsContext& context, std::int8_t) -> GetResult {
         const std::string name = "MTG" + std::string{context.meter.serial().text()};
         return Array{{Structure{
             {Data{kLogicalDevice}, dlms::octet_string(Octets(name.begin(), name.end()))}}}};
       }});
  objects.push_back({.class_id = cosem::security_setup::kClass,
                     .name = cosem::security_setup_object(0),
                     .attributes = 5,
                     .read = read_security});
}

}  // namespace metergate::sim
