// SPDX-License-Identifier: Apache-2.0
// What a process that holds keys owes its user. Call once, at start, before there is a second thread.
#pragma once

namespace signalbox {

// Files for the owner only, no memory image on disk, and a log or pipe whose reader has died does not end the process.
void protectProcess();

}  // namespace signalbox
