// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/axdr.hpp"

namespace metergate::dlms {
namespace {

struct Writer {
  ByteWriter out;

  void head(std::uint8_t tag, std::uint8_t kind, InvokeId invoke) {
    out.u8(tag);
    out.u8(kind);
    out.u8(invoke.octet);
  }
  void reference(std::uint16_t class_id, const cosem::ObisCode& name, std::int8_t member) {
    out.u16(class_id);
    out.append(name.groups());
    out.u8(static_cast<std::uint8_t>(member));
  }
  void plain_attribute(const AttributeReference& attribute) {
    reference(attribute.class_id, attribute.logical_name, attribute.attribute);
  }
  void attribute(const AttributeReference& attribute) {
    plain_attribute(attribute);
    out.u8(attribute.access ? 1 : 0);
    if (attribute.access) {
      out.u8(attribute.access->selector);
      data(attribute.access->parameters);
    }
  }
  void method(const MethodReference& method) {
    reference(method.class_id, method.logical_name, method.method);
  }
  void data(const Data& value) { write_data(out, value); }
  void result(AccessResult value) { out.u8(static_cast<std::uint8_t>(value)); }
  void result(const GetResult& value) {
    out.u8(static_cast<std::uint8_t>(value.index()));
    if (const auto* found = std::get_if<Data>(&value)) {
      data(*found);
    } else {
      result(std::get<AccessResult>(value));
    }
  }
  void block(const DataBlock& block) {
    out.u8(block.last ? 1 : 0);
    out.u32(block.number);
    write_octets(out, block.raw);
  }
  void outcome(const ActionOutcome& outcome) {
    result(outcome.result);
    out.u8(outcome.returned ? 1 : 0);
    if (outcome.returned) result(*outcome.returned);
  }
  template <typename Element, typename Write>
  void list(const std::vector<Element>& elements, Write write) {
    write_length(out, elements.size());
    for (const Element& element : elements) write(element);
  }
  void attributes(const std::vector<AttributeReference>& list_of) {
    list(list_of, [this](const AttributeReference& one) { attribute(one); });
  }
  void methods(const std::vector<MethodReference>& list_of) {
    list(list_of, [this](const MethodReference& one) { method(one); });
  }
  void values(const std::vector<Data>& list_of) {
    list(list_of, [this](const Data& one) { data(one); });
  }
  void results(const std::vector<AccessResult>& list_of) {
    list(list_of, [this](AccessResult one) { result(one); });
  }

  void operator()(const GetRequest& get) {
    head(apdu_tag::kGetRequest, 1, get.invoke);
    attribute(get.attribute);
  }
  void operator()(const GetRequestNext& get) {
    head(apdu_tag::kGetRequest, 2, get.invoke);
    out.u32(get.block);
  }
  void operator()(const GetRequestList& get) {
    head(apdu_tag::kGetRequest, 3, get.invoke);
    attributes(get.attributes);
  }
  void operator()(const GetResponse& got) {
    head(apdu_tag::kGetResponse, 1, got.invoke);
    result(got.result);
  }
  void operator()(const GetResponseBlock& got) {
    head(apdu_tag::kGetResponse, 2, got.invoke);
    out.u8(got.last ? 1 : 0);
    out.u32(got.number);
    out.u8(static_cast<std::uint8_t>(got.content.index()));
    if (const auto* raw = std::get_if<Octets>(&got.content)) {
      write_octets(out, *raw);
    } else {
      result(std::get<AccessResult>(got.content));
    }
  }
  void operator()(const GetResponseList& got) {
    head(apdu_tag::kGetResponse, 3, got.invoke);
    list(got.results, [this](const GetResult& one) { result(one); });
  }

  void operator()(const SetRequest& set) {
    head(apdu_tag::kSetRequest, 1, set.invoke);
    attribute(set.attribute);
    data(set.value);
  }
  void operator()(const SetRequestFirstBlock& set) {
    head(apdu_tag::kSetRequest, 2, set.invoke);
    attribute(set.attribute);
    block(set.block);
  }
  void operator()(const SetRequestBlock& set) {
    head(apdu_tag::kSetRequest, 3, set.invoke);
    block(set.block);
  }
  void operator()(const SetRequestList& set) {
    head(apdu_tag::kSetRequest, 4, set.invoke);
    attributes(set.attributes);
    values(set.values);
  }
  void operator()(const SetRequestListFirstBlock& set) {
    head(apdu_tag::kSetRequest, 5, set.invoke);
    attributes(set.attributes);
    block(set.block);
  }
  void operator()(const SetResponse& done) {
    head(apdu_tag::kSetResponse, 1, done.invoke);
    result(done.result);
  }
  void operator()(const SetResponseBlock& done) {
    head(apdu_tag::kSetResponse, 2, done.invoke);
    out.u32(done.number);
  }
  void operator()(const SetResponseLastBlock& done) {
    head(apdu_tag::kSetResponse, 3, done.invoke);
    result(done.result);
    out.u32(done.number);
  }
  void operator()(const SetResponseListLastBlock& done) {
    head(apdu_tag::kSetResponse, 4, done.invoke);
    results(done.results);
    out.u32(done.number);
  }
  void operator()(const SetResponseList& done) {
    head(apdu_tag::kSetResponse, 5, done.invoke);
    results(done.results);
  }

