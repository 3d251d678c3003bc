// SPDX-License-Identifier: Apache-2.0
#include "mixtura/common/version.h"
#include "mixtura/io/export_text.h"

namespace mixtura::export_text {

namespace {

constexpr std::string_view program =
    R"program(# @FAMILY@ mixture model, written by Mixtura @VERSION@. Base R is all it needs.
#
#     source("model.R")
#     scores <- mixtura_score(data)   # a data frame or matrix that holds the columns below
#     scores$classification           # most probable component, 1 to @K@@NOISE_NOTE@
#     scores$responsibilities         # probability of each component, a row per observation
#     scores$log_density              # natural logarithm of the density
#     scores$uncertainty              # 1 - largest probability
#     scores$label                    # name of the component, where components have names
#
# From a shell: Rscript model.R data.csv > scores.csv
# mixtura_as_mclust(data) gives an object for predict() and plot() of the package mclust.

mixtura_model <- list(
    features = c(
@FEATURES@
    ),
@NAMES@@CLASSES@    mixing_weights = c(
@WEIGHTS@
    ),
@TAILS@@NOISE@    # a row per component
    means = matrix(c(
@MEANS@
    ), nrow = @K@, ncol = @D@, byrow = TRUE),
    # covariances[, , k] is that of component k@MATRIX_NOTE@
    covariances = array(c(
@COVARIANCES@
    ), dim = c(@D@, @D@, @K@))
)

mixtura_columns <- function(x, model = mixtura_model) {
    if (is.null(colnames(x))) {
        x <- as.matrix(x)
        if (ncol(x) != length(model$features))
            stop("the data must have ", length(model$features), " columns")
    } else {
        absent <- setdiff(model$features, colnames(x))
        if (length(absent) > 0)
            stop("the data lack the column ", encodeString(absent[1], quote = "\""))
        x <- as.matrix(x[, match(model$features, colnames(x)), drop = FALSE])
    }
    storage.mode(x) <- "double"
    unname(x)
}

mixtura_score <- function(x, model = mixtura_model) {
    x <- mixtura_columns(x, model)
    feature_count <- length(model$features)
    component_count <- length(model$mixing_weights)
    log_joint <- matrix(0, nrow(x), component_count)
    for (k in seq_len(component_count)) {
        factor <- chol(matrix(model$covariances[, , k], feature_count, feature_count))
        centred <- t(x) - model$means[k, ]
        whitened <- backsolve(factor, centred, transpose = TRUE)
        squared_distance <- colSums(whitened^2)
        log_joint[, k] <- log(model$mixing_weights[k]) - sum(log(diag(factor))) +
@LOG_DENSITY@
    }
    if (!is.null(model$noise))
        log_joint <- cbind(log_joint, log(model$noise$weight) + model$noise$log_density)
    largest <- do.call(pmax, lapply(seq_len(ncol(log_joint)), function(k) log_joint[, k]))
    log_density <- largest + log(rowSums(exp(log_joint - largest)))
    group <- ifelse(is.na(log_density), NA_integer_, max.col(log_joint, ties.method = "first"))
    scores <- list(
        log_density = log_density,
        responsibilities = exp(log_joint - log_density),
        classification = ifelse(group > component_count, 0L, group),
        uncertainty = 1 - exp(largest - log_density),
        label = model$component_names[group]
    )
    if (is.null(model$component_classes))
        return(scores)
    # several components make up a class: its probability is the sum of theirs
    shares <- vapply(seq_along(model$class_names), function(class) {
        pmin(1, rowSums(scores$responsibilities[, model$component_classes == class, drop = FALSE]))
    }, numeric(nrow(x)))
    shares <- matrix(shares, nrow(x))
    class <- ifelse(is.na(log_density), NA_integer_, max.col(shares, ties.method = "first"))
    scores$class_probabilities <- shares
    scores$uncertainty <- 1 - do.call(pmax, lapply(seq_len(ncol(shares)), function(c) shares[, c]))
    scores$label <- model$class_names[class]
    scores
}

mixtura_as_mclust <- function(x, model = mixtura_model) {
    if (!is.null(model$degrees_of_freedom))
        stop("mclust has no mixtures of Student-t components")
    feature_count <- length(model$features)
    component_count <- length(model$mixing_weights)
    scores <- mixtura_score(x, model)
    if (feature_count == 1) {
        name <- "V"
        means <- as.vector(model$means)
        variance <- list(modelName = name, d = 1, G = component_count,
                         sigmasq = as.vector(model$covariances))
    } else {
        name <- "VVV"
        means <- t(model$means)
        factors <- array(apply(model$covariances, 3, chol),
                         c(feature_count, feature_count, component_count))
        variance <- list(modelName = name, d = feature_count, G = component_count,
                         sigma = model$covariances, cholsigma = factors)
    }
    parameters <- list(pro = c(model$mixing_weights, model$noise$weight), mean = means,
                       variance = variance)
    if (!is.null(model$noise))
        parameters$Vinv <- exp(model$noise$log_density)
    structure(list(
        data = mixtura_columns(x, model), modelName = name, n = nrow(x), d = feature_count,
        G = component_count, z = scores$responsibilities, 
        hypvol = if (is.null(model$noise)) NA else exp(-model$noise$log_density),
        classification = scores$classification, uncertainty = scores$uncertainty,
        parameters = parameters
    ), class = "Mclust")
}

if (sys.nframe() == 0L && !interactive() && length(commandArgs(TRUE)) > 0) {
    local({
        data <- read.csv(commandArgs(TRUE)[1], check.names = FALSE, encoding = "UTF-8")
        scores <- mixtura_score(data)
        exact <- function(x) ifelse(is.na(x), "", formatC(x, digits = 17, format = "g"))
        shares <- as.data.frame(apply(scores$responsibilities, 2, exact, simplify = FALSE))
        names(shares) <- paste0("responsibility_",
                                c(seq_along(mixtura_model$mixing_weights),
                                  if (!is.null(mixtura_model$noise)) "noise"))
        table <- cbind(data.frame(row = seq_len(nrow(data)),
                                  classification = scores$classification,
                                  uncertainty = exact(scores$uncertainty),
                                  log_density = exact(scores$log_density)), shares)
        cell <- function(text) {
            quoted <- paste0("\"", gsub("\"", "\"\"", text, fixed = TRUE), "\"")
            ifelse(grepl("[,\"\r\n]", text), quoted, text)
        }
        for (c in seq_along(mixtura_model$class_names))
            table[[cell(paste0("probability_", mixtura_model$class_names[c]))]] <-
                exact(scores$class_probabilities[, c])
        if (!is.null(scores$label))
            table$label <- cell(scores$label)
        write.csv(table, quote = FALSE, row.names = FALSE, na = "")
    })
}
)program";

constexpr std::string_view gaussian_density =
    R"(            -0.5 * feature_count * log(2 * pi) - 0.5 * squared_distance)";
constexpr std::string_view student_density =
    R"(            {
                nu <- model$degrees_of_freedom[k]
                lgamma((nu + feature_count) / 2) - lgamma(nu / 2) -
                    0.5 * feature_count * log(nu * pi) -
                    0.5 * (nu + feature_count) * log1p(squared_distance / nu)
            })";

