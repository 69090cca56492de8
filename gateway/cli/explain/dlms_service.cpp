// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/dlms_apdu.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "protocols/octets/hex.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::cli {
namespace {

using dlms::AccessResult;
using dlms::Data;
using dlms::GetResult;

std::string result_text(AccessResult result) {
  return std::string{dlms::access_result_word(result)} + " (" +
         std::to_string(static_cast<unsigned>(result)) + ")";
}

std::string reference(std::uint16_t class_id, const cosem::ObisCode& name, const char* what,
                      std::int8_t number) {
  return "class " + std::to_string(class_id) + ", " + name.text() + ", " + what + ' ' +
         std::to_string(number);
}

class ServiceOutline {
 public:
  ServiceOutline(Outline& out, std::size_t level) : out_{out}, level_{level} {}

  void line(const std::string& text) { out_.line(level_, text); }
  void data(const Data& value, const std::string& label = "value") {
    outline_data(out_, level_, label, value);
  }
  void attribute(const dlms::AttributeReference& attribute) {
    line(reference(attribute.class_id, attribute.logical_name, "attribute", attribute.attribute));
    if (!attribute.access) return;
    outline_data(out_, level_ + 1,
                 attribute.access->selector == dlms::RangeAccess::kSelector ? "by range"
                 : attribute.access->selector == dlms::EntryAccess::kSelector
                     ? "by entry"
                     : "selector " + std::to_string(attribute.access->selector),
                 attribute.access->parameters);
  }
  void method(const dlms::MethodReference& method) {
    line(reference(method.class_id, method.logical_name, "method", method.method));
  }
  void result(const GetResult& result) {
    if (const auto* refused = std::get_if<AccessResult>(&result)) {
      line("refused: " + result_text(*refused));
    } else {
      data(std::get<Data>(result));
    }
  }
  void outcome(const dlms::ActionOutcome& outcome) {
    line("result: " + result_text(outcome.result));
    if (outcome.returned) result(*outcome.returned);
  }
  void block(const dlms::DataBlock& block) {
    line("block " + std::to_string(block.number) + (block.last ? ", the last" : "") + ", " +
         std::to_string(block.raw.size()) + " octets");
    line(hex::text(block.raw));
  }

  // ---- requests ---------------------------------------------------------------------------------
  void operator()(const dlms::GetRequest& apdu) { attribute(apdu.attribute); }
  void operator()(const dlms::GetRequestNext& apdu) {
    line("after block " + std::to_string(apdu.block));
  }
  void operator()(const dlms::GetRequestList& apdu) {
    for (const auto& one : apdu.attributes) attribute(one);
  }
  void operator()(const dlms::SetRequest& apdu) {
    attribute(apdu.attribute);
    data(apdu.value);
  }
  void operator()(const dlms::SetRequestFirstBlock& apdu) {
    attribute(apdu.attribute);
    block(apdu.block);
  }
  void operator()(const dlms::SetRequestBlock& apdu) { block(apdu.block); }
  void operator()(const dlms::SetRequestList& apdu) {
    for (const auto& one : apdu.attributes) attribute(one);
    for (const auto& value : apdu.values) data(value);
  }
  void operator()(const dlms::SetRequestListFirstBlock& apdu) {
    for (const auto& one : apdu.attributes) attribute(one);
    block(apdu.block);
  }
  void operator()(const dlms::ActionRequest& apdu) {
    method(apdu.method);
    if (apdu.parameter) data(*apdu.parameter, "parameter");
  }
  void operator()(const dlms::ActionRequestNext& apdu) {
    line("after block " + std::to_string(apdu.block));
  }
  void operator()(const dlms::ActionRequestList& apdu) {
    for (const auto& one : apdu.methods) method(one);
    for (const auto& value : apdu.parameters) data(value, "parameter");
  }
  void operator()(const dlms::ActionRequestFirstBlock& apdu) {
    method(apdu.method);
    block(apdu.block);
  }
  void operator()(const dlms::ActionRequestListFirstBlock& apdu) {
    for (const auto& one : apdu.methods) method(one);
    block(apdu.block);
  }
  void operator()(const dlms::ActionRequestBlock& apdu) { block(apdu.block); }
  void operator()(const dlms::AccessRequest& apdu) {
    specifications(apdu.specifications);
    for (const auto& value : apdu.data) data(value);
  }

