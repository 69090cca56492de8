// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "meters/registry_sighting.hpp"

/// The registry as people and programs read it.
namespace metergate::cli {

[[nodiscard]] std::string trinities_text(const std::vector<registry::Trinity>& trinities);
[[nodiscard]] std::string trinity_json(const registry::Trinity& trinity);
[[nodiscard]] std::string unplaced_json(const MeterId& meter);
/// Both sorts of links in one list, oldest first.
[[nodiscard]] std::string history_text(const registry::History& history);
[[nodiscard]] std::string history_json(const registry::History& history);
[[nodiscard]] std::string conflicts_text(const std::vector<registry::Conflict>& conflicts);

}  // namespace metergate::cli
