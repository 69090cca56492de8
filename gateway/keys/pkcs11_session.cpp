// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/pkcs11_session.hpp"

#include <algorithm>
#include <deque>

#include "gateway/keys/pkcs11_module.hpp"

namespace metergate::keys {
namespace {

CK_BYTE* octets_of(OctetView view) { return const_cast<CK_BYTE*>(view.data()); }

/// An attribute template whose values live as long as it does. PKCS#11 takes pointers to what it
/// only reads as pointers to what could be changed.
class Attributes {
 public:
  Attributes& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
    numbers_.push_back(value);
    return raw(type, &numbers_.back(), sizeof value);
  }
  Attributes& flag(CK_ATTRIBUTE_TYPE type, bool value) {
    static CK_BBOOL yes = CK_TRUE;
    static CK_BBOOL no = CK_FALSE;
    return raw(type, value ? &yes : &no, sizeof yes);
  }
  Attributes& octets(CK_ATTRIBUTE_TYPE type, OctetView value) {
    return raw(type, octets_of(value), value.size());
  }
  Attributes& text(CK_ATTRIBUTE_TYPE type, std::string_view value) {
    return raw(type, const_cast<char*>(value.data()), value.size());
  }
  [[nodiscard]] CK_ATTRIBUTE* data() { return all_.data(); }
  [[nodiscard]] CK_ULONG size() const { return all_.size(); }

 private:
  Attributes& raw(CK_ATTRIBUTE_TYPE type, void* value, std::size_t octets) {
    all_.push_back({type, value, octets});
    return *this;
  }
  std::vector<CK_ATTRIBUTE> all_;
  std::deque<CK_ULONG> numbers_;
};

constexpr std::string_view kApplication = "metergate";

}  // namespace

struct Pkcs11Session::Inside {
  std::shared_ptr<Pkcs11Module> module;
  CK_SLOT_ID slot = 0;
  CK_SESSION_HANDLE session = 0;
  bool hmac_sha256 = false;
  bool unwrapping = false;

  ~Inside() {
    if (session != 0) calls().C_CloseSession(session);
  }
  [[nodiscard]] const CK_FUNCTION_LIST& calls() const { return module->calls(); }

  Result<std::vector<Object>, KeyFault> find(Attributes& wanted) const {
    CK_RV done = calls().C_FindObjectsInit(session, wanted.data(), wanted.size());
    if (done != CKR_OK) return failure(pkcs11_fault("look for objects", done));
    std::vector<Object> all;
    for (CK_ULONG count = 1; done == CKR_OK && count != 0;) {
      Object object = 0;
      done = calls().C_FindObjects(session, &object, 1, &count);
      if (done == CKR_OK && count != 0) all.push_back(object);
    }
    calls().C_FindObjectsFinal(session);
    if (done != CKR_OK) return failure(pkcs11_fault("look for objects", done));
    return all;
  }

  Result<Octets, KeyFault> read(Object object, CK_ATTRIBUTE_TYPE type) const {
    CK_ATTRIBUTE wanted{type, nullptr, 0};
    CK_RV done = calls().C_GetAttributeValue(session, object, &wanted, 1);
    Octets octets(done == CKR_OK ? wanted.ulValueLen : 0);
    wanted.pValue = octets.data();
    if (done == CKR_OK) done = calls().C_GetAttributeValue(session, object, &wanted, 1);
    if (done != CKR_OK) return failure(pkcs11_fault("read an object", done));
    return octets;
  }

  Result<Object, KeyFault> create(Attributes& attributes) const {
    Object object = 0;
    const CK_RV done =
        calls().C_CreateObject(session, attributes.data(), attributes.size(), &object);
    if (done != CKR_OK) return failure(pkcs11_fault("keep an object", done));
    return object;
  }

  Result<Object, KeyFault> fresh_wrapping_key() const {
    Attributes key;
    key.number(CKA_CLASS, CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, CKK_AES)
        .number(CKA_VALUE_LEN, 32)
        .flag(CKA_TOKEN, false)
        .flag(CKA_SENSITIVE, true)
        .flag(CKA_EXTRACTABLE, false)
        .flag(CKA_WRAP, true)
        .flag(CKA_UNWRAP, true);
    CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
    Object object = 0;
    const CK_RV done = calls().C_GenerateKey(session, &mechanism, key.data(), key.size(), &object);
    if (done != CKR_OK) return failure(pkcs11_fault("make a wrapping key", done));
    return object;
  }

