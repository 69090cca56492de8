// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/explain/dlms.hpp"
#include "gateway/cli/explain/dlms_data_text.hpp"
#include "protocols/dlms/apdu.hpp"

namespace metergate::cli {

/// One APDU of any sort: association control, ciphered, xDLMS.
void explain_apdu(Outline& out, std::size_t level, OctetView apdu, const DlmsSecrets& secrets);

/// A plain one of xDLMS.
void explain_service(Outline& out, std::size_t level, const dlms::Apdu& apdu);

}  // namespace metergate::cli
