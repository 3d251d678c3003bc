// SPDX-License-Identifier: Apache-2.0
#include "mixtura/selection/further_run.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/gaussian_mixture/em_journal.h"

namespace mixtura {

namespace {

/// BIC, ICL and AIC of another solution; what was cross-validated stands.
InformationCriteria renewed(const Candidate& candidate) {
    InformationCriteria criteria = information_criteria(*candidate.fit);
    if (candidate.criteria) {
        criteria.cv = candidate.criteria->cv;
        criteria.cv_standard_error = candidate.criteria->cv_standard_error;
    }
    return criteria;
}

/// @param further  a fit of one run
void add_run(EmFit further, Candidate& candidate) {
    if (!candidate.fit) {
        candidate.fit = std::move(further);
        candidate.failure.clear();
        candidate.criteria = renewed(candidate);
        return;
    }
    EmFit& fit = *candidate.fit;
    const bool is_better = is_better_run(further.runs.front(), fit.runs[fit.best_run]);
    std::vector<EmRun> runs = std::move(fit.runs);
    runs.push_back(std::move(further.runs.front()));
    if (is_better) {
        fit = std::move(further);
        fit.best_run = runs.size() - 1;
    }
    fit.runs = std::move(runs);
    if (is_better)
        candidate.criteria = renewed(candidate);
}

}  // namespace

std::map<int, std::vector<Candidate*>> by_component_count(std::vector<Candidate>& candidates) {
    std::map<int, std::vector<Candidate*>> groups;
    for (Candidate& candidate : candidates) {
        if (candidate.component_count > 1)
            groups[candidate.component_count].push_back(&candidate);
    }
    for (auto& [count, group] : groups)
        std::ranges::stable_sort(group, {}, &Candidate::parameter_count);
    return groups;
}

bool run_further(const Candidate& source, const EmProblem& problem, const EmOptions& options,
                 const FitControl& control, Candidate& candidate) {
    const auto begin = std::chrono::steady_clock::now();
    EmOptions em = options;
    em.component_count = candidate.component_count;
    em.covariance_structure = candidate.covariance_form.structure();
    FitControl quiet = control;
    quiet.observer = nullptr;
    quiet.journal = nullptr;
    try {
        EmFit further = fit_em(problem, em, quiet, {.partition = {}, .model = source.fit->model});
        if (further.runs.front().status == FitStatus::cancelled)
            return false;
        further.runs.front().start = to_string(source.covariance_form);
        add_run(std::move(further), candidate);
    } catch (const compute::Cancelled&) {
        return false;
    } catch (const BackendError&) {
        throw;
    } catch (const Error&) {
        // The model keeps what its own starts gave.
    }
    candidate.seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return true;
}

}  // namespace mixtura
