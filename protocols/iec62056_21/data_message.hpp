// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/iec62056_21/fault.hpp"
#include "protocols/iec62056_21/sign_on.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

/// The data message of a readout (IEC 62056-21, 6.3 and 6.5): STX, data sets in lines, `!` CR LF,
/// ETX and a block check character; where there is no check, just the lines and `!` CR LF.
namespace metergate::iec62056_21 {

inline constexpr std::size_t kMaxName = 16;    // 6.3.2, item 19
inline constexpr std::size_t kMaxValue = 128;  // 6.3.2, item 20, as mode C has it
inline constexpr std::size_t kMaxUnit = 16;    // 6.3.2, item 21
/// No meter's readout is longer: a quarter of a minute at 19200 baud, a quarter of an hour at 300.
inline constexpr std::size_t kMaxMessageOctets = 32'768;

struct Value {
  std::string text;
  std::string unit;  ///< may be empty

  friend bool operator==(const Value&, const Value&) = default;
};

/// `1.8.0(000123.4*kWh)`, `P.01(210531)(08)(15)`
struct DataSet {
  std::string name;  ///< may be empty
  std::vector<Value> values;

  friend bool operator==(const DataSet&, const DataSet&) = default;
};

struct DataMessage {
  std::vector<DataSet> sets;

  /// The first of that name.
  [[nodiscard]] const DataSet* find(std::string_view name) const;
  /// What a meter says instead of data, `(ER07)`: without its parentheses.
  [[nodiscard]] std::optional<std::string_view> error() const;

  [[nodiscard]] Octets encode() const;
  [[nodiscard]] static Result<DataMessage, Fault> decode(OctetView message);
  friend bool operator==(const DataMessage&, const DataMessage&) = default;
};

/// Whether a name, value and unit can stand in a data set.
[[nodiscard]] bool is_data_set(const DataSet& set);

/// XOR of what stands behind STX up to ETX (6.3.2, item 8).
[[nodiscard]] std::uint8_t block_check(OctetView block);

/// Octets of the message that begins with the first STX and is whole; what is before it is noise of
/// a change of speed.
struct Framed {
  std::size_t from = 0;
  std::size_t to = 0;
};
[[nodiscard]] std::optional<Framed> find_data_message(OctetView octets);

/// A readout as a link hands it over: identification message, then data message.
struct Readout {
  IdentificationMessage identification;
  DataMessage data;

  [[nodiscard]] static Result<Readout, Fault> decode(OctetView octets);
  friend bool operator==(const Readout&, const Readout&) = default;
};

}  // namespace metergate::iec62056_21
