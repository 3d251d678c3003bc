// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace mixtura::test {

inline constexpr const char* childArgument = "--child";

/// Opens `path`, changes something, writes a safety copy, says "ready" and waits to be killed.
int runChild(const QString& path);

}  // namespace mixtura::test
