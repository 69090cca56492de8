// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/open_key_store.hpp"

#include "gateway/keys/file_key_store.hpp"
#include "gateway/keys/pkcs11_key_store.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::keys {
namespace {

template <typename Store>
Result<std::unique_ptr<KeyStore>, KeyFault> as_store(
    Result<std::unique_ptr<Store>, KeyFault> opened) {
  if (!opened) return failure(std::move(opened).error());
  return std::unique_ptr<KeyStore>{std::move(opened).value()};
}

}  // namespace

Result<std::unique_ptr<KeyStore>, KeyFault> open_key_store(const KeyStoreLocation& location,
                                                           Purpose purpose) {
  auto secret = read_passphrase(location.secret);
  if (!secret) return failure(std::move(secret).error());
  return std::visit(
      Overloaded{
          [&](const KeyFile& place) {
            auto store = FileKeyStore::open(place.file, std::move(secret).value());
            if (store && purpose == Purpose::Vending) (*store)->forget_passphrase();
            return as_store(std::move(store));
          },
          [&](const Pkcs11Token& place) { return as_store(Pkcs11KeyStore::open(place, *secret)); }},
      location.place);
}

}  // namespace metergate::keys
