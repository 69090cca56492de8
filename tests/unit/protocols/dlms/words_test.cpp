// SPDX-License-Identifier: Apache-2.0
// Refusals in words: what an operator reads has to tell one from the other.
#include <gtest/gtest.h>

#include <set>

#include "protocols/dlms/acse/aare.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/security/ciphered_apdu.hpp"
#include "protocols/dlms/security/hls.hpp"

namespace metergate::dlms {
namespace {

// Green Book, 9.5: Data-Access-Result.
TEST(AccessResultWords, AreTheStandardsForEachOfItsCodes) {
  constexpr std::pair<int, std::string_view> kWords[] = {{0, "success"},
                                                         {1, "hardware-fault"},
                                                         {2, "temporary-failure"},
                                                         {3, "read-write-denied"},
                                                         {4, "object-undefined"},
                                                         {9, "object-class-inconsistent"},
                                                         {11, "object-unavailable"},
                                                         {12, "type-unmatched"},
                                                         {13, "scope-of-access-violated"},
                                                         {14, "data-block-unavailable"},
                                                         {15, "long-get-aborted"},
                                                         {16, "no-long-get-in-progress"},
                                                         {17, "long-set-aborted"},
                                                         {18, "no-long-set-in-progress"},
                                                         {19, "data-block-number-invalid"},
                                                         {250, "other-reason"}};
  for (const auto& [code, word] : kWords) {
    EXPECT_EQ(access_result_word(static_cast<AccessResult>(code)), word) << code;
  }
  EXPECT_EQ(access_result_word(static_cast<AccessResult>(77)), "other-reason");
}

TEST(ExceptionWords, NameStateServiceAndTheCounterThatIsExpected) {
  using State = ExceptionResponse::State;
  using Service = ExceptionResponse::Service;
  EXPECT_EQ(text(ExceptionResponse{State::ServiceNotAllowed, Service::DecipheringError, {}}),
            "service not allowed: deciphering error");
  EXPECT_EQ(text(ExceptionResponse{State::ServiceUnknown, Service::InvocationCounterError, 4711}),
            "service unknown: invocation counter error, expected 4711");
}

TEST(ExceptionWords, KeepTheNumberOfWhatTheStandardHasNot) {
  const ExceptionResponse foreign{
      static_cast<ExceptionResponse::State>(9), static_cast<ExceptionResponse::Service>(0), {}};
  EXPECT_EQ(text(foreign), "state 9: service error 0");
}

TEST(ConfirmedServiceErrorWords, SayWhyAnAssociationIsRefusedAndOtherwiseWhatCame) {
  constexpr std::string_view kRefusals[] = {
      "initiate refused: other reason", "initiate refused: DLMS version too low",
      "initiate refused: incompatible conformance", "initiate refused: PDU size too short",
      "initiate refused: refused by the VDE handler"};
  for (std::uint8_t code = 0; code < std::size(kRefusals); ++code) {
    EXPECT_EQ(text(ConfirmedServiceError{1, 6, code}), kRefusals[code]);
  }
  EXPECT_EQ(text(ConfirmedServiceError{1, 6, 5}), "service 1, sort 6, code 5");
  EXPECT_EQ(text(ConfirmedServiceError{5, 0, 3}), "service 5, sort 0, code 3");
}

// IEC 62056-5-3, 7.2.4: of the user and of the provider, who number theirs alike.
TEST(DiagnosticWords, TellTheUsersReasonsFromTheProviders) {
  using Source = Diagnostic::Source;
  EXPECT_EQ((Diagnostic{Source::User, 2}.text()), "application-context-name-not-supported");
  EXPECT_EQ((Diagnostic{Source::Provider, 2}.text()), "provider: no-common-acse-version");
  EXPECT_EQ((Diagnostic{Source::User, 15}.text()), "diagnostic 15");
  EXPECT_EQ((Diagnostic{Source::Provider, 3}.text()), "provider: diagnostic 3");
}

/// Each reason up to the last has a sentence of its own, and what is no reason none.
template <typename Reason, typename Text>
void tells_apart(Reason last, Text text) {
  std::set<std::string_view> said;
  for (int reason = 0; reason <= static_cast<int>(last); ++reason) {
    const std::string_view sentence = text(static_cast<Reason>(reason));
    EXPECT_NE(sentence, "unknown") << reason;
    EXPECT_TRUE(said.insert(sentence).second) << sentence;
  }
  EXPECT_EQ(text(static_cast<Reason>(static_cast<int>(last) + 1)), "unknown");
}

TEST(SecurityWords, EveryReasonToRefuseWhatIsCipheredOrProvedIsTold) {
  tells_apart(CipherFault::NotWrappable, cipher_fault_text);
  tells_apart(HlsFault::OtherTitle, hls_fault_text);
}

}  // namespace
}  // namespace metergate::dlms
