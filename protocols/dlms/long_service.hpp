// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>

#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/block_assembly.hpp"

namespace metergate::dlms {

/// One GET, SET or ACTION from the client's side, as long as it may be: a request that the server
/// cannot take whole goes out in blocks, an answer in blocks is fetched and handed over as the
/// normal answer it stands for (Green Book, 9.4.6.12). All octets are plain APDUs.
class LongService {
 public:
  struct Send {
    Octets apdu;
  };
  struct Done {
    Octets apdu;
  };
  /// The exchange makes no sense any more; the association does.
  struct Broken {
    std::string what;
  };
  using Step = std::variant<Send, Done, Broken>;

  /// `max_request`: octets of the longest APDU the server takes, 0 for no limit.
  LongService(std::size_t max_request, std::size_t max_answer)
      : max_request_{max_request}, assembly_{max_answer} {}

  [[nodiscard]] Step begin(OctetView request);
  [[nodiscard]] Step take(OctetView answer);

 private:
  [[nodiscard]] Step cut(const Apdu& request, OctetView octets);
  [[nodiscard]] Step next_piece();
  [[nodiscard]] Step take_block(const GetResponseBlock& block);
  [[nodiscard]] Step take_block(const ActionResponseBlock& block);
  [[nodiscard]] Step assembled(bool last, std::uint32_t number, OctetView raw, Apdu next);

  std::size_t max_request_;
  InvokeId invoke_;
  bool is_list_ = false;
  std::deque<Octets> pieces_;
  std::uint32_t pieces_sent_ = 0;
  BlockAssembly assembly_;
};

}  // namespace metergate::dlms
