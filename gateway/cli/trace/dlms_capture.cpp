// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/trace/dlms_capture.hpp"

#include <memory>

#include "gateway/cli/explain/dlms_apdu.hpp"
#include "gateway/cli/trace/trace_capture.hpp"
#include "protocols/cosem/classes.hpp"

namespace metergate::cli {
namespace {

std::string explained(OctetView apdu) {
  Outline out;
  explain_apdu(out, 0, apdu, {});
  return out.text();
}

constexpr std::int8_t kAssociationSecret = 7;

/// What the request reads, if that is all it does.
const dlms::AttributeReference* read_by(const Result<dlms::Apdu, dlms::DecodeFault>& request) {
  const auto* get = request ? std::get_if<dlms::GetRequest>(&*request) : nullptr;
  return get == nullptr ? nullptr : &get->attribute;
}

bool answers_with_secret(const dlms::AttributeReference& attribute) {
  namespace gateway = cosem::token_gateway;
  return (attribute.class_id == gateway::kClass && attribute.attribute == gateway::kToken) ||
         (attribute.class_id == cosem::association::kClass &&
          attribute.attribute == kAssociationSecret);
}

}  // namespace

CliResult<DlmsCaller::Watch> capture_into(const std::string& file, std::uint16_t server) {
  auto created = CaptureFile::create(file);
  if (!created) return failure(created.error());
  const auto capture = std::make_shared<CaptureFile>(std::move(*created));
  return DlmsCaller::Watch{[capture, server](OctetView request, const std::optional<Octets>& answer,
                                             std::chrono::microseconds length) -> CliResult<Done> {
    CapturedExchange exchange;
    exchange.protocol = CapturedExchange::Protocol::Dlms;
    exchange.ended =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    exchange.length = length;
    exchange.address = server;
    const auto apdu = dlms::decode_apdu(request);
    const dlms::AttributeReference* read = read_by(apdu);
    const bool hidden = read == nullptr || answers_with_secret(*read);
    if (read != nullptr) {
      exchange.request.assign(request.begin(), request.end());
      exchange.remark = "-> " + explained(request);
    } else {
      exchange.hidden_octets = request.size();
      exchange.remark = "-> " + std::to_string(request.size()) + " octets that are not shown\n";
    }
    if (!hidden) exchange.answer = answer;
    if (answer) exchange.remark += hidden ? "<- not shown\n" : "<- " + explained(*answer);
    return capture->add(exchange);
  }};
}

}  // namespace metergate::cli
