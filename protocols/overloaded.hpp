// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace metergate {

/// One function object out of several lambdas, for std::visit.
template <typename... Lambdas>
struct Overloaded : Lambdas... {
  using Lambdas::operator()...;
};
template <typename... Lambdas>
Overloaded(Lambdas...) -> Overloaded<Lambdas...>;

}  // namespace metergate
