// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "mixtura/experts/experts_problem.h"

namespace mixtura::experts {

/// What the covariance of the estimates is made of.
enum class InformationKind {
    observed,  ///< inverse of the observed information
    opg,       ///< inverse of the sum of outer products of the rows' scores
    sandwich   ///< both: holds also where the model is only an approximation
};
/// @throw InvalidArgument  any other text
InformationKind information_kind_from(std::string_view name);

/// Standard errors of a model's coefficients, in its own units.
struct ExpertsErrors {
    Eigen::MatrixXd gate_coefficients;    ///< (K - 1) x q
    Eigen::MatrixXd expert_coefficients;  ///< K x p
    Eigen::VectorXd log_variances;        ///< K
};

/// Standard errors of Gaussian experts with free variances, from the information about (gate
/// coefficients, expert coefficients, log variances): the information of complete data less the
/// variance of its score given the rows.
/// Source: Louis (1982), J. R. Stat. Soc. B 44:226; White (1982), Econometrica 50:1.
///
/// @param rows  those that the model was fitted to
/// @throw InvalidArgument  another family @throw DataError  as experts_problem
/// @throw NumericalError   the information is not positive definite: no maximum, or a flat one
/// Time O(n K P^2) for P parameters.
ExpertsErrors standard_errors(const ExpertsRows& rows, const ExpertsModel& model,
                              InformationKind kind);

}  // namespace mixtura::experts
