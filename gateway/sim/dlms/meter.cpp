// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/meter.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "gateway/sim/dlms/push.hpp"
#include "protocols/crypto/random.hpp"
#include "protocols/dlms/security/cipher.hpp"
#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::sim {
namespace {

/// End of the reserved send counters, whether anything was received, and the highest received.
constexpr std::size_t kRecordOctets = 4 + 1 + 4;

Octets random_challenge() {
  const auto octets = crypto::random_octets<16>();
  return Octets(octets.begin(), octets.end());
}

}  // namespace

DlmsMeter::DlmsMeter(StreetMeter& meter, DlmsSetup setup, Descriptor file)
    : meter_{meter}, setup_{std::move(setup)}, file_{std::move(file)} {
  counters_.keep = [this](std::uint32_t send_end, std::optional<std::uint32_t> received) {
    return write_counters(send_end, received);
  };
}

Result<std::unique_ptr<DlmsMeter>, std::string> DlmsMeter::open(
    StreetMeter& meter, DlmsSetup setup, const std::filesystem::path& directory) {
  const auto path = directory / (meter.name() + ".counters");
  Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!file) return failure("cannot open " + path.string());
  std::unique_ptr<DlmsMeter> out{new DlmsMeter{meter, std::move(setup), std::move(file)}};
  if (!out->read_counters()) return failure(path.string() + ": not a meter's counters");
  return out;
}

bool DlmsMeter::read_counters() {
  std::array<std::uint8_t, kRecordOctets> record{};
  const ssize_t got = ::pread(file_.get(), record.data(), record.size(), 0);
  if (got == 0) return true;  // a new meter
  if (got != static_cast<ssize_t>(record.size())) return false;
  ByteReader in{record};
  counters_.sending = dlms::SendCounter{in.u32()};
  const bool received = in.u8() != 0;
  const std::uint32_t last = in.u32();
  if (received) counters_.received = dlms::ReceiveCounter{last};
  return true;
}

/// One write of a few octets: a killed process has written all of it or nothing.
bool DlmsMeter::write_counters(std::uint32_t send_end, std::optional<std::uint32_t> received) {
  ByteWriter record;
  record.u32(send_end);
  record.u8(received ? 1 : 0);
  record.u32(received.value_or(0));
  const Octets octets = record.take();
  return ::pwrite(file_.get(), octets.data(), octets.size(), 0) ==
         static_cast<ssize_t>(octets.size());
}

std::unique_ptr<DlmsServer> DlmsMeter::connect() {
  return std::make_unique<DlmsServer>(setup_, counters_, random_challenge);
}

std::optional<Octets> DlmsMeter::serve(DlmsServer& server, OctetView apdu, std::uint16_t client) {
  auto answer = meter_.with([&](virtual_meter::VirtualMeter& hanging, UtcSeconds now) {
    return server.serve(apdu, client, hanging, now);
  });
  return answer ? std::move(*answer) : std::nullopt;
}

std::optional<Octets> DlmsMeter::ordered_push() {
  const auto order = meter_.push_orders().take();
  return order ? push(*order) : std::nullopt;
}

std::optional<Octets> DlmsMeter::push(const PushOrder& order) {
  if (order.what == PushOrder::What::Again) return pushed_last_;
  auto pushed = meter_.with([&](virtual_meter::VirtualMeter& hanging,
                                UtcSeconds now) -> std::optional<Octets> {
    if (!hanging.powered()) return std::nullopt;
    DlmsSession session{.rights = DlmsRights::Full, .conformance = setup_.conformance};
    DlmsContext context{hanging, now, setup_, session, counters_, counters_.image};
    auto plain = dlms_values_push(context, order, ++pushes_);
    const bool in_clear = order.guard == PushOrder::Guard::Plain || !setup_.clients.back().ciphered;
    return !plain || in_clear ? plain : ciphered(*plain);
  });
  if (!pushed || !*pushed) return std::nullopt;
  pushed_last_ = **pushed;
  return pushed_last_;
}

/// Under the meter's lock, with the next counter of all its associations.
std::optional<Octets> DlmsMeter::ciphered(OctetView push) {
  constexpr std::uint32_t kBlock = 100;
  dlms::SendCounter& sending = counters_.sending;
  if (sending.left() == 0) {
    const std::uint32_t end = sending.end_of_block(kBlock);
    if (!counters_.keep(end, counters_.received.last())) return std::nullopt;
    sending.reserved(end);
  }
  const auto counter = sending.take();
  if (!counter) return std::nullopt;
  auto out = dlms::cipher(setup_.keys,
                          {.wrapping = dlms::Wrapping::GeneralGlobal,
                           .control = {.suite = setup_.keys.suite},
                           .sender = setup_.title,
                           .invocation_counter = *counter},
                          push);
  return out ? std::optional{std::move(*out)} : std::nullopt;
}

}  // namespace metergate::sim
