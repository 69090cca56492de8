// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "gateway/journal/journal.hpp"

namespace metergate::runtime {

/// How near a certificate's end is: under 30, 7, 1 or 0 days; nothing before that.
[[nodiscard]] std::optional<int> days_mark(UtcTime not_after, UtcTime now);

/// Tells of certificates of ours that end, before they do: a box whose certificate has ended is
/// locked out of its broker. Each mark is told once; a certificate that was renewed begins anew.
class CertificateWatch {
 public:
  /// Our certificates and the authorities we trust, for each broker.
  explicit CertificateWatch(const config::Configuration& configuration);
  void look(UtcTime now, journal::Journal& journal);

 private:
  std::vector<std::filesystem::path> files_;
  /// The last mark that was told, by file, subject and end.
  std::map<std::string, int> told_;
};

}  // namespace metergate::runtime
