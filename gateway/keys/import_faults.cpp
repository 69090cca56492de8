// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/import_faults.hpp"

namespace metergate::keys {

KeyFault wrong_length(const VendingKeyRecord& record, std::size_t octets) {
  return {KeyFault::Reason::Field, "a vending key for DKGA" +
                                       std::string{generation_code(record.generation)} + " has " +
                                       std::to_string(vending_key_octets(record.generation)) +
                                       " octets, this one has " + std::to_string(octets)};
}

KeyFault already_there(const VendingKeyName& name) {
  return {KeyFault::Reason::Present, "a vending key for " + name.text() + " is there already"};
}

}  // namespace metergate::keys
