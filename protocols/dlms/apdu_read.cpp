// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/field_reader.hpp"

namespace metergate::dlms {
namespace {

using Reason = DecodeFault::Reason;
using Decoded = Result<Apdu, DecodeFault>;

constexpr std::size_t kAttributeOctets = 9;

struct Reader {
  FieldReader in;

  InvokeId invoke() { return {in.u8()}; }
  AttributeReference plain_attribute() {
    AttributeReference out;
    out.class_id = in.u16();
    out.logical_name = in.obis();
    out.attribute = in.i8();
    return out;
  }
  SelectiveAccess access() {
    const std::uint8_t selector = in.u8();
    return {selector, in.data()};
  }
  AttributeReference attribute() {
    AttributeReference out = plain_attribute();
    if (in.flag()) out.access = access();
    return out;
  }
  MethodReference method() {
    const std::uint16_t class_id = in.u16();
    const cosem::ObisCode name = in.obis();
    return {class_id, name, in.i8()};
  }
  AccessResult result() { return static_cast<AccessResult>(in.u8()); }
  GetResult get_result() {
    if (in.second_of_two()) return result();
    return in.data();
  }
  DataBlock block() {
    const bool last = in.flag();
    const std::uint32_t number = in.u32();
    return {last, number, in.octets()};
  }
  ActionOutcome outcome() {
    ActionOutcome out;
    out.result = result();
    // One server ends here where the method failed.
    if (out.result != AccessResult::Success && in.rest() == 0) return out;
    if (in.flag()) out.returned = get_result();
    return out;
  }
  template <typename Element>
  std::vector<Element> list(std::size_t least, Element (Reader::*read)()) {
    const std::size_t count = in.count(least);
    std::vector<Element> out;
    out.reserve(count);
    for (std::size_t i = 0; i < count && in.ok(); ++i) out.push_back((this->*read)());
    return out;
  }
  Data data() { return in.data(); }
  std::vector<AttributeReference> attributes() {
    return list(kAttributeOctets + 1, &Reader::attribute);
  }
  std::vector<MethodReference> methods() { return list(kAttributeOctets, &Reader::method); }
  std::vector<Data> values() { return list(1, &Reader::data); }
  std::vector<AccessResult> results() { return list(1, &Reader::result); }

  AccessSpecification specification() {
    const std::uint8_t choice = in.u8();
    if (choice == 3) return AccessAction{method()};
    if (choice < 1 || choice > 5) in.fail(Reason::BadValue);
    AttributeReference of = plain_attribute();
    if (choice > 3) of.access = access();
    if (choice == 1 || choice == 4) return AccessGet{std::move(of)};
    return AccessSet{std::move(of)};
  }
  std::vector<AccessSpecification> specifications() {
    return list(kAttributeOctets + 1, &Reader::specification);
  }
  AccessOutcome access_outcome() {
    const std::uint8_t kind = in.u8();
    if (kind < 1 || kind > 3) in.fail(Reason::BadValue);
    return {static_cast<AccessOutcome::Kind>(kind), result()};
  }

  Decoded unknown() {
    in.fail(Reason::UnknownTag, 1);
    return in.end<Apdu>(GetRequest{});
  }
  template <typename Of>
  Decoded end(Of apdu) {
    return in.end<Apdu>(Apdu{std::move(apdu)});
  }

  // Members of a braced list are read from left to right, as they stand in the APDU.
  Decoded get_request() {
    switch (in.u8()) {
      case 1:
        return end(GetRequest{invoke(), attribute()});
      case 2:
        return end(GetRequestNext{invoke(), in.u32()});
      case 3:
        return end(GetRequestList{invoke(), attributes()});
      default:
        return unknown();
    }
  }
  Decoded get_response() {
    switch (in.u8()) {
      case 1:
        return end(GetResponse{invoke(), get_result()});
      case 2: {
        GetResponseBlock out{invoke(), in.flag(), in.u32(), {}};
        if (in.second_of_two()) {
          out.content = result();
        } else {
          out.content = in.octets();
        }
        return end(std::move(out));
      }
      case 3:
        return end(GetResponseList{invoke(), list(2, &Reader::get_result)});
      default:
        return unknown();
    }
  }
  Decoded set_request() {
    switch (in.u8()) {
      case 1:
        return end(SetRequest{invoke(), attribute(), in.data()});
      case 2:
        return end(SetRequestFirstBlock{invoke(), attribute(), block()});
      case 3:
        return end(SetRequestBlock{invoke(), block()});
      case 4:
        return end(SetRequestList{invoke(), attributes(), values()});
      case 5:
        return end(SetRequestListFirstBlock{invoke(), attributes(), block()});
      default:
        return unknown();
    }
  }
  Decoded set_response() {
    switch (in.u8()) {
      case 1:
        return end(SetResponse{invoke(), result()});
      case 2:
        return end(SetResponseBlock{invoke(), in.u32()});
      case 3:
        return end(SetResponseLastBlock{invoke(), result(), in.u32()});
      case 4:
        return end(SetResponseListLastBlock{invoke(), results(), in.u32()});
      case 5:
        return end(SetResponseList{invoke(), results()});
      default:
        return unknown();
    }
  }
  Decoded action_request() {
    switch (in.u8()) {
      case 1: {
        ActionRequest out{invoke(), method(), std::nullopt};
        if (in.flag()) out.parameter = in.data();
        return end(std::move(out));
      }
      case 2:
        return end(ActionRequestNext{invoke(), in.u32()});
      case 3:
        return end(ActionRequestList{invoke(), methods(), values()});
      case 4:
        return end(ActionRequestFirstBlock{invoke(), method(), block()});
      case 5:
        return end(ActionRequestListFirstBlock{invoke(), methods(), block()});
      case 6:
        return end(ActionRequestBlock{invoke(), block()});
      default:
        return unknown();
    }
  }
  Decoded action_response() {
    switch (in.u8()) {
      case 1:
        return end(ActionResponse{invoke(), outcome()});
      case 2:
        return end(ActionResponseBlock{invoke(), block()});
      case 3:
        return end(ActionResponseList{invoke(), list(1, &Reader::outcome)});
      case 4:
        return end(ActionResponseNext{invoke(), in.u32()});
      default:
        return unknown();
    }
  }
  Decoded access_request() {
    return end(AccessRequest{{in.u32()}, in.octets(), specifications(), values()});
  }
  Decoded access_response() {
    AccessResponse out;
    out.invoke = {in.u32()};
    out.date_time = in.octets();
    if (in.flag()) out.specifications = specifications();
    out.data = values();
    out.outcomes = list(2, &Reader::access_outcome);
    return end(std::move(out));
  }

