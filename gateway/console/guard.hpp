// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/console/http_message.hpp"

/// Whether a request comes from a page of ours in a browser on this box. Pure.
namespace metergate::console {

inline constexpr std::string_view kSessionCookie = "metergate_session";
inline constexpr std::string_view kDoorCookie = "metergate_door";

/// `127.0.0.1`, `localhost` or `[::1]`, with or without a port. Another name that leads here is a
/// page elsewhere that had its name pointed at us (DNS rebinding). The port is free: through
/// `ssh -L` it is another one.
[[nodiscard]] bool is_own_host(std::string_view host);

/// What is wrong with where the request comes from; nothing when all is well. An `Origin` has to be
/// the very `Host`; `Sec-Fetch-Site` must not speak of another site. With `Method::Post` the body
/// has to be JSON: no form of another page can send that without asking first.
[[nodiscard]] std::optional<std::string> objection(const Request& request);

/// The value of that name in a `Cookie` header; nothing when it is not there or there twice.
[[nodiscard]] std::optional<std::string_view> cookie(std::string_view header,
                                                     std::string_view name);

}  // namespace metergate::console
