// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "storage/token_issue.hpp"

namespace metergate::cli {

/// What the ledger has of a meter's key, for people: `SGC 999901, TI 01, KRN 1, key type 2 (DUTK),
/// base date 14, EA 07`, and `; a key change is on its way`. Never a key.
[[nodiscard]] std::string sts_text(const StoredSts& sts);
[[nodiscard]] boost::json::object sts_object(const StoredSts& sts);

}  // namespace metergate::cli
