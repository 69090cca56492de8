// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>

namespace metergate::mqtt_socket {

/// Debian's Paho C offers no way to its socket, and leaves Nagle's algorithm on: 88 ms for what
/// takes 0.13 ms (facts measured in docs/decisions/0007). The process' own descriptors are looked
/// through instead: TCP sockets whose peer has the broker's port.
[[nodiscard]] std::set<int> connected_to_port(std::uint16_t port);

void set_no_delay(int socket);
/// Both directions at once: nothing that Paho still wants to send leaves.
void cut(int socket);

}  // namespace metergate::mqtt_socket
