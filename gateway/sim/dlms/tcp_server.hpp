// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>

#include "gateway/sim/dlms/meter.hpp"
#include "gateway/sim/wire/tcp_server.hpp"

namespace metergate::sim {

/// Meters by server port number (wPort) or by physical address.
using DlmsTargets = std::map<std::uint16_t, DlmsMeter*>;

/// The wrapper on one connection, whoever opened it.
[[nodiscard]] std::unique_ptr<TcpPeer> make_wrapper_peer(DlmsTargets targets);

/// The TCP wrapper of IEC 62056-47 on one port, with a meter behind each server wPort, as a
/// concentrator shows them. A wPort that nobody has is silent. Associations end with their
/// connection. Faults act on whole APDUs.
[[nodiscard]] Result<std::unique_ptr<TcpServer>, std::string> open_dlms_tcp(std::uint16_t port,
                                                                            DlmsTargets targets);

}  // namespace metergate::sim
