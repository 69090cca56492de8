// SPDX-License-Identifier: Apache-2.0
#include "config/read_tokens.hpp"

#include "protocols/sts/key_attributes.hpp"
#include "protocols/sts/meter_pan.hpp"
#include "protocols/sts/token_identifier.hpp"

namespace metergate::config {

KeyStore read_key_store(TableReader in, const std::filesystem::path& base) {
  KeyStore store;
  in.path("file", store.file, base);
  in.path("module", store.module, base);
  in.text("token", store.token);
  in.text("passphrase_credential", store.passphrase_credential);
  in.path("passphrase_file", store.passphrase_file, base);
  in.text("passphrase_env", store.passphrase_env);
  if (store.file.empty() == store.module.empty()) {
    in.contradicts(store.file.empty() ? "file" : "module",
                   "one of them: file (an encrypted key file) or module (PKCS#11)");
  }
  if (!store.module.empty() && store.token.empty()) {
    in.missing("token", "the label of the module's token");
  }
  const int sources = int{!store.passphrase_credential.empty()} +
                      int{!store.passphrase_file.empty()} + int{!store.passphrase_env.empty()};
  if (sources != 1) {
    in.contradicts("passphrase_credential",
                   "exactly one of passphrase_credential, passphrase_file, passphrase_env");
  }
  in.finish();
  return store;
}

MeterSts read_meter_sts(TableReader in) {
  MeterSts out;
  in.text("pan", out.pan, Need::Required);
  if (in.has("pan") && !sts::MeterPan::parse(out.pan)) {
    in.contradicts("pan", "18 digits: issuer, DRN with its check digit, check digit");
  }
  std::string group;
  in.text("supply_group", group, Need::Required);
  if (const auto parsed = sts::SupplyGroupCode::parse(group)) {
    out.supply_group = parsed->number();
  } else if (in.has("supply_group")) {
    in.contradicts("supply_group", "six digits in quotes");
  }
  in.number("tariff_index", out.tariff_index, {0, 99});
  in.number("key_revision", out.key_revision, {1, 9});
  in.number("key_type", out.key_type, {0, 3});
  in.number("phases", out.phases, {1, 3});
  in.word<std::uint8_t>(
      "key_generation", out.generation,
      [](std::string_view word) -> std::optional<std::uint8_t> {
        const auto known = sts::parse_key_generation(word);
        if (!known) return std::nullopt;
        return static_cast<std::uint8_t>(*known);
      },
      "\"02\" or \"04\"");
  in.word<std::uint8_t>(
      "algorithm", out.algorithm,
      [](std::string_view word) -> std::optional<std::uint8_t> {
        const auto known = sts::parse_algorithm(word);
        if (!known) return std::nullopt;
        return static_cast<std::uint8_t>(*known);
      },
      "\"07\", \"09\" or \"11\"");
  in.word<std::uint8_t>(
      "base_date", out.base_date,
      [](std::string_view word) -> std::optional<std::uint8_t> {
        const auto known = sts::parse_base_date(word);
        if (!known) return std::nullopt;
        return static_cast<std::uint8_t>(*known);
      },
      "\"93\", \"14\" or \"35\"");
  in.finish();
  return out;
}

}  // namespace metergate::config
