// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

#include "protocols/crypto/certificate_facts.hpp"
#include "protocols/crypto/owned.hpp"

namespace metergate::crypto {
namespace {

using Certificate = Owned<X509, X509_free>;
using Bio = Owned<BIO, BIO_free>;

UtcSeconds seconds_of(const ASN1_TIME* time) {
  tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return UtcSeconds{std::chrono::seconds{timegm(&parts)}};
}

std::string text_of(const X509_NAME* name) {
  const Bio out{BIO_new(BIO_s_mem())};
  if (out == nullptr || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

CertificateFacts facts_of(x509_st* certificate) {
  return {text_of(X509_get_subject_name(certificate)), seconds_of(X509_get0_notBefore(certificate)),
          seconds_of(X509_get0_notAfter(certificate))};
}

std::vector<CertificateFacts> certificates_of(std::string_view pem) {
  std::vector<CertificateFacts> out;
  const Bio in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  if (in == nullptr) return out;
  while (const Certificate one{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
    out.push_back(facts_of(one.get()));
  }
  ERR_clear_error();
  return out;
}

}  // namespace metergate::crypto
