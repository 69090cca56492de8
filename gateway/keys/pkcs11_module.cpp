// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/pkcs11_module.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <mutex>
#include <vector>

namespace metergate::keys {
namespace {

using Reason = KeyFault::Reason;

KeyFault unavailable(const std::filesystem::path& library, const std::string& why) {
  return {Reason::Unavailable, "PKCS#11 module " + library.string() + ": " + why};
}

std::string hexadecimal(unsigned long number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%lx", number);
  return text.data();
}

/// Labels are padded with blanks to 32 octets.
std::string label_of(const CK_TOKEN_INFO& info) {
  std::string label(std::begin(info.label), std::end(info.label));
  label.erase(label.find_last_not_of(' ') + 1);
  return label;
}

}  // namespace

KeyFault pkcs11_fault(std::string_view doing, CK_RV value) {
  switch (value) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      return {Reason::Secret, "the PIN of the PKCS#11 token is wrong"};
    case CKR_PIN_LOCKED:
    case CKR_PIN_EXPIRED:
    case CKR_USER_PIN_NOT_INITIALIZED:
      return {Reason::Secret, "the PIN of the PKCS#11 token is locked, expired or not yet set"};
    default:
      return {Reason::Unavailable,
              "the PKCS#11 module cannot " + std::string{doing} + ": CKR " + hexadecimal(value)};
  }
}

Result<std::shared_ptr<Pkcs11Module>, KeyFault> Pkcs11Module::load(
    const std::filesystem::path& library) {
  static std::mutex guard;
  static std::map<std::filesystem::path, std::weak_ptr<Pkcs11Module>> loaded;
  const std::scoped_lock lock{guard};
  if (auto there = loaded[library].lock()) return there;

  void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return failure(unavailable(library, ::dlerror()));
  const auto get_calls =
      reinterpret_cast<CK_C_GetFunctionList>(::dlsym(handle, "C_GetFunctionList"));
  CK_FUNCTION_LIST* calls = nullptr;
  if (get_calls == nullptr || get_calls(&calls) != CKR_OK || calls == nullptr) {
    ::dlclose(handle);
    return failure(unavailable(library, "it has no C_GetFunctionList"));
  }
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV started = calls->C_Initialize(&arguments);
  if (started != CKR_OK && started != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    ::dlclose(handle);
    return failure(unavailable(library, "C_Initialize: CKR " + hexadecimal(started)));
  }
  std::shared_ptr<Pkcs11Module> module{new Pkcs11Module{handle, calls, started == CKR_OK}};
  loaded[library] = module;
  return module;
}

Pkcs11Module::~Pkcs11Module() {
  if (is_ours_) calls_->C_Finalize(nullptr);
  ::dlclose(library_);
}

Result<CK_SLOT_ID, KeyFault> Pkcs11Module::slot_of(std::string_view token_label) const {
  CK_ULONG count = 0;
  CK_RV done = calls_->C_GetSlotList(CK_TRUE, nullptr, &count);
  std::vector<CK_SLOT_ID> slots(count);
  if (done == CKR_OK) done = calls_->C_GetSlotList(CK_TRUE, slots.data(), &count);
  if (done != CKR_OK) return failure(pkcs11_fault("list its slots", done));
  slots.resize(count);
  std::string others;
  for (const CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info{};
    if (calls_->C_GetTokenInfo(slot, &info) != CKR_OK) continue;
    const std::string label = label_of(info);
    if (label == token_label) return slot;
    if (!label.empty()) others += (others.empty() ? "" : ", ") + label;
  }
  return failure(KeyFault{Reason::Unavailable,
                          "the PKCS#11 module has no token `" + std::string{token_label} +
                              "`; there " + (others.empty() ? "is none" : "are: " + others)});
}

bool Pkcs11Module::offers(CK_SLOT_ID slot, CK_MECHANISM_TYPE mechanism, CK_FLAGS use) const {
  // An operator can take mechanisms out of the list that C_GetMechanismInfo still describes.
  CK_ULONG count = 0;
  if (calls_->C_GetMechanismList(slot, nullptr, &count) != CKR_OK) return false;
  std::vector<CK_MECHANISM_TYPE> list(count);
  if (calls_->C_GetMechanismList(slot, list.data(), &count) != CKR_OK) return false;
  list.resize(count);
  if (std::ranges::count(list, mechanism) == 0) return false;
  CK_MECHANISM_INFO info{};
  return calls_->C_GetMechanismInfo(slot, mechanism, &info) == CKR_OK && (info.flags & use) == use;
}

}  // namespace metergate::keys
