// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <p11-kit/pkcs11.h>

#include <filesystem>
#include <memory>
#include <string_view>

#include "gateway/keys/key_fault.hpp"
#include "protocols/result.hpp"

/// Inside of the PKCS#11 backend; nothing else includes it.
namespace metergate::keys {

/// A PKCS#11 library, loaded and initialised once in the process and given back with its last user.
class Pkcs11Module {
 public:
  [[nodiscard]] static Result<std::shared_ptr<Pkcs11Module>, KeyFault> load(
      const std::filesystem::path& library);
  ~Pkcs11Module();
  Pkcs11Module(const Pkcs11Module&) = delete;
  Pkcs11Module& operator=(const Pkcs11Module&) = delete;

  [[nodiscard]] const CK_FUNCTION_LIST& calls() const { return *calls_; }

  /// The slot whose token bears the label. Fault Unavailable, naming the labels there are.
  [[nodiscard]] Result<CK_SLOT_ID, KeyFault> slot_of(std::string_view token_label) const;
  [[nodiscard]] bool offers(CK_SLOT_ID slot, CK_MECHANISM_TYPE mechanism, CK_FLAGS use) const;

 private:
  Pkcs11Module(void* library, CK_FUNCTION_LIST* calls, bool is_ours)
      : library_{library}, calls_{calls}, is_ours_{is_ours} {}

  void* library_;
  CK_FUNCTION_LIST* calls_;
  bool is_ours_;  ///< initialised here, so finalised here
};

/// What a return value other than CKR_OK means here: `cannot sign: CKR 0x68`.
[[nodiscard]] KeyFault pkcs11_fault(std::string_view doing, CK_RV value);

}  // namespace metergate::keys