/// The classes and the 1-based class of each component; empty where there are none.
std::string classes_text(const SavedModel& saved) {
    if (saved.labels.component_classes.empty())
        return {};
    const std::string indent(8, ' ');
    std::vector<std::string> positions;
    for (const std::int32_t position : saved.labels.component_classes)
        positions.push_back(std::to_string(position + 1));
    return "    class_names = c(\n" + wrapped(quoted(saved.labels.names, escaped_string), indent) +
           "\n    ),\n    component_classes = c(\n" + wrapped(positions, indent) + "\n    ),\n";
}

}  // namespace

std::string r_program(const SavedModel& saved) {
    const std::vector<std::string> features = quoted(saved.data.features, escaped_string);
    const std::vector<std::string> names = quoted(component_names(saved), escaped_string);
    std::vector<std::string> covariances;
    for (const Eigen::MatrixXd& covariance : saved.model.covariances()) {
        for (std::string& text : numbers(covariance)) covariances.push_back(std::move(text));
    }
    const std::string indent(8, ' ');
    const auto& tails = saved.model.tails();
    const auto& noise = saved.model.noise();
    return filled(
        program,
        {{"VERSION", version},
         {"FAMILY", tails ? "Student-t" : "Gaussian"},
         {"TAILS", tails ? "    degrees_of_freedom = c(\n" +
                               wrapped(numbers(tails->degrees_of_freedom), indent) + "\n    ),\n"
                         : ""},
         {"NOISE", noise
                       ? "    # of rows that belong to no component: the same density everywhere\n"
                         "    noise = list(weight = " +
                             number(noise->weight) +
                             ", log_density = " + number(noise->region.log_density) + "),\n"
                       : ""},
         {"NOISE_NOTE", noise ? ", or 0 for noise" : ""},
         {"MATRIX_NOTE", tails ? ", its scale matrix" : ""},
         {"LOG_DENSITY", std::string(tails ? student_density : gaussian_density)},
         {"K", std::to_string(saved.model.component_count())},
         {"D", std::to_string(saved.model.feature_count())},
         {"FEATURES", wrapped(features, indent)},
         {"NAMES", names.empty()
                       ? std::string()
                       : "    component_names = c(\n" + wrapped(names, indent) + "\n    ),\n"},
         {"CLASSES", classes_text(saved)},
         {"WEIGHTS", wrapped(numbers(saved.model.mixing_weights()), indent)},
         {"MEANS", wrapped(numbers(saved.model.means()), indent)},
         {"COVARIANCES", wrapped(covariances, indent)}});
}

}  // namespace mixtura::export_text
