// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace metergate::runtime {

/// Nothing of this process's memory, where keys and passphrases stand, gets into a file or to
/// another program of the same user: no core is written however it ends, and only root can attach
/// to it or read it (faults.md S12; IEC 62443-4-2 CR 4.1). Children that exec start as usual but
/// for the limit.
void close_memory();

}  // namespace metergate::runtime
