// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocols/utrn/utrn_mac.hpp"
#include "tests/support/vectors.hpp"

namespace metergate::utrn {

inline const boost::json::object& utrn_vectors() {
  static const boost::json::object file = vectors::load("utrn.json");
  return file;
}

inline TokenDigits utrn_of(const boost::json::object& entry) {
  return TokenDigits::parse(vectors::text(entry, "utrn")).value();
}

inline Parties parties_of(const boost::json::object& entry) {
  return {Eui64::parse(vectors::text(entry, "originator")).value(),
          Eui64::parse(vectors::text(entry, "target")).value()};
}

inline UtrnCounter counter_of(const boost::json::object& entry) {
  return UtrnCounter{
      static_cast<std::uint32_t>(vectors::hex_number(entry, "originator_counter") >> 32U)};
}

inline TopUpValue top_up_of(const boost::json::object& entry) {
  return {static_cast<ValueClass>(vectors::number(entry, "value_class")),
          static_cast<std::uint16_t>(vectors::number(entry, "value"))};
}

/// An entry of the `mac` group by its id.
inline const boost::json::object& mac_vector(std::string_view id) {
  for (const auto& entry : utrn_vectors().at("mac").as_array()) {
    if (entry.as_object().at("id").as_string() == id) return entry.as_object();
  }
  throw std::out_of_range{std::string{id}};
}

}  // namespace metergate::utrn
