// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

#include "gateway/sim/dlms/server.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/acse/initiate.hpp"

/// A client in a few lines, for tests of the virtual meter's DLMS server: no link, no timeouts.
namespace metergate::sim {

inline Octets fixed_challenge() { return Octets(16, 0x5A); }

class TestDlmsClient {
 public:
  TestDlmsClient(DlmsServer& server, virtual_meter::VirtualMeter& meter, UtcSeconds now)
      : server_{server}, meter_{meter}, now_{now} {}

  std::uint16_t number = kDlmsPublicClient;
  std::uint16_t max_pdu = 1024;
  /// Without general blocks, which would take the place of the blocks of each service.
  dlms::Conformance conformance =
      dlms_conformance() &
      dlms::Conformance{~dlms::Conformance{dlms::Service::GeneralBlockTransfer}.bits()};
  std::optional<dlms::SecureChannel> channel{};

  Octets exchange(OctetView apdu) {
    const auto answer = server_.serve(apdu, number, meter_, now_);
    if (!answer) throw std::runtime_error{"the meter stays silent"};
    return *answer;
  }

  [[nodiscard]] Octets proposal() const {
    return dlms::InitiateRequest{.conformance = conformance, .max_receive_pdu = max_pdu}.encode();
  }

  dlms::Aare associate(dlms::Aarq aarq = {}) {
    aarq.user_information = channel ? channel->protect(proposal()).value() : proposal();
    return dlms::Aare::decode(exchange(aarq.encode())).value();
  }

  dlms::Apdu ask(const dlms::Apdu& request) {
    const Octets plain = dlms::encode_apdu(request);
    const Octets answer = exchange(channel ? channel->protect(plain).value() : plain);
    if (channel && dlms::is_ciphered_tag(answer.front())) {
      return dlms::decode_apdu(channel->unprotect(answer).value()).value();
    }
    return dlms::decode_apdu(answer).value();
  }

  /// Through all blocks.
  dlms::GetResult get(std::uint16_t class_id, const cosem::ObisCode& name, std::int8_t attribute,
                      std::optional<dlms::SelectiveAccess> part = {}) {
    auto response = ask(dlms::GetRequest{{}, {class_id, name, attribute, std::move(part)}});
    blocks = 0;
    if (auto* whole = std::get_if<dlms::GetResponse>(&response)) return whole->result;
    dlms::BlockAssembly assembly{1U << 22U};
    for (;;) {
      const auto& block = std::get<dlms::GetResponseBlock>(response);
      if (const auto* failed = std::get_if<dlms::AccessResult>(&block.content)) return *failed;
      ++blocks;
      const auto taken = assembly.take(block.last, block.number, std::get<Octets>(block.content));
      if (taken == dlms::BlockAssembly::Taken::Complete) {
        return dlms::decode_data(assembly.release()).value();
      }
      response = ask(dlms::GetRequestNext{{}, block.number});
    }
  }
  dlms::AccessResult set(std::uint16_t class_id, const cosem::ObisCode& name, std::int8_t attribute,
                         const dlms::Data& value) {
    return std::get<dlms::SetResponse>(
               ask(dlms::SetRequest{{}, {class_id, name, attribute, {}}, value}))
        .result;
  }
  dlms::AccessResult act(std::uint16_t class_id, const cosem::ObisCode& name, std::int8_t method,
                         std::optional<dlms::Data> parameter = dlms::Data{std::int8_t{0}}) {
    return std::get<dlms::ActionResponse>(
               ask(dlms::ActionRequest{{}, {class_id, name, method}, std::move(parameter)}))
        .outcome.result;
  }

  void let_pass(std::chrono::seconds time) { now_ += time; }

  int blocks = 0;  ///< of the last get

 private:
  DlmsServer& server_;
  virtual_meter::VirtualMeter& meter_;
  UtcSeconds now_;
};

}  // namespace metergate::sim