  Result<Octets, KeyFault> wrap(Object wrapping_key, Object key) const {
    CK_MECHANISM mechanism{CKM_AES_KEY_WRAP_PAD, nullptr, 0};
    Octets wrapped(128);
    CK_ULONG length = wrapped.size();
    const CK_RV done =
        calls().C_WrapKey(session, &mechanism, wrapping_key, key, wrapped.data(), &length);
    if (done != CKR_OK) return failure(pkcs11_fault("wrap a key", done));
    wrapped.resize(length);
    return wrapped;
  }

  Result<Object, KeyFault> unwrap_readable(Object wrapping_key, Octets& wrapped) const {
    Attributes key;
    key.number(CKA_CLASS, CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
        .flag(CKA_TOKEN, false)
        .flag(CKA_SENSITIVE, false)
        .flag(CKA_EXTRACTABLE, true);
    CK_MECHANISM mechanism{CKM_AES_KEY_WRAP_PAD, nullptr, 0};
    Object object = 0;
    const CK_RV done = calls().C_UnwrapKey(session, &mechanism, wrapping_key, wrapped.data(),
                                           wrapped.size(), key.data(), key.size(), &object);
    if (done != CKR_OK) return failure(pkcs11_fault("unwrap a key", done));
    return object;
  }

  Result<crypto::SecretOctets, KeyFault> read_through(Object wrapping_key, Object key) const {
    auto wrapped = wrap(wrapping_key, key);
    if (!wrapped) return failure(std::move(wrapped).error());
    const auto readable = unwrap_readable(wrapping_key, *wrapped);
    if (!readable) return failure(readable.error());
    auto value = read(*readable, CKA_VALUE);
    calls().C_DestroyObject(session, *readable);
    if (!value) return failure(std::move(value).error());
    if (value->size() > crypto::SecretOctets::kMaxOctets) {
      crypto::wipe(*value);
      return failure(KeyFault{KeyFault::Reason::Damaged, "a key in the PKCS#11 token is too long"});
    }
    crypto::SecretOctets secret{*value};
    crypto::wipe(*value);
    return secret;
  }
};

Pkcs11Session::Pkcs11Session(std::unique_ptr<Inside> inside) : inside_{std::move(inside)} {}
Pkcs11Session::~Pkcs11Session() = default;

Result<std::unique_ptr<Pkcs11Session>, KeyFault> Pkcs11Session::open(const Pkcs11Token& token,
                                                                     const Passphrase& pin) {
  auto module = Pkcs11Module::load(token.module);
  if (!module) return failure(std::move(module).error());
  auto inside = std::make_unique<Inside>();
  inside->module = std::move(module).value();
  const auto slot = inside->module->slot_of(token.label);
  if (!slot) return failure(slot.error());
  inside->slot = *slot;
  const auto& calls = inside->calls();
  CK_RV done = calls.C_OpenSession(*slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr,
                                   &inside->session);
  if (done != CKR_OK) return failure(pkcs11_fault("open a session", done));
  done = calls.C_Login(inside->session, CKU_USER, octets_of(pin.view()), pin.view().size());
  if (done != CKR_OK && done != CKR_USER_ALREADY_LOGGED_IN) {
    return failure(pkcs11_fault("log in", done));
  }
  const Pkcs11Module& there = *inside->module;
  inside->hmac_sha256 = there.offers(*slot, CKM_SHA256_HMAC, CKF_SIGN);
  inside->unwrapping = there.offers(*slot, CKM_AES_KEY_GEN, CKF_GENERATE) &&
                       there.offers(*slot, CKM_AES_KEY_WRAP_PAD, CKF_WRAP | CKF_UNWRAP);
  return std::unique_ptr<Pkcs11Session>{new Pkcs11Session{std::move(inside)}};
}

bool Pkcs11Session::offers_hmac_sha256() const { return inside_->hmac_sha256; }
bool Pkcs11Session::offers_unwrapping() const { return inside_->unwrapping; }

Result<std::vector<Pkcs11Session::Key>, KeyFault> Pkcs11Session::keys(
    std::string_view label_prefix) {
  Attributes wanted;
  wanted.number(CKA_CLASS, CKO_SECRET_KEY).flag(CKA_TOKEN, true);
  const auto objects = inside_->find(wanted);
  if (!objects) return failure(objects.error());
  std::vector<Key> out;
  for (const Object object : *objects) {
    const auto label = inside_->read(object, CKA_LABEL);
    if (!label) return failure(label.error());
    Key key{object, std::string{label->begin(), label->end()}};
    if (key.label.starts_with(label_prefix)) out.push_back(std::move(key));
  }
  return out;
}

Result<Done, KeyFault> Pkcs11Session::create_key(const std::string& label, KeyUse use,
                                                 OctetView octets) {
  Attributes key;
  key.number(CKA_CLASS, CKO_SECRET_KEY)
      .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
      .flag(CKA_TOKEN, true)
      .flag(CKA_PRIVATE, true)
      .flag(CKA_SENSITIVE, true)
      .flag(CKA_EXTRACTABLE, use == KeyUse::Unwraps)
      .flag(CKA_SIGN, use == KeyUse::Hmac)
      .text(CKA_LABEL, label)
      .text(CKA_ID, label)
      .octets(CKA_VALUE, octets);
  const auto object = inside_->create(key);
  if (!object) return failure(object.error());
  return Done{};
}

Result<Done, KeyFault> Pkcs11Session::destroy(Object object) {
  const CK_RV done = inside_->calls().C_DestroyObject(inside_->session, object);
  if (done != CKR_OK) return failure(pkcs11_fault("destroy an object", done));
  return Done{};
}

Result<crypto::Sha256Digest, KeyFault> Pkcs11Session::hmac_sha256(Object key, OctetView data) {
  const auto& calls = inside_->calls();
  CK_MECHANISM mechanism{CKM_SHA256_HMAC, nullptr, 0};
  crypto::Sha256Digest digest{};
  CK_ULONG length = digest.size();
  CK_RV done = calls.C_SignInit(inside_->session, &mechanism, key);
  if (done == CKR_OK) {
    done = calls.C_Sign(inside_->session, octets_of(data), data.size(), digest.data(), &length);
  }
  if (done != CKR_OK || length != digest.size()) {
    crypto::wipe(digest);
    return failure(pkcs11_fault("compute an HMAC", done));
  }
  return digest;
}

Result<crypto::SecretOctets, KeyFault> Pkcs11Session::unwrapped(Object key) {
  const auto wrapping_key = inside_->fresh_wrapping_key();
  if (!wrapping_key) return failure(wrapping_key.error());
  auto secret = inside_->read_through(*wrapping_key, key);
  inside_->calls().C_DestroyObject(inside_->session, *wrapping_key);
  return secret;
}

Result<std::optional<Octets>, KeyFault> Pkcs11Session::data(const std::string& label) {
  Attributes wanted;
  wanted.number(CKA_CLASS, CKO_DATA).text(CKA_APPLICATION, kApplication).text(CKA_LABEL, label);
  const auto objects = inside_->find(wanted);
  if (!objects) return failure(objects.error());
  if (objects->empty()) return std::optional<Octets>{};
  auto value = inside_->read(objects->back(), CKA_VALUE);
  if (!value) return failure(std::move(value).error());
  return std::optional{std::move(value).value()};
}

Result<Done, KeyFault> Pkcs11Session::replace_data(const std::string& label, OctetView octets) {
  Attributes wanted;
  wanted.number(CKA_CLASS, CKO_DATA).text(CKA_APPLICATION, kApplication).text(CKA_LABEL, label);
  const auto old = inside_->find(wanted);
  if (!old) return failure(old.error());
  Attributes object;
  object.number(CKA_CLASS, CKO_DATA)
      .flag(CKA_TOKEN, true)
      .flag(CKA_PRIVATE, true)
      .text(CKA_APPLICATION, kApplication)
      .text(CKA_LABEL, label)
      .octets(CKA_VALUE, octets);
  const auto created = inside_->create(object);
  if (!created) return failure(created.error());
  for (const Object one : *old) {
    if (const auto gone = destroy(one); !gone) return failure(gone.error());
  }
  return Done{};
}

}  // namespace metergate::keys
