// SPDX-License-Identifier: Apache-2.0
// What a token made on this box costs one core: tokens a second, without and with its transaction
// on disk (the command, the token, its line of the audit trail and its handover, as the gateway
// writes them).
//   token_bench <empty directory> [tokens]
// Each figure stands beside the best its slowest part could do, measured in the same run: the
// cipher alone, or the disk alone with as many durable appends of a page.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "gateway/keys/file_key_store.hpp"
#include "gateway/north/token_messages.hpp"
#include "protocols/sts/token_codec.hpp"
#include "protocols/sts/token_identifier.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/ledger.hpp"
#include "storage/token_issue.hpp"

namespace {

using namespace metergate;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kUnits = 256;  // 25.6 kWh
constexpr std::array<std::uint8_t, 4096> kPage{};

template <typename T, typename E>
T good(Result<T, E> result, const char* what) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(1);
}

/// How often a second, over `times` calls with their number.
double rate(int times, const std::function<void(int)>& act) {
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < times; ++i) act(i);
  const std::chrono::duration<double> took = Clock::now() - begin;
  return times / took.count();
}

void line(const char* workload, double figure, const char* limited_by, double limit) {
  std::printf("%-44s %10.0f /s  %-22s %10.0f /s %7.2f\n", workload, figure, limited_by, limit,
              figure / limit);
}

