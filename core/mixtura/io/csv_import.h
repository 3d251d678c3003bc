// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>

#include "mixtura/io/csv.h"

namespace mixtura::csv {

/// How an import is run, as opposed to what it reads; never changes the result.
struct ImportControl {
    std::stop_token stop;
    ImportProgress progress;
    int thread_count = 0;                            ///< 0: all cores
    std::size_t chunk_size = std::size_t{2} << 20U;  ///< bytes
};

/// `import_csv` with its inner workings open to tests.
ImportResult import_file(const std::string& path, const CsvOptions& options,
                         const ImportControl& control);

}  // namespace mixtura::csv
