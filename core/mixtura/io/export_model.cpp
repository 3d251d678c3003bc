// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/export_model.h"

#include <string>

#include "mixtura/common/error.h"
#include "mixtura/io/export_text.h"

namespace mixtura {

ExportFormat export_format_from(std::string_view name) {
    if (name == "json")
        return ExportFormat::json;
    if (name == "r")
        return ExportFormat::r;
    if (name == "python")
        return ExportFormat::python;
    if (name == "cpp")
        return ExportFormat::cpp;
    if (name == "pmml")
        return ExportFormat::pmml;
    throw InvalidArgument("'" + std::string(name) +
                          "' is not an export format; the formats are json, r, python, cpp and "
                          "pmml.");
}

std::string export_model(const SavedModel& saved, ExportFormat format) {
    switch (format) {
        case ExportFormat::r:
            return export_text::r_program(saved);
        case ExportFormat::python:
            return export_text::python_program(saved);
        case ExportFormat::cpp:
            return export_text::cpp_program(saved);
        case ExportFormat::pmml:
            return export_text::pmml_document(saved);
        case ExportFormat::json:
            break;
    }
    return model_file_text(saved);
}

}  // namespace mixtura
