// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QString>
#include <QVariantMap>
#include <memory>
#include <optional>
#include <vector>

#include "mixtura/data/data_set.h"
#include "mixtura/io/csv.h"
#include "mixtura/plan/plan.h"

namespace mixtura::app {

/// One Run: the plan, every model tried, and what is shown of it. Immutable once finished, apart
/// from the name.
struct FitEntry {
    QString id;  ///< UUID
    QString name;
    QDateTime finishedAt;
    double seconds = 0.0;
    QString modelPath;  ///< the file it was opened from; empty for a fit made here
    Plan plan;
    std::shared_ptr<const RunResult> result;
    /// The record advised: the admissible best, or of a stopped search the best reached; -1: none.
    int best = -1;
};

/// A data set as imported, with how it was read and how it is to be used. The table itself is
/// shared and never changed in place: an edit replaces it.
struct DataEntry {
    QString id;    ///< UUID
    QString name;  ///< unique in the project: "iris.csv"
    QString path;  ///< of the source file
    CsvOptions importOptions;
    CsvDialect dialect;
    std::int64_t rowsSkipped = 0;
    std::int64_t problemCount = 0;  ///< cells taken as missing because they could not be read
    std::shared_ptr<const DataSet> data;
    /// By column; what the analyst has chosen. Numeric columns begin as features.
    std::vector<ColumnRole> roles;
    /// The set-up of the next fit. Its features and weights follow from `roles`: see `planOf`.
    Plan setup;
    std::vector<FitEntry> fits;
};

/// One thing the analyst did, as words and as the command that repeats it (empty where none does).
struct ActionRecord {
    QDateTime time;
    QString words;
    QString command;
};

/// Everything a project file holds; copies are cheap, the tables are shared.
struct ProjectContent {
    std::vector<DataEntry> data;
    int currentData = -1;
    QString currentFit;      ///< id, or empty
    int currentRecord = -1;  ///< of the current fit
    int threadCount = 0;     ///< 0: all cores
    std::vector<ActionRecord> actions;
    QVariantMap viewState;  ///< of the window; keys it does not know are kept
};

/// The plan that Run executes: the set-up with its columns spelled out.
Plan planOf(const DataEntry& entry);
/// `wanted`, or `wanted (2)` ... where a data set has that name.
QString uniqueName(const QString& wanted, const std::vector<DataEntry>& entries);
/// Columns used as features, in order.
std::vector<std::size_t> featureColumns(const DataEntry& entry);
/// The case-weight column, or -1.
int weightColumn(const DataEntry& entry);
/// Tables up to this many rows begin with ten starts of every model, larger ones with one: there
/// each start takes minutes, and hierarchical clustering alone finds most of what is to be found.
inline constexpr std::int64_t manyStartsRowLimit = 10000;
inline constexpr int manyStarts = 10;
/// The set-up a new data set of `rowCount` rows starts with.
Plan defaultSetup(const QString& path, const CsvOptions& importOptions, std::int64_t rowCount);
/// A short name for the fit: "GMM VEV, 2 components".
QString nameOf(const FitEntry& fit);
/// Why the model shown is shown, in a sentence.
QString verdictOf(const FitEntry& fit);
/// The record's model as a file's content, or none where it could not be fitted.
std::optional<SavedModel> modelOf(const DataEntry& entry, const FitEntry& fit, int record);

}  // namespace mixtura::app