  Decoded data_notification() {
    DataNotification out{{in.u32()}, {}, {}};
    out.date_time = in.octets();
    out.body = in.data();
    return end(std::move(out));
  }
  Decoded event_notification() {
    EventNotification out;
    if (in.flag()) out.time = in.octets();
    out.attribute = plain_attribute();
    out.value = in.data();
    return end(std::move(out));
  }
  Decoded general_block() {
    const unsigned control = in.u8();
    GeneralBlock out;
    out.last = (control & 0x80U) != 0;
    out.streaming = (control & 0x40U) != 0;
    out.window = static_cast<std::uint8_t>(control & GeneralBlock::kMaxWindow);
    out.number = in.u16();
    out.acknowledged = in.u16();
    out.data = in.octets();
    return end(std::move(out));
  }
  Decoded exception_response() {
    ExceptionResponse out{static_cast<ExceptionResponse::State>(in.u8()),
                          static_cast<ExceptionResponse::Service>(in.u8()), std::nullopt};
    const bool counted = out.service == ExceptionResponse::Service::InvocationCounterError;
    if (counted && in.rest() > 0) out.invocation_counter = in.u32();
    return end(out);
  }
};

// Between invoke id and body of a data notification stands a date-time as an octet string; some
// meters put the tag of the octet string before its length as well, which comes out.
std::optional<Octets> without_extra_tag(OctetView octets) {
  constexpr std::size_t kAt = 5;
  if (octets.size() < kAt + 2 || octets[0] != apdu_tag::kDataNotification || octets[kAt] != 0x09 ||
      octets[kAt + 1] != DateTime::kOctets) {
    return std::nullopt;
  }
  Octets out{octets.begin(), octets.end()};
  out.erase(out.begin() + kAt);
  return out;
}

// Offsets are told from the APDU's first octet on, so its tag is read with the rest.
Decoded dispatch(OctetView octets, const DataLimits& limits) {
  Reader reader{FieldReader{octets, limits}};
  switch (reader.in.u8()) {
    case apdu_tag::kGetRequest:
      return reader.get_request();
    case apdu_tag::kSetRequest:
      return reader.set_request();
    case apdu_tag::kEventNotification:
      return reader.event_notification();
    case apdu_tag::kActionRequest:
      return reader.action_request();
    case apdu_tag::kGetResponse:
      return reader.get_response();
    case apdu_tag::kSetResponse:
      return reader.set_response();
    case apdu_tag::kActionResponse:
      return reader.action_response();
    case apdu_tag::kExceptionResponse:
      return reader.exception_response();
    case apdu_tag::kAccessRequest:
      return reader.access_request();
    case apdu_tag::kAccessResponse:
      return reader.access_response();
    case apdu_tag::kGeneralBlock:
      return reader.general_block();
    case apdu_tag::kDataNotification:
      return reader.data_notification();
    case apdu_tag::kConfirmedServiceError:
      return reader.end(ConfirmedServiceError{reader.in.u8(), reader.in.u8(), reader.in.u8()});
    default:
      return failure(DecodeFault{Reason::UnknownTag, 0});
  }
}

}  // namespace

Result<Apdu, DecodeFault> decode_apdu(OctetView octets, const DataLimits& limits) {
  if (octets.empty()) return failure(DecodeFault{Reason::Truncated, 0});
  const auto repaired = without_extra_tag(octets);
  return dispatch(repaired ? OctetView{*repaired} : octets, limits);
}

Result<std::vector<GetResult>, DecodeFault> decode_get_results(OctetView octets,
                                                               const DataLimits& limits) {
  Reader reader{FieldReader{octets, limits}};
  auto results = reader.list(2, &Reader::get_result);
  return reader.in.end(std::move(results));
}

}  // namespace metergate::dlms
