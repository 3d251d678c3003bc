// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv.h"

#include <utility>

#include "mixtura/io/csv_bytes.h"
#include "mixtura/io/csv_encoding.h"
#include "mixtura/io/csv_import.h"
#include "mixtura/io/csv_sniff.h"

namespace mixtura {

namespace {
constexpr std::size_t converted_sample = std::size_t{1} << 20U;
}

CsvDialect sniff_csv(const std::string& path, const CsvOptions& options,
                     const std::stop_token& stop) {
    const csv::FileBytes bytes(path, stop);
    const std::string_view text = bytes.text();
    csv::refuse_known_binary(path, text);
    const TextEncoding encoding = csv::choose_encoding(text, options);
    if (encoding == TextEncoding::utf16le || encoding == TextEncoding::utf16be)
        return csv::sniff_layout(csv::utf8_from(text.substr(0, converted_sample), encoding),
                                 encoding, path, options, text.size() <= converted_sample, stop)
            .dialect;
    return csv::sniff_layout(text.substr(csv::byte_order_mark_length(text, encoding)), encoding,
                             path, options, true, stop)
        .dialect;
}

ImportResult import_csv(const std::string& path, const CsvOptions& options,
                        const std::stop_token& stop, const ImportProgress& progress,
                        int thread_count) {
    csv::ImportControl control;
    control.stop = stop;
    control.progress = progress;
    control.thread_count = thread_count;
    return csv::import_file(path, options, control);
}

std::string csv_field(const std::string& field) {
    const bool is_plain =
        field.find_first_of(",;\t|\"\r\n") == std::string::npos &&
        (field.empty() || (field.front() != ' ' && field.back() != ' ' && field.front() != '#'));
    if (is_plain)
        return field;
    std::string quoted = "\"";
    for (const char c : field) {
        quoted += c;
        if (c == '"')
            quoted += c;
    }
    return quoted + '"';
}

}  // namespace mixtura
