// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "meters/virtual/token_acceptance.hpp"

/// How the keys and memory of TokenAcceptance stand in a meter's saved state, which only its owner
/// can read: test keys all of them, but they open these meters.
namespace metergate::virtual_meter {
namespace {

void write_octets(StateWriter& out, OctetView octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : octets) {
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 0xFU];
  }
  out.word(text);
}

/// What was read, or a complaint that does not show it.
template <typename Made>
auto required(StateReader& in, std::string_view what, Made made)
    -> std::optional<std::decay_t<decltype(*made)>> {
  if (!made) {
    in.refuse(what, "something else");
    return std::nullopt;
  }
  return std::move(*made);
}

std::optional<sts::MeterKey> read_decoder(StateReader& in) {
  const auto algorithm = required(in, "an algorithm", sts::parse_algorithm(in.word()));
  const auto octets = required(in, "a key", crypto::SecretOctets::from_hex(in.word()));
  const auto type = required(in, "a key type", sts::key_type_of(in.number<unsigned>()));
  const sts::KeyExpiryNumber expiry{in.number<std::uint8_t>()};
  const auto revision = in.number<std::uint8_t>();
  const auto tariff_index = in.number<std::uint8_t>();
  const bool has_group = in.flag();
  const auto group = in.number<std::uint32_t>();
  if (!algorithm || !octets || !type || !in.ok()) return std::nullopt;
  auto key = required(in, "a decoder key", sts::DecoderKey::of(*octets));
  if (!key) return std::nullopt;
  auto cipher =
      required(in, "a key of the right length", sts::TokenCipher::of(*algorithm, std::move(*key)));
  if (!cipher) return std::nullopt;
  return sts::MeterKey{.cipher = std::move(*cipher),
                       .key_type = *type,
                       .key_expiry = expiry,
                       .key_revision = revision,
                       .tariff_index = tariff_index,
                       .supply_group = has_group ? std::optional{group} : std::nullopt};
}

std::optional<UtrnKeys> read_utrn(StateReader& in) {
  const utrn::Eui64 originator{in.number<std::uint64_t>()};
  const utrn::Eui64 target{in.number<std::uint64_t>()};
  auto secret = required(in, "a secret", crypto::SecretOctets::from_hex(in.word()));
  if (!secret) return std::nullopt;
  return UtrnKeys{{originator, target}, std::move(*secret)};
}

std::optional<MeterKeys> read_keys(StateReader& in) {
  in.expect("meter-keys");
  auto pan = required(in, "a meter PAN", sts::MeterPan::parse(in.word()));
  const auto generation = required(in, "02 or 04", sts::parse_key_generation(in.word()));
  const auto base = required(in, "a base date", sts::parse_base_date(in.word()));
  auto decoder = read_decoder(in);
  in.expect("utrn-keys");
  auto utrn = read_utrn(in);
  if (!pan || !generation || !base || !decoder || !utrn) return std::nullopt;
  return MeterKeys{std::move(*pan), *generation, *base, std::move(*decoder), std::move(*utrn)};
}

}  // namespace

void TokenAcceptance::write(StateWriter& out) const {
  const sts::MeterKey& decoder = keys_.decoder;
  out.line("meter-keys");
  out.word(keys_.pan.digits());
  out.word(keys_.generation == sts::KeyGeneration::Dkga02 ? "02" : "04");
  out.word(sts::base_date_code(keys_.base_date));
  out.word(sts::algorithm_code(decoder.cipher.algorithm()));
  write_octets(out, decoder.cipher.key().view());
  out.number(static_cast<unsigned>(decoder.key_type));
  out.number(decoder.key_expiry.value);
  out.number(decoder.key_revision);
  out.number(decoder.tariff_index);
  out.flag(decoder.supply_group.has_value());
  out.number(decoder.supply_group.value_or(0));
  out.line("utrn-keys");
  out.number(keys_.utrn.parties.originator.number());
  out.number(keys_.utrn.parties.target.number());
  write_octets(out, keys_.utrn.secret.view());
  out.line("tids");
  out.number(process_.tids().slots().size());
  for (const sts::TokenIdentifier tid : process_.tids().slots()) out.number(tid.minutes());
  out.line("counters");
  out.number(utrn_.cache().floor().number());
  out.number(utrn_.cache().counters().size());
  for (const utrn::UtrnCounter counter : utrn_.cache().counters()) out.number(counter.number());
  out.line("lockout");
  const sts::EntryLockout::State lockout = lockout_.state();
  out.number(lockout.wrong);
  out.number(lockout.next.count());
  out.time(lockout.until);
  out.line("sections");
  out.number(sections_.size());
  for (const Section& section : sections_) {
    out.time(section.at);
    out.word(section.digits.reveal());
  }
}

std::optional<TokenAcceptance> TokenAcceptance::read(StateReader& in) {
  auto keys = read_keys(in);
  in.expect("tids");
  std::vector<sts::TokenIdentifier> tids;
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    tids.push_back(sts::TokenIdentifier::from_minutes(in.number<std::uint32_t>()));
  }
  in.expect("counters");
  utrn::CounterCache counters{utrn::UtrnCounter{in.number<std::uint32_t>()}};
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    counters.take(utrn::UtrnCounter{in.number<std::uint32_t>()});
  }
  in.expect("lockout");
  sts::EntryLockout::State lockout;
  lockout.wrong = in.number<unsigned>();
  lockout.next = std::chrono::seconds{in.number<std::int64_t>()};
  lockout.until = in.time();
  in.expect("sections");
  std::vector<Section> sections;
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    const UtcSeconds at = in.time();
    const auto digits = required(in, "twenty digits", TokenDigits::parse(in.word()));
    if (digits) sections.push_back({at, *digits});
  }
  if (!in.ok() || !keys) return std::nullopt;
  TokenAcceptance acceptance{std::move(*keys), sts::TidStore{std::move(tids)}, std::move(counters)};
  acceptance.lockout_ = sts::EntryLockout{kLockout, lockout};
  const Effects none{[](const sts::TokenContent&) { return sts::TokenResult::FunctionError; },
                     [](std::uint32_t) { return utrn::UtrnResult::AboveTopUpLimit; }};
  for (const Section& section : sections) {
    (void)acceptance.decide(section.digits, section.at, none);
  }
  return acceptance;
}

}  // namespace metergate::virtual_meter
