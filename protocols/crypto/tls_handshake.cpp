// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/tls_handshake.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

#include "protocols/crypto/certificate_facts.hpp"
#include "protocols/crypto/no_passphrase.hpp"
#include "protocols/crypto/owned.hpp"
#include "protocols/crypto/tls_defaults.hpp"

namespace metergate::crypto {
namespace {

using Context = Owned<SSL_CTX, SSL_CTX_free>;
using Tls = Owned<SSL, SSL_free>;
using Bio = Owned<BIO, BIO_free>;
using RevocationList = Owned<X509_CRL, X509_CRL_free>;
using Certificate = Owned<X509, X509_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;

Bio reading(const std::string& text) {
  return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

Result<Done, std::string> trust(SSL_CTX* context, const std::string& pem) {
  if (pem.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return Done{};
  }
  const auto in = reading(pem);
  std::size_t found = 0;
  while (const Certificate one{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get());
    ++found;
  }
  ERR_clear_error();
  if (found == 0) return failure(std::string{"the authority's file holds no certificate in PEM"});
  const auto lists = reading(pem);
  while (const RevocationList one{PEM_read_bio_X509_CRL(lists.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_crl(SSL_CTX_get_cert_store(context), one.get());
  }
  ERR_clear_error();
  return Done{};
}

Result<Done, std::string> show(SSL_CTX* context, const TlsHandshake::Credentials& own) {
  if (own.certificate_pem.empty()) return Done{};
  const auto in = reading(own.certificate_pem);
  const Certificate first{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)};
  if (first == nullptr || SSL_CTX_use_certificate(context, first.get()) != 1) {
    ERR_clear_error();
    return failure(std::string{"our certificate's file holds no certificate in PEM"});
  }
  while (X509* next = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add_extra_chain_cert(context, next);  // takes it over
  }
  const auto key_in = reading(own.key_pem);
  const Key key{PEM_read_bio_PrivateKey(key_in.get(), nullptr, no_passphrase, nullptr)};
  const bool fits = key != nullptr && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
  ERR_clear_error();
  if (key == nullptr) return failure(std::string{"the key's file holds no plain private key"});
  if (!fits) return failure(std::string{"the private key is not the one of our certificate"});
  return Done{};
}

}  // namespace

struct TlsHandshake::Impl {
  Context context{SSL_CTX_new(TLS_client_method())};
  Tls tls;
  BIO* in = nullptr;   ///< owned by `tls`
  BIO* out = nullptr;  ///< owned by `tls`
};

TlsHandshake::TlsHandshake(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
TlsHandshake::~TlsHandshake() = default;
TlsHandshake::TlsHandshake(TlsHandshake&&) noexcept = default;
TlsHandshake& TlsHandshake::operator=(TlsHandshake&&) noexcept = default;

Result<TlsHandshake, std::string> TlsHandshake::begin(const std::string& host,
                                                      const Credentials& credentials) {
  set_tls_defaults();
  auto impl = std::make_unique<Impl>();
  SSL_CTX* context = impl->context.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (auto done = trust(context, credentials.trusted_pem); !done) return failure(done.error());
  if (auto done = show(context, credentials); !done) return failure(done.error());
  impl->tls.reset(SSL_new(context));
  impl->in = BIO_new(BIO_s_mem());
  impl->out = BIO_new(BIO_s_mem());
  SSL* tls = impl->tls.get();
  SSL_set_bio(tls, impl->in, impl->out);
  SSL_set_connect_state(tls);
  // An address is matched against the certificate's addresses, a name against its names.
  X509_VERIFY_PARAM* wanted = SSL_get0_param(tls);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) != 1) {
    ERR_clear_error();
    SSL_set1_host(tls, host.c_str());
    // What the macro SSL_set_tlsext_host_name does; the name is copied.
    SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
  }
  return TlsHandshake{std::move(impl)};
}

void TlsHandshake::fail(int code) {
  const int kind = SSL_get_error(impl_->tls.get(), code);
  if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) return;
  state_ = State::Failed;
  const long verdict = SSL_get_verify_result(impl_->tls.get());
  if (verdict != X509_V_OK) {
    why_ = std::string{"its certificate is not trusted: "} + X509_verify_cert_error_string(verdict);
  } else if (const unsigned long error = ERR_peek_error(); error != 0) {
    const char* reason = ERR_reason_error_string(error);
    why_ = reason == nullptr ? "TLS failed" : reason;
  } else {
    why_ = "it closed the connection";
  }
  ERR_clear_error();
}

Octets TlsHandshake::received(OctetView octets) {
  SSL* tls = impl_->tls.get();
  ERR_clear_error();
  if (!octets.empty()) BIO_write(impl_->in, octets.data(), static_cast<int>(octets.size()));
  if (state_ == State::Running) {
    if (const int code = SSL_do_handshake(tls); code == 1) {
      state_ = State::Done;
    } else {
      fail(code);
    }
  }
  if (state_ == State::Done) {
    std::array<std::uint8_t, 256> ignored{};
    if (const int code = SSL_read(tls, ignored.data(), static_cast<int>(ignored.size()));
        code <= 0) {
      fail(code);
    }
  }
  Octets out(BIO_ctrl_pending(impl_->out));
  if (!out.empty()) BIO_read(impl_->out, out.data(), static_cast<int>(out.size()));
  return out;
}

std::optional<CertificateFacts> TlsHandshake::server() const {
  X509* certificate = SSL_get0_peer_certificate(impl_->tls.get());
  if (certificate == nullptr) return std::nullopt;
  return facts_of(certificate);
}

std::string TlsHandshake::version() const { return SSL_get_version(impl_->tls.get()); }

}  // namespace metergate::crypto
