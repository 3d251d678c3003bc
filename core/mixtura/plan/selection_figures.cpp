// SPDX-License-Identifier: Apache-2.0
#include "mixtura/plan/selection_figures.h"

#include "mixtura/common/fit_control.h"

namespace mixtura {

double criterion_value(const SelectionRecord& record, Criterion criterion) noexcept {
    switch (criterion) {
        case Criterion::bic:
            return record.bic;
        case Criterion::icl:
            return record.icl;
        case Criterion::aic:
            return record.aic;
        case Criterion::nec:
            return record.nec;
        case Criterion::cv:
            return record.cv;
    }
    return record.bic;
}

bool is_admissible(const SelectionRecord& record) {
    return record.status == to_string(FitStatus::converged) ||
           record.status == to_string(FitStatus::iteration_limit);
}

}  // namespace mixtura
