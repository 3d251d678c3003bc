// SPDX-License-Identifier: Apache-2.0
// Time of reading a delimited file, in a process of its own so that its peak memory can be told:
//   bench_csv make FILE ROWS COLUMNS     writes standard normal numbers of 17 digits
//   bench_csv read FILE THREADS ROUNDS   prints the best and the median round as JSON
//   bench_csv summary FILE THREADS       time of the statistics of all columns
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>

#include "mixtura/common/random.h"
#include "mixtura/data/column_summary.h"
#include "mixtura/io/csv.h"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

int make(const std::string& path, long rows, int columns) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr)
        return 1;
    for (int column = 0; column < columns; ++column)
        std::fprintf(file, "%sx%d", column > 0 ? "," : "", column + 1);
    std::fputc('\n', file);
    mixtura::RandomStream stream(1);
    for (long row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column)
            std::fprintf(file, "%.17g%c", stream.normal(), column + 1 < columns ? ',' : '\n');
    return std::fclose(file);
}

int read(const std::string& path, int threads, int rounds) {
    std::vector<double> seconds;
    std::vector<double> processor;
    double bytes = 0.0;
    double table_bytes = 0.0;
    for (int round = 0; round < rounds; ++round) {
        const auto begin = Clock::now();
        const std::clock_t processor_begin = std::clock();
        const mixtura::ImportResult result = mixtura::import_csv(path, {}, {}, {}, threads);
        seconds.push_back(seconds_since(begin));
        processor.push_back(static_cast<double>(std::clock() - processor_begin) / CLOCKS_PER_SEC);
        bytes = static_cast<double>(result.bytes);
        table_bytes = 8.0 * static_cast<double>(result.data.row_count()) *
                      static_cast<double>(result.data.columns().size());
    }
    std::sort(seconds.begin(), seconds.end());
    std::sort(processor.begin(), processor.end());
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf(
        "{\"threads\": %d, \"best_seconds\": %.4f, \"median_seconds\": %.4f, "
        "\"best_mb_per_second\": %.1f, \"best_processor_seconds\": %.4f, "
        "\"peak_memory_over_table\": %.2f}\n",
        threads, seconds.front(), seconds[seconds.size() / 2], bytes / seconds.front() / 1e6,
        processor.front(), static_cast<double>(usage.ru_maxrss) * 1024.0 / table_bytes);
    return 0;
}

int summary(const std::string& path, int threads) {
    const mixtura::ImportResult result = mixtura::import_csv(path);
    const auto begin = Clock::now();
    const mixtura::DataSummary summary = mixtura::summarise_data(result.data, {}, {}, threads);
    std::printf("{\"columns\": %zu, \"seconds\": %.4f}\n", summary.columns.size(),
                seconds_since(begin));
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    try {
        if (words.size() == 4 && words[0] == "make")
            return make(words[1], std::atol(words[2].c_str()), std::atoi(words[3].c_str()));
        if (words.size() == 4 && words[0] == "read")
            return read(words[1], std::atoi(words[2].c_str()), std::atoi(words[3].c_str()));
        if (words.size() == 3 && words[0] == "summary")
            return summary(words[1], std::atoi(words[2].c_str()));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    std::fprintf(stderr,
                 "bench_csv make FILE ROWS COLUMNS | read FILE THREADS ROUNDS | summary FILE "
                 "THREADS\n");
    return 2;
}
