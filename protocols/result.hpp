// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

namespace metergate {

/// An error on its way into a Result; `return failure(Reason::Truncated);` reads as what it is.
template <typename E>
struct Failure {
  E error;
};

template <typename E>
[[nodiscard]] constexpr Failure<std::decay_t<E>> failure(E&& error) {
  return {std::forward<E>(error)};
}

/// A value or the reason there is none: the shape of `std::expected`, which Debian 12's clang
/// lacks.
template <typename T, typename E>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  // Implicit on purpose: functions return the plain value or `failure(...)`.
  constexpr Result(T value) : content_{std::in_place_index<0>, std::move(value)} {}
  template <typename F>
  constexpr Result(Failure<F> failed) : content_{std::in_place_index<1>, std::move(failed.error)} {}

  [[nodiscard]] constexpr bool has_value() const { return content_.index() == 0; }
  constexpr explicit operator bool() const { return has_value(); }

  [[nodiscard]] constexpr T& value() & { return std::get<0>(content_); }
  [[nodiscard]] constexpr const T& value() const& { return std::get<0>(content_); }
  [[nodiscard]] constexpr T&& value() && { return std::get<0>(std::move(content_)); }
  [[nodiscard]] constexpr const E& error() const& { return std::get<1>(content_); }
  [[nodiscard]] constexpr E&& error() && { return std::get<1>(std::move(content_)); }

  constexpr T& operator*() & { return value(); }
  constexpr const T& operator*() const& { return value(); }
  constexpr T&& operator*() && { return std::move(*this).value(); }
  constexpr T* operator->() { return &value(); }
  constexpr const T* operator->() const { return &value(); }

  template <typename U>
  [[nodiscard]] constexpr T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::variant<T, E> content_;
};

/// Nothing to return but success: `Result<Done, E>`.
struct Done {
  friend constexpr bool operator==(Done, Done) = default;
};

}  // namespace metergate
