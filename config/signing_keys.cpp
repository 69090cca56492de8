// SPDX-License-Identifier: Apache-2.0
#include "config/signing_keys.hpp"

#include "config/secret_reader.hpp"
#include "protocols/crypto/ec_pem.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::config {
namespace {

constexpr std::string_view kSigningKey = "signing_key";
constexpr std::string_view kPublicKey = "meter_public_key";
constexpr std::string_view kCertificate = "meter_certificate";

bool is_pem(std::string_view text) { return text.find("-----BEGIN") != std::string_view::npos; }

std::string_view curve_word(crypto::Curve curve) {
  return curve == crypto::Curve::P384 ? "P-384 (suite 2)" : "P-256 (suite 1)";
}

std::string of_curve(std::string_view what, crypto::Curve curve, std::size_t digits) {
  return std::to_string(digits) + " hex digits or PEM: " + std::string{what} + " of " +
         std::string{curve_word(curve)};
}

const std::string* text_of(TableReader& in, std::string_view key, std::string_view expected) {
  const Node* node = in.find(key, Need::Optional, expected);
  return node == nullptr ? nullptr : std::get_if<std::string>(&node->value);
}

std::optional<crypto::SecretOctets> read_own(TableReader& in, ErrorList& errors,
                                             crypto::Curve curve) {
  const std::string expected = of_curve("a private key", curve, 2 * crypto::scalar_octets(curve));
  if (!in.has(kSigningKey)) {
    in.missing(kSigningKey, expected);
    return std::nullopt;
  }
  const std::string* text = text_of(in, kSigningKey, expected);
  std::optional<crypto::SecretOctets> key;
  if (text != nullptr) {
    key = is_pem(*text) ? crypto::ec_private_from_pem(curve, *text)
                        : crypto::SecretOctets::from_hex(*text);
  }
  if (!key || !crypto::ec_public_key(curve, *key)) {
    refuse_secret(in, errors, kSigningKey, expected);
    return std::nullopt;
  }
  return key;
}

std::optional<Octets> read_public(TableReader& in, ErrorList& errors, crypto::Curve curve) {
  const std::string expected = of_curve("a public key, 04 and two coordinates,", curve,
                                        2 + 4 * crypto::scalar_octets(curve));
  std::optional<Octets> key;
  if (const std::string* text = text_of(in, kPublicKey, expected)) {
    const auto octets = hex::parse(*text);
    if (is_pem(*text)) {
      key = crypto::ec_public_from_pem(curve, *text);
    } else if (octets) {
      key = crypto::ec_point(curve, *octets);
    }
  }
  if (!key) {
    errors.add(ConfigError::Kind::Wrong, in.line_of(kPublicKey), in.key_path(kPublicKey),
               "another thing", expected);
  }
  return key;
}

/// A meter's certificate has its system title for a name (Green Book, 9.2.6.4).
std::optional<dlms::SystemTitle> title_in(const crypto::EcCertificate& certificate) {
  const auto octets = hex::parse(certificate.common_name);
  return octets ? dlms::SystemTitle::from(*octets) : std::nullopt;
}

void read_certificate(TableReader& in, ErrorList& errors, crypto::Curve curve,
                      const DlmsAccess& access, dlms::SigningKeys& into) {
  const std::string expected =
      "a certificate in PEM, for signing, with a key of " + std::string{curve_word(curve)};
  const auto refuse = [&](std::string value, std::string right) {
    errors.add(ConfigError::Kind::Wrong, in.line_of(kCertificate), in.key_path(kCertificate),
               std::move(value), std::move(right));
  };
  const std::string* text = text_of(in, kCertificate, expected);
  const auto certificate =
      text == nullptr ? std::nullopt : crypto::ec_certificate_from_pem(curve, *text);
  if (!certificate) return refuse("another thing", expected);
  if (!certificate->may_sign) return refuse("one for another use than signing", expected);
  const auto title = title_in(*certificate);
  if (title && access.meter_title && *title != *access.meter_title) {
    return refuse("one of the system title " + certificate->common_name,
                  "one of meter_title, " + hex::text(access.meter_title->view()));
  }
  into.peer = certificate->public_key;
  if (title) into.peer_title = title;
}

}  // namespace

std::optional<dlms::SigningKeys> read_signing_keys(TableReader& in, ErrorList& errors,
                                                   const DlmsAccess& access) {
  const auto curve = dlms::curve_of(access.suite);
  if (!curve) return std::nullopt;
  dlms::SigningKeys out{.suite = access.suite, .peer_title = access.meter_title};
  const auto own = read_own(in, errors, *curve);
  if (own) out.own = *own;
  if (in.has(kPublicKey) == in.has(kCertificate)) {
    in.missing(kPublicKey, "it, or `meter_certificate`: one of the two");
  }
  if (in.has(kCertificate)) read_certificate(in, errors, *curve, access, out);
  if (in.has(kPublicKey)) {
    if (auto key = read_public(in, errors, *curve)) out.peer = std::move(*key);
  }
  if (!own || out.peer.empty()) return std::nullopt;
  if (crypto::ec_public_key(*curve, *own) == out.peer) {
    const std::string_view key = in.has(kPublicKey) ? kPublicKey : kCertificate;
    errors.add(ConfigError::Kind::Wrong, in.line_of(key), in.key_path(key), "our own key",
               "the meter's, not that of our signing_key");
    return std::nullopt;
  }
  return out;
}

}  // namespace metergate::config