  // ---- responses --------------------------------------------------------------------------------
  void operator()(const dlms::GetResponse& apdu) { result(apdu.result); }
  void operator()(const dlms::GetResponseBlock& apdu) {
    if (const auto* refused = std::get_if<AccessResult>(&apdu.content)) {
      line("block " + std::to_string(apdu.number) + " refused: " + result_text(*refused));
    } else {
      block({apdu.last, apdu.number, std::get<Octets>(apdu.content)});
    }
  }
  void operator()(const dlms::GetResponseList& apdu) {
    for (const auto& one : apdu.results) result(one);
  }
  void operator()(const dlms::SetResponse& apdu) { line("result: " + result_text(apdu.result)); }
  void operator()(const dlms::SetResponseBlock& apdu) {
    line("block " + std::to_string(apdu.number) + " taken");
  }
  void operator()(const dlms::SetResponseLastBlock& apdu) {
    line("last block " + std::to_string(apdu.number) + ", result: " + result_text(apdu.result));
  }
  void operator()(const dlms::SetResponseListLastBlock& apdu) {
    line("last block " + std::to_string(apdu.number));
    for (const AccessResult one : apdu.results) line("result: " + result_text(one));
  }
  void operator()(const dlms::SetResponseList& apdu) {
    for (const AccessResult one : apdu.results) line("result: " + result_text(one));
  }
  void operator()(const dlms::ActionResponse& apdu) { outcome(apdu.outcome); }
  void operator()(const dlms::ActionResponseBlock& apdu) { block(apdu.block); }
  void operator()(const dlms::ActionResponseList& apdu) {
    for (const auto& one : apdu.outcomes) outcome(one);
  }
  void operator()(const dlms::ActionResponseNext& apdu) {
    line("block " + std::to_string(apdu.block) + " taken");
  }
  void operator()(const dlms::AccessResponse& apdu) {
    if (apdu.specifications) specifications(*apdu.specifications);
    for (const auto& value : apdu.data) data(value);
    for (const auto& one : apdu.outcomes) line("result: " + result_text(one.result));
  }

  // ---- the rest ---------------------------------------------------------------------------------
  void operator()(const dlms::DataNotification& apdu) {
    when(apdu.date_time);
    data(apdu.body, "body");
  }
  void operator()(const dlms::EventNotification& apdu) {
    if (apdu.time) when(*apdu.time);
    attribute(apdu.attribute);
    data(apdu.value);
  }
  void operator()(const dlms::GeneralBlock& apdu) {
    line("block " + std::to_string(apdu.number) + (apdu.last ? ", the last" : "") +
         (apdu.streaming ? ", streaming" : "") + ", window " + std::to_string(apdu.window) +
         ", acknowledges " + std::to_string(apdu.acknowledged));
    line(hex::text(apdu.data));
  }
  void operator()(const dlms::ExceptionResponse& apdu) {
    line(text(apdu));
    if (apdu.invocation_counter) {
      line("the meter expects invocation counter " + std::to_string(*apdu.invocation_counter));
    }
  }
  void operator()(const dlms::ConfirmedServiceError& apdu) { line(text(apdu)); }

 private:
  void when(const Octets& octets) {
    if (const auto time = dlms::decode_date_time(octets)) line("at " + date_time_text(*time));
  }
  void specifications(const std::vector<dlms::AccessSpecification>& list) {
    for (const auto& one : list) {
      std::visit(Overloaded{
                     [&](const dlms::AccessGet& get) { attribute(get.attribute); },
                     [&](const dlms::AccessSet& set) { attribute(set.attribute); },
                     [&](const dlms::AccessAction& action) { method(action.method); },
                 },
                 one);
    }
  }

  Outline& out_;
  std::size_t level_;
};

}  // namespace

void explain_service(Outline& out, std::size_t level, const dlms::Apdu& apdu) {
  std::string heading{dlms::apdu_word(apdu)};
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.invoke.octet; }) {
          heading += ", invoke id " + std::to_string(one.invoke.id());
        }
      },
      apdu);
  out.line(level, heading);
  std::visit(ServiceOutline{out, level + 1}, apdu);
}

}  // namespace metergate::cli
