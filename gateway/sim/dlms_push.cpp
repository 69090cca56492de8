// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms_push.hpp"

#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/date_time.hpp"

namespace metergate::sim {

Octets dlms_push(const SerialNumber& serial, UtcSeconds meter_time, std::uint32_t number) {
  constexpr std::uint32_t kConfirmed = 0x4000'0000;
  constexpr std::uint32_t kNumbers = 0x00FF'FFFF;
  const std::string& text = serial.text();
  dlms::DataNotification out{{kConfirmed | (number & kNumbers)}, {}, {}};
  out.body = dlms::Data{dlms::Structure{{dlms::octet_string(cosem::kPushSetup),
                                         dlms::octet_string(Octets(text.begin(), text.end())),
                                         dlms::octet_string(dlms::utc_date_time(meter_time))}}};
  return dlms::encode_apdu(out);
}

}  // namespace metergate::sim
