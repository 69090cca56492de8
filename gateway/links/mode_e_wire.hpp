// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "gateway/links/dlms_wire.hpp"

namespace metergate {

/// A serial line that is opened for one meter by the sign-on of IEC 62056-21 in mode E: `opened`
/// means that this meter expects HDLC, at the speed that was agreed on. The meter goes back to the
/// sign-on when its link is closed, so the wire is good for one link.
[[nodiscard]] std::unique_ptr<DlmsWire> make_mode_e_wire(boost::asio::io_context& loop,
                                                         const DlmsSerial& way,
                                                         std::string device_address,
                                                         DlmsWire::Handlers handlers);

}  // namespace metergate
