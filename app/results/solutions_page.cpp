// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/solutions_page.h"

#include <QLocale>
#include <algorithm>

#include "results/result_table.h"
#include "results/solution_model.h"

namespace mixtura::app {

SolutionsPage::SolutionsPage(QWidget* parent)
    : TablePage(QStringLiteral("localOptima"), tr("Solutions that the starts ended in"),
                QStringLiteral("local-optima.csv"), new SolutionModel, parent),
      model_(qobject_cast<SolutionModel*>(table()->model())) {
    clear();
}

void SolutionsPage::clear() {
    model_->setRows({}, 0);
    showHint(tr("Run a fit to see which solutions its starts ended in."));
}

void SolutionsPage::setModel(const SavedModel& saved) {
    const auto startCount = static_cast<int>(saved.fit.starts.size());
    const std::vector<SolutionRow> rows = solutionsOf(saved);
    model_->setRows(rows, startCount, saved.posterior.has_value());
    if (rows.empty()) {
        showHint(startCount == 0
                     ? tr("Nothing is known of the starts of this model.")
                     : tr("No start of this model ended in a solution that could be kept."));
        return;
    }
    table()->fitColumns();
    const QLocale locale;
    const auto shown = std::ranges::find_if(rows, &SolutionRow::isShown);
    int ended = 0;
    for (const SolutionRow& row : rows) ended += row.optimum.hits;
    QString remark =
        startCount == 1   ? tr("A single start says nothing of other solutions; raise Restarts to "
                                 "look for them.")
        : saved.posterior ? tr("Lower bounds that differ by less than a millionth count as one "
                               "solution. If few starts found the best, there may be a better one: "
                               "raise Restarts.")
                          : tr("Log-likelihoods that differ by less than a millionth count as one "
                               "solution. If few starts found the best, there may be a better one: "
                               "raise Restarts.");
    if (ended < startCount)
        remark += u' ' + tr("Starts that ended without a solution: %1.")
                             .arg(locale.toString(startCount - ended));
    showTable(tr("Starts that reached the solution shown: %1 of %2")
                  .arg(locale.toString(shown == rows.end() ? 0 : shown->optimum.hits),
                       locale.toString(startCount)),
              remark);
}

}  // namespace mixtura::app
