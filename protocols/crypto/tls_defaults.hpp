// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What holds for TLS in this whole process, also where a library makes the connection and leaves
/// no way to say it there. Each takes effect once, with the first call, for contexts made later.
namespace metergate::crypto {

/// TLS 1.2 or later; with 1.2 only suites of forward secrecy and authenticated encryption; no
/// renegotiation, which OpenSSL's clients would otherwise begin anew when a server asks for it.
void set_tls_defaults();

/// A server's certificate holds only with a list of revoked certificates (RFC 5280, 5) of every
/// authority above it, that is in force and does not name it. The lists stand in the file of the
/// authorities. For all connections: OpenSSL has one table for the purpose.
void refuse_revoked_servers();

}  // namespace metergate::crypto
