// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocols/crypto/owned.hpp"
#include "protocols/octets/octets.hpp"

/// An authority and a server for tests of the client's half of TLS: keys and certificates are made
/// when a test needs them, so none of them ever expires.
namespace metergate::crypto::test {

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using Bio = Owned<BIO, BIO_free>;
using std::chrono::system_clock;

inline void must(bool done) {
  if (!done) throw std::runtime_error{"OpenSSL refuses what a test asks"};
}

/// What `write` prints into memory.
template <typename Write>
std::string pem_of(Write write) {
  const Bio out{BIO_new(BIO_s_mem())};
  must(write(out.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

struct Identity {
  Certificate certificate;
  Key key;

  [[nodiscard]] std::string certificate_pem() const {
    return pem_of([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
  }
  [[nodiscard]] std::string key_pem() const { return key_pem(nullptr, nullptr); }
  /// Ciphered under a passphrase.
  [[nodiscard]] std::string sealed_key_pem() const {
    return key_pem(EVP_aes_128_cbc(), "passphrase");
  }

 private:
  [[nodiscard]] std::string key_pem(const EVP_CIPHER* cipher, const char* passphrase) const {
    return pem_of([&](BIO* out) {
      return PEM_write_bio_PKCS8PrivateKey(out, key.get(), cipher, nullptr, 0, nullptr,
                                           const_cast<char*>(passphrase));
    });
  }
};

struct Wish {
  std::string name;
  std::string alternative{};  ///< `DNS:broker.example.org`, `IP:192.0.2.7`
  std::chrono::seconds from = -std::chrono::hours{24};
  std::chrono::seconds until = std::chrono::hours{24};
};

class Authority {
 public:
  explicit Authority(const std::string& name = "authority") : self_{make({name}, nullptr)} {}

  [[nodiscard]] Identity issue(const Wish& wish) { return make(wish, &self_); }
  void revoke(const Identity& identity) {
    revoked_.push_back(X509_get0_serialNumber(identity.certificate.get()));
  }

  [[nodiscard]] std::string certificate_pem() const { return self_.certificate_pem(); }
  /// What a client trusts: the certificate, and the list of those it holds for revoked.
  [[nodiscard]] std::string trusted_pem() const { return certificate_pem() + list_pem(); }

 private:
  static void extend(X509* certificate, int sort, const char* value) {
    const Owned<X509_EXTENSION, X509_EXTENSION_free> extension{
        X509V3_EXT_conf_nid(nullptr, nullptr, sort, value)};
    must(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
  }
  static void call(X509_NAME* out, const char* part, const std::string& value) {
    const auto* text = reinterpret_cast<const unsigned char*>(value.c_str());
    must(X509_NAME_add_entry_by_txt(out, part, MBSTRING_UTF8, text, -1, -1, 0) == 1);
  }

  Identity make(const Wish& wish, const Identity* issuer) {
    Identity out{Certificate{X509_new()}, Key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")}};
    X509* one = out.certificate.get();
    must(one != nullptr && out.key != nullptr);
    const std::time_t now = system_clock::to_time_t(system_clock::now());
    must(X509_set_version(one, 2) == 1);
    must(ASN1_INTEGER_set(X509_get_serialNumber(one), ++serial_) == 1);
    must(ASN1_TIME_set(X509_getm_notBefore(one), now + wish.from.count()) != nullptr);
    must(ASN1_TIME_set(X509_getm_notAfter(one), now + wish.until.count()) != nullptr);
    call(X509_get_subject_name(one), "O", "metergate tests");
    call(X509_get_subject_name(one), "CN", wish.name);
    must(X509_set_pubkey(one, out.key.get()) == 1);
    if (!wish.alternative.empty()) extend(one, NID_subject_alt_name, wish.alternative.c_str());
    if (issuer == nullptr) extend(one, NID_basic_constraints, "critical,CA:TRUE");
    const Identity& signer = issuer == nullptr ? out : *issuer;
    must(X509_set_issuer_name(one, X509_get_subject_name(signer.certificate.get())) == 1);
    must(X509_sign(one, signer.key.get(), EVP_sha256()) > 0);
    return out;
  }

  [[nodiscard]] std::string list_pem() const {
    const Owned<X509_CRL, X509_CRL_free> list{X509_CRL_new()};
    const Owned<ASN1_TIME, ASN1_TIME_free> from{X509_gmtime_adj(nullptr, -3600)};
    const Owned<ASN1_TIME, ASN1_TIME_free> until{X509_gmtime_adj(nullptr, 3600)};
    must(X509_CRL_set_version(list.get(), 1) == 1);
    must(X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(self_.certificate.get())) == 1);
    must(X509_CRL_set1_lastUpdate(list.get(), from.get()) == 1);
    must(X509_CRL_set1_nextUpdate(list.get(), until.get()) == 1);
    for (const ASN1_INTEGER* serial : revoked_) {
      X509_REVOKED* entry = X509_REVOKED_new();
      must(X509_REVOKED_set_serialNumber(entry, const_cast<ASN1_INTEGER*>(serial)) == 1);
      must(X509_REVOKED_set_revocationDate(entry, from.get()) == 1);
      must(X509_CRL_add0_revoked(list.get(), entry) == 1);  // takes it over
    }
    must(X509_CRL_sign(list.get(), self_.key.get(), EVP_sha256()) > 0);
    return pem_of([&](BIO* out) { return PEM_write_bio_X509_CRL(out, list.get()); });
  }

  long serial_ = 0;
  std::vector<const ASN1_INTEGER*> revoked_;  ///< of identities that outlive this
  Identity self_;
};

/// The server's half, octets in and octets out.
class Server {
 public:
  struct Settings {
    int newest = TLS1_3_VERSION;
    const char* suites = nullptr;    ///< of TLS 1.2
    bool wants_certificate = false;  ///< of the client; whose it is does not matter
  };

  Server(const Identity& identity, const Settings& settings)
      : context_{SSL_CTX_new(TLS_server_method())} {
    must(context_ != nullptr);
    SSL_CTX* context = context_.get();
    SSL_CTX_set_security_level(context, 0);  // what is old is to be refused by the client
    must(SSL_CTX_set_min_proto_version(context, TLS1_VERSION) == 1);
    must(SSL_CTX_set_max_proto_version(context, settings.newest) == 1);
    if (settings.suites != nullptr) must(SSL_CTX_set_cipher_list(context, settings.suites) == 1);
    must(SSL_CTX_use_certificate(context, identity.certificate.get()) == 1);
    must(SSL_CTX_use_PrivateKey(context, identity.key.get()) == 1);
    if (settings.wants_certificate) {
      const auto anyone = [](int, X509_STORE_CTX*) { return 1; };
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, anyone);
    }
    tls_.reset(SSL_new(context));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(tls_.get(), in_, out_);
    SSL_set_accept_state(tls_.get());
  }

  Octets received(OctetView octets) {
    if (!octets.empty()) BIO_write(in_, octets.data(), static_cast<int>(octets.size()));
    static_cast<void>(SSL_do_handshake(tls_.get()));
    return said();
  }
  Octets close() {
    static_cast<void>(SSL_shutdown(tls_.get()));
    return said();
  }
  [[nodiscard]] bool has_certificate_of_client() const {
    return SSL_get0_peer_certificate(tls_.get()) != nullptr;
  }

 private:
  Octets said() {
    Octets out(BIO_ctrl_pending(out_));
    if (!out.empty()) BIO_read(out_, out.data(), static_cast<int>(out.size()));
    return out;
  }

  Owned<SSL_CTX, SSL_CTX_free> context_;
  Owned<SSL, SSL_free> tls_;
  BIO* in_ = nullptr;   ///< owned by `tls_`
  BIO* out_ = nullptr;  ///< owned by `tls_`
};

}  // namespace metergate::crypto::test
