// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/ec_pem.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>

#include "protocols/crypto/no_passphrase.hpp"
#include "protocols/crypto/owned.hpp"

namespace metergate::crypto {
namespace {

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Bio = Owned<BIO, BIO_free>;
using Number = Owned<BIGNUM, BN_clear_free>;
using X509Certificate = Owned<X509, X509_free>;

Bio open(std::string_view text) {
  return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

bool is_on(Curve curve, const EVP_PKEY* key) {
  std::array<char, 32> name{};
  std::size_t length = 0;
  return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(),
                                        &length) == 1 &&
         OBJ_txt2nid(name.data()) == (curve == Curve::P384 ? NID_secp384r1 : NID_X9_62_prime256v1);
}

std::optional<Octets> point_of(Curve curve, const EVP_PKEY* key) {
  if (!is_on(curve, key)) return std::nullopt;
  Octets octets(1 + 2 * scalar_octets(curve));
  std::size_t length = 0;
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, octets.data(), octets.size(),
                                      &length) != 1) {
    return std::nullopt;
  }
  octets.resize(length);
  return ec_point(curve, octets);
}

std::string common_name_of(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  int last = -1;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) last = at;
  const X509_NAME_ENTRY* entry = last < 0 ? nullptr : X509_NAME_get_entry(subject, last);
  unsigned char* utf8 = nullptr;
  const int length =
      entry == nullptr ? -1 : ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
  if (length < 0) return {};
  std::string text{reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length)};
  OPENSSL_free(utf8);
  return text;
}

}  // namespace

std::optional<SecretOctets> ec_private_from_pem(Curve curve, std::string_view text) {
  const Bio in = open(text);
  const Key key{in == nullptr ? nullptr
                              : PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr)};
  BIGNUM* read = nullptr;
  const bool has_number = is_on(curve, key.get()) &&
                          EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &read) == 1;
  ERR_clear_error();
  const Number number{read};
  std::array<std::uint8_t, 48> octets{};
  const auto length = static_cast<int>(scalar_octets(curve));
  if (!has_number || BN_bn2binpad(number.get(), octets.data(), length) != length) {
    return std::nullopt;
  }
  std::optional<SecretOctets> secret{SecretOctets{OctetView{octets}.first(scalar_octets(curve))}};
  wipe(octets);
  return secret;
}

std::optional<Octets> ec_public_from_pem(Curve curve, std::string_view text) {
  const Bio in = open(text);
  const Key key{in == nullptr ? nullptr
                              : PEM_read_bio_PUBKEY(in.get(), nullptr, no_passphrase, nullptr)};
  auto point = point_of(curve, key.get());
  ERR_clear_error();
  return point;
}

std::optional<EcCertificate> ec_certificate_from_pem(Curve curve, std::string_view text) {
  const Bio in = open(text);
  const X509Certificate certificate{
      in == nullptr ? nullptr : PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr)};
  auto point =
      certificate == nullptr ? std::nullopt : point_of(curve, X509_get0_pubkey(certificate.get()));
  std::optional<EcCertificate> out;
  if (point) {
    // All uses, UINT32_MAX, where the certificate does not name any.
    const bool may_sign = (X509_get_key_usage(certificate.get()) & KU_DIGITAL_SIGNATURE) != 0;
    out = EcCertificate{std::move(*point), common_name_of(certificate.get()), may_sign};
  }
  ERR_clear_error();
  return out;
}

}  // namespace metergate::crypto
