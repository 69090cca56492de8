// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/cosem/object_list.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/cosem/scaler_unit.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/data_codec.hpp"

/// Any octets as Data, and what is Data as every attribute we read: what decodes is written and
/// read the same again.
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace metergate;
  const dlms::DataLimits limits{16, 20'000};
  auto data = dlms::decode_data({input, size}, limits);
  if (!data) return 0;
  const Octets written = dlms::encode_data(*data);
  const auto again = dlms::decode_data(written, limits);
  require(again.has_value() && dlms::encode_data(*again) == written);

  static_cast<void>(cosem::decode_object_list(*data));
  static_cast<void>(cosem::listed_attributes(*data, cosem::clock::kClass, cosem::kClock));
  static_cast<void>(cosem::decode_scaler_unit(*data));
  static_cast<void>(dlms::text_of(*data));
  if (const auto columns = cosem::decode_columns(*data)) {
    static_cast<void>(cosem::clock_column(*columns));
  }
  cosem::ProfileShape shape;
  shape.columns = {{8, {}, 2, 0}, {3, {}, 2, 0}};
  shape.capture_period = std::chrono::minutes{30};
  if (const auto rows = cosem::decode_rows(std::move(*data), shape)) {
    for (const auto& row : *rows) require(row.cells.size() == 2 && row.time.has_value());
  }
  return 0;
}
