// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/tokens/sts_record.hpp"

#include <boost/json.hpp>
#include <iomanip>
#include <sstream>

#include "protocols/sts/key_attributes.hpp"
#include "protocols/sts/token_identifier.hpp"

namespace metergate::cli {
namespace {

std::string digits(std::uint32_t number, int width) {
  std::ostringstream out;
  out << std::setw(width) << std::setfill('0') << number;
  return out.str();
}

std::string_view base_date(const StoredSts& sts) {
  return sts::base_date_code(static_cast<sts::BaseDate>(sts.base_date));
}

std::string_view algorithm(const StoredSts& sts) {
  return sts::algorithm_code(static_cast<sts::EncryptionAlgorithm>(sts.algorithm));
}

}  // namespace

std::string sts_text(const StoredSts& sts) {
  std::string out = "SGC " + digits(sts.supply_group, 6) + ", TI " + digits(sts.tariff_index, 2) +
                    ", KRN " + std::to_string(sts.key_revision) + ", key type " +
                    std::to_string(sts.key_type);
  if (const auto type = sts::key_type_of(sts.key_type)) {
    out += " (" + std::string{sts::key_type_word(*type)} + ")";
  }
  out += ", base date " + std::string{base_date(sts)} + ", EA " + std::string{algorithm(sts)};
  if (sts.pending_issue) out += "; a key change is on its way";
  return out;
}

boost::json::object sts_object(const StoredSts& sts) {
  return {{"pan", sts.pan},
          {"supply_group", digits(sts.supply_group, 6)},
          {"tariff_index", sts.tariff_index},
          {"key_revision", sts.key_revision},
          {"key_type", sts.key_type},
          {"key_generation", digits(sts.generation, 2)},
          {"algorithm", algorithm(sts)},
          {"base_date", base_date(sts)},
          {"key_change_pending", sts.pending_issue.has_value()}};
}

}  // namespace metergate::cli
