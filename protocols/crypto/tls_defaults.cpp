// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/tls_defaults.hpp"

#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <string_view>

#include "protocols/crypto/owned.hpp"

namespace metergate::crypto {
namespace {

using Bio = Owned<BIO, BIO_free>;
using Conf = Owned<CONF, NCONF_free>;
using VerifyParameters = Owned<X509_VERIFY_PARAM, X509_VERIFY_PARAM_free>;

/// As openssl.cnf would say it (config(5ssl), SSL_CONF_cmd(3ssl)); every SSL_CTX that is made reads
/// `system_default`.
constexpr std::string_view kDefaults = R"(metergate = modules
[modules]
ssl_conf = tls
[tls]
system_default = every_connection
[every_connection]
MinProtocol = TLSv1.2
CipherString = ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:!aDSS
Options = NoRenegotiation
)";

bool load_defaults() {
  // The box's own file first: read later, it would take the place of ours.
  if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, nullptr) != 1) return false;
  const Bio in{BIO_new_mem_buf(kDefaults.data(), static_cast<int>(kDefaults.size()))};
  const Conf conf{NCONF_new(nullptr)};
  long line = 0;
  return in != nullptr && conf != nullptr && NCONF_load_bio(conf.get(), in.get(), &line) == 1 &&
         CONF_modules_load(conf.get(), "metergate", 0) == 1;
}

bool load_revocation() {
  VerifyParameters param{X509_VERIFY_PARAM_new()};
  const bool is_made =
      param != nullptr && X509_VERIFY_PARAM_set1_name(param.get(), "ssl_server") == 1 &&
      // As OpenSSL's own entry of that name has them, which this one hides.
      X509_VERIFY_PARAM_set_purpose(param.get(), X509_PURPOSE_SSL_SERVER) == 1 &&
      X509_VERIFY_PARAM_set_trust(param.get(), X509_TRUST_SSL_SERVER) == 1 &&
      X509_VERIFY_PARAM_set_flags(param.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) ==
          1;
  return is_made && X509_VERIFY_PARAM_add0_table(param.release()) == 1;
}

}  // namespace

void set_tls_defaults() {
  static const bool done = load_defaults();
  if (!done) throw std::runtime_error{"OpenSSL refuses its settings for TLS"};
}

void refuse_revoked_servers() {
  static const bool done = load_revocation();
  if (!done) throw std::runtime_error{"OpenSSL refuses to look at revoked certificates"};
}

}  // namespace metergate::crypto
