// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/guard.hpp"

#include <algorithm>

namespace metergate::console {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool is_own_host(std::string_view host) {
  for (const std::string_view name : {"127.0.0.1", "localhost", "[::1]"}) {
    if (!host.starts_with(name)) continue;
    const std::string_view rest = host.substr(name.size());
    if (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)))) return true;
  }
  return false;
}

std::optional<std::string> objection(const Request& request) {
  if (!is_own_host(request.host)) {
    return "Host: 127.0.0.1, localhost or [::1] is expected; this console is for this box";
  }
  if (!request.origin.empty() && request.origin != "http://" + request.host) {
    return "Origin: the console's own page is expected";
  }
  const bool is_get = request.method != Request::Method::Post;
  // `none`: typed by the user, or a bookmark.
  const bool is_own_site = request.fetch_site.empty() || request.fetch_site == "same-origin" ||
                           (is_get && request.fetch_site == "none");
  if (!is_own_site) return "Sec-Fetch-Site: the console's own page is expected";
  if (!is_get && request.content_type != "application/json") {
    return "Content-Type: application/json is expected";
  }
  return std::nullopt;
}

std::optional<std::string_view> cookie(std::string_view header, std::string_view name) {
  std::optional<std::string_view> found;
  while (!header.empty()) {
    const std::string_view one = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(one.size() + 1, header.size()));
    const std::string_view pair = trimmed(one);
    const std::size_t sign = pair.find('=');
    if (sign == std::string_view::npos || pair.substr(0, sign) != name) continue;
    if (found) return std::nullopt;
    found = pair.substr(sign + 1);
  }
  return found;
}

}  // namespace metergate::console