sts::KeyDerivation meter(sts::EncryptionAlgorithm algorithm) {
  return {.generation = sts::KeyGeneration::Dkga04,
          .algorithm = algorithm,
          .pan = sts::MeterPan::parse("600727000000000009").value(),
          .supply_group = sts::SupplyGroupCode::of(999'901).value(),
          .tariff_index = sts::TariffIndex::of(1).value(),
          .key_revision = sts::KeyRevisionNumber::of(1).value(),
          .key_type = sts::KeyType::Unique,
          .base_date = sts::BaseDate::Y2014};
}

sts::TokenContent credit(int number) {
  const auto tid = sts::TokenIdentifier::from_minutes(6'000'000U + static_cast<unsigned>(number));
  return sts::UnitCredit{sts::Commodity::Electricity, 5, tid,
                         sts::TransferAmount::from_units(kUnits).value()};
}

std::unique_ptr<keys::FileKeyStore> key_store(const std::filesystem::path& file) {
  const auto passphrase = [] { return keys::Passphrase{Octets(20, 'x')}; };
  good(keys::FileKeyStore::create(file, passphrase()), "the key file");
  auto store = good(keys::FileKeyStore::open(file, passphrase()), "the key file");
  const sts::KeyDerivation of = meter(sts::EncryptionAlgorithm::Sta);
  const keys::VendingKeyRecord record{keys::VendingKeyName::of(of),
                                      of.generation,
                                      {255},
                                      keys::AlgorithmSet::usual_for(of.generation)};
  const auto key = sts::VendingKey::of(crypto::SecretOctets{Octets(20, 0x5A)});
  good(store->import_key(record, *key), "the vending key");
  return store;
}

/// The cipher with its key at hand: no store, no derivation.
double cipher_alone(sts::EncryptionAlgorithm algorithm, int tokens) {
  const auto cipher =
      sts::TokenCipher::of(
          algorithm,
          sts::DecoderKey::of(crypto::SecretOctets{Octets(sts::key_octets(algorithm), 0x3C)})
              .value(),
          sts::StaTables::sample())
          .value();
  return rate(tokens, [&](int i) {
    static_cast<void>(good(sts::encode_token(credit(i), cipher), "a token"));
  });
}

double disk_alone(const std::filesystem::path& file, int commits) {
  const int descriptor = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const double out = rate(commits, [&](int) {
    const bool done =
        ::write(descriptor, kPage.data(), kPage.size()) == static_cast<ssize_t>(kPage.size()) &&
        ::fdatasync(descriptor) == 0;
    if (!done) std::exit(1);
  });
  ::close(descriptor);
  return out;
}

/// All the gateway writes for one token that somebody keys in.
void write_down(Ledger& ledger, MeterKey key, TokenDigits digits, int number) {
  const UtcTime now =
      std::chrono::time_point_cast<UtcTime::duration>(std::chrono::system_clock::now());
  Command command{.id = CommandId::parse("bench-" + std::to_string(number)).value(),
                  .meter = MeterId::parse("m1").value(),
                  .params = IssueToken{},
                  .issued_at = now,
                  .expires_at = now + std::chrono::hours{1},
                  .not_before = {},
                  .operator_name = "bench",
                  .work_order = "W-1",
                  .comment = {},
                  .reply_to = {},
                  .origin = {}};
  static_cast<void>(good(ledger.insert_command(key, command, "digest", now), "the command"));
  TokenIssue issue{.id = command.id};
  issue.meter = key;
  issue.order.value = kUnits * 100;
  issue.issued_at = now;
  issue.operator_name = command.operator_name;
  issue.identity_proof = "signature";
  issue.work_order = command.work_order;
  issue.tid = 6'000'000U + static_cast<unsigned>(number);
  issue.vending_key = "SGC 999901, key type 2 (DUTK), KRN 1, base date 14";
  issue.delivery = TokenDelivery::Hand;
  issue.channel = HandChannel::Sms;
  issue.changed_at = now;
  issue.tokens.push_back({1, std::move(digits), IssuedState::Outstanding, {}, {}});
  const auto stored = good(ledger.insert_token_issue(issue), "the token");
  static_cast<void>(good(
      ledger.append_audit({now, AuditKind::TokenIssued, "m1", "bench", "", IdentityProof::Signature,
                           "W-1", "", north::encode_issue_audit(issue)}),
      "the audit trail"));
  const TokenHandover handover{now, HandChannel::Sms, "bench", command.id.text()};
  good(ledger.add_handover(stored, handover), "the handover");
  static const SiteId site = SiteId::parse("bench").value();
  static const MeterId name = MeterId::parse("m1").value();
  static const std::string serial;
  good(ledger.enqueue({0,
                       "metergate/v1/bench/meter/m1/token/sms",
                       north::encode_handover(issue, handover, {site, name, serial}),
                       {},
                       {}}),
       "the message");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: token_bench <empty directory> [tokens]\n");
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  const int tokens = argc > 2 ? std::atoi(argv[2]) : 5'000;
  const auto store = key_store(directory / "bench.keys");
  std::printf("%-44s %13s  %-22s %13s %7s\n", "workload, one core", "figure", "limited by", "limit",
              "ratio");
  for (const auto& [algorithm, name] :
       {std::pair{sts::EncryptionAlgorithm::Sta, "made, EA 07, key derived each time"},
        {sts::EncryptionAlgorithm::Misty1, "made, EA 11, key derived each time"}}) {
    const double made = rate(tokens, [&, one = algorithm](int i) {
      static_cast<void>(good(store->make_token(meter(one), credit(i)), "a token"));
    });
    line(name, made, "the cipher alone", cipher_alone(algorithm, tokens));
  }
  const double disk = disk_alone(directory / "page", tokens / 10);
  int number = 0;
  for (const int together : {1, 10, 100}) {
    const auto file = directory / ("ledger-" + std::to_string(together) + ".db");
    auto ledger = good(Ledger::open(file, LedgerMode::ReadWrite), "the ledger");
    const auto key = good(ledger.meter(MeterId::parse("m1").value(), "bench",
                                       std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}),
                          "the meter")
                         .key;
    good(ledger.commit(), "a commit");
    const int commits = std::max(1, tokens / 10 / together);
    const double committed = rate(commits, [&](int) {
      for (int i = 0; i < together; ++i) {
        ++number;
        auto digits = good(store->make_token(meter(sts::EncryptionAlgorithm::Sta), credit(number)),
                           "a token");
        write_down(ledger, key, std::move(digits), number);
      }
      good(ledger.commit(), "a commit");
    });
    const std::string name = "made and on disk, " + std::to_string(together) + " a commit";
    line(name.c_str(), committed * together, "the disk alone", disk * together);
  }
  return 0;
}
