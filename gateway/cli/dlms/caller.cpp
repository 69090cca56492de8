// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/caller.hpp"

#include "gateway/cli/exit_codes.hpp"
#include "gateway/sim/street/state_file.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::cli {

DlmsCaller::DlmsCaller(DlmsWire wire, DlmsCall call)
    : wire_{std::move(wire)},
      counter_file_{std::move(call.counter_file)},
      session_{std::move(call.session)} {}

bool DlmsCaller::perform(const dlms::session::Effects& effects) {
  namespace session = dlms::session;
  bool ended = false;
  for (const session::Effect& effect : effects) {
    std::visit(Overloaded{
                   [&](const session::Write& write) {
                     if (!wire_.write(write.octets)) {
                       ended = perform(session_.wire_lost()) || ended;
                     }
                   },
                   [&](const session::ReserveCounters& reserve) {
                     if (counter_file_.empty()) return;
                     const auto kept =
                         sim::write_state_file(counter_file_, std::to_string(reserve.end) + "\n");
                     if (!kept) {
                       answer_ = failure(CliError{kIoError, kept.error()});
                       ended = true;
                     }
                   },
                   [&](const session::Answered& answered) {
                     answer_octets_ = answered.apdu;
                     const auto apdu = dlms::decode_apdu(answered.apdu);
                     if (apdu) {
                       answer_ = apdu.value();
                     } else {
                       answer_ = failure(CliError{
                           kRefused, "the meter's answer is no APDU: " +
                                         std::string{dlms::fault_word(apdu.error().reason)}});
                     }
                     ended = true;
                   },
                   [&](const session::Failed& failed) {
                     const bool refused = failed.reason == session::Failed::Reason::Refused;
                     answer_ = failure(CliError{refused ? kRefused : kUnavailable, failed.what});
                     if (!failed.heard.empty()) answer_octets_ = failed.heard;
                     ended = true;
                   },
                   [](const session::Told&) {},
                   [&](const session::Closed&) { closed_ = true; },
               },
               effect);
    if (answer_ && !answer_->has_value()) break;
  }
  return ended;
}

bool DlmsCaller::wait_once() {
  using Clock = std::chrono::steady_clock;
  const auto deadline = session_.deadline().value_or(Clock::now() + std::chrono::seconds{1});
  Octets octets;
  switch (wire_.read(octets, deadline)) {
    case DlmsWire::Heard::Octets:
      return perform(session_.received(octets, Clock::now()));
    case DlmsWire::Heard::Gone:
      closed_ = true;
      return perform(session_.wire_lost());
    default:
      return perform(session_.time_passed(Clock::now()));
  }
}

CliResult<dlms::Apdu> DlmsCaller::ask(const dlms::Apdu& request) {
  answer_.reset();
  answer_octets_.reset();
  closed_ = false;
  const Octets octets = dlms::encode_apdu(request);
  const auto begun = std::chrono::steady_clock::now();
  bool ended = perform(session_.ask(octets, begun));
  while (!ended && !answer_) ended = wait_once();
  if (watch_) {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begun);
    const auto kept = watch_(octets, answer_octets_, took);
    if (!kept) return failure(kept.error());
  }
  if (!answer_) return failure(CliError{kUnavailable, "the connection is gone"});
  return *std::move(answer_);
}

namespace {

/// An answer that is none to what was asked.
CliError other_answer(const dlms::Apdu& answer, std::string_view asked) {
  if (const auto* exception = std::get_if<dlms::ExceptionResponse>(&answer)) {
    return {kRefused, "the meter says: " + text(*exception)};
  }
  return {kRefused, "the meter answers " + std::string{asked} + " with " +
                        std::string{dlms::apdu_word(answer)}};
}

}  // namespace

CliResult<dlms::GetResult> DlmsCaller::get(const dlms::AttributeReference& attribute) {
  auto answer = ask(dlms::GetRequest{{}, attribute});
  if (!answer) return failure(answer.error());
  if (auto* response = std::get_if<dlms::GetResponse>(&answer.value())) {
    return std::move(response->result);
  }
  return failure(other_answer(*answer, "a read"));
}

CliResult<dlms::AccessResult> DlmsCaller::set(const dlms::AttributeReference& attribute,
                                              dlms::Data value) {
  const auto answer = ask(dlms::SetRequest{{}, attribute, std::move(value)});
  if (!answer) return failure(answer.error());
  const auto* response = std::get_if<dlms::SetResponse>(&answer.value());
  if (response == nullptr) return failure(other_answer(*answer, "a write"));
  return response->result;
}

CliResult<dlms::AccessResult> DlmsCaller::act(const dlms::MethodReference& method,
                                              dlms::Data parameter) {
  const auto answer = ask(dlms::ActionRequest{{}, method, std::move(parameter)});
  if (!answer) return failure(answer.error());
  const auto* response = std::get_if<dlms::ActionResponse>(&answer.value());
  if (response == nullptr) return failure(other_answer(*answer, "a method"));
  return response->outcome.result;
}

void DlmsCaller::close() {
  closed_ = false;
  static_cast<void>(perform(session_.close(std::chrono::steady_clock::now())));
  while (!closed_ && session_.state() != dlms::SessionState::Down) static_cast<void>(wait_once());
}

}  // namespace metergate::cli