  void operator()(const ActionRequest& action) {
    head(apdu_tag::kActionRequest, 1, action.invoke);
    method(action.method);
    out.u8(action.parameter ? 1 : 0);
    if (action.parameter) data(*action.parameter);
  }
  void operator()(const ActionRequestNext& action) {
    head(apdu_tag::kActionRequest, 2, action.invoke);
    out.u32(action.block);
  }
  void operator()(const ActionRequestList& action) {
    head(apdu_tag::kActionRequest, 3, action.invoke);
    methods(action.methods);
    values(action.parameters);
  }
  void operator()(const ActionRequestFirstBlock& action) {
    head(apdu_tag::kActionRequest, 4, action.invoke);
    method(action.method);
    block(action.block);
  }
  void operator()(const ActionRequestListFirstBlock& action) {
    head(apdu_tag::kActionRequest, 5, action.invoke);
    methods(action.methods);
    block(action.block);
  }
  void operator()(const ActionRequestBlock& action) {
    head(apdu_tag::kActionRequest, 6, action.invoke);
    block(action.block);
  }
  void operator()(const ActionResponse& done) {
    head(apdu_tag::kActionResponse, 1, done.invoke);
    outcome(done.outcome);
  }
  void operator()(const ActionResponseBlock& done) {
    head(apdu_tag::kActionResponse, 2, done.invoke);
    block(done.block);
  }
  void operator()(const ActionResponseList& done) {
    head(apdu_tag::kActionResponse, 3, done.invoke);
    list(done.outcomes, [this](const ActionOutcome& one) { outcome(one); });
  }
  void operator()(const ActionResponseNext& done) {
    head(apdu_tag::kActionResponse, 4, done.invoke);
    out.u32(done.block);
  }

  // Choices 1 to 3, and 4 and 5 for reads and writes with selective access.
  void specification(const AccessSpecification& specification) {
    if (const auto* action = std::get_if<AccessAction>(&specification)) {
      out.u8(3);
      method(action->method);
      return;
    }
    const auto* get = std::get_if<AccessGet>(&specification);
    const AttributeReference& of =
        get != nullptr ? get->attribute : std::get<AccessSet>(specification).attribute;
    const unsigned plain = get != nullptr ? 1 : 2;
    out.u8(static_cast<std::uint8_t>(of.access ? plain + 3 : plain));
    plain_attribute(of);
    if (!of.access) return;
    out.u8(of.access->selector);
    data(of.access->parameters);
  }
  void specifications(const std::vector<AccessSpecification>& list_of) {
    list(list_of, [this](const AccessSpecification& one) { specification(one); });
  }
  void operator()(const AccessRequest& access) {
    out.u8(apdu_tag::kAccessRequest);
    out.u32(access.invoke.number);
    write_octets(out, access.date_time);
    specifications(access.specifications);
    values(access.data);
  }
  void operator()(const AccessResponse& access) {
    out.u8(apdu_tag::kAccessResponse);
    out.u32(access.invoke.number);
    write_octets(out, access.date_time);
    out.u8(access.specifications ? 1 : 0);
    if (access.specifications) specifications(*access.specifications);
    values(access.data);
    list(access.outcomes, [this](const AccessOutcome& one) {
      out.u8(static_cast<std::uint8_t>(one.kind));
      result(one.result);
    });
  }

  void operator()(const DataNotification& told) {
    out.u8(apdu_tag::kDataNotification);
    out.u32(told.invoke.number);
    write_octets(out, told.date_time);
    data(told.body);
  }
  void operator()(const EventNotification& told) {
    out.u8(apdu_tag::kEventNotification);
    out.u8(told.time ? 1 : 0);
    if (told.time) write_octets(out, *told.time);
    plain_attribute(told.attribute);
    data(told.value);
  }
  void operator()(const GeneralBlock& slice) {
    out.u8(apdu_tag::kGeneralBlock);
    out.u8(static_cast<std::uint8_t>((slice.last ? 0x80U : 0U) | (slice.streaming ? 0x40U : 0U) |
                                     (slice.window & GeneralBlock::kMaxWindow)));
    out.u16(slice.number);
    out.u16(slice.acknowledged);
    write_octets(out, slice.data);
  }
  void operator()(const ExceptionResponse& exception) {
    out.u8(apdu_tag::kExceptionResponse);
    out.u8(static_cast<std::uint8_t>(exception.state));
    out.u8(static_cast<std::uint8_t>(exception.service));
    if (exception.invocation_counter) out.u32(*exception.invocation_counter);
  }
  void operator()(const ConfirmedServiceError& error) {
    out.u8(apdu_tag::kConfirmedServiceError);
    out.u8(error.service);
    out.u8(error.sort);
    out.u8(error.code);
  }
};

}  // namespace

Octets encode_apdu(const Apdu& apdu) {
  Writer writer;
  std::visit(writer, apdu);
  return writer.out.take();
}

Octets encode_get_results(const std::vector<GetResult>& results) {
  Writer writer;
  writer.list(results, [&writer](const GetResult& one) { writer.result(one); });
  return writer.out.take();
}

}  // namespace metergate::dlms
