#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# Student-t mixtures by plain EM in base R, dense matrices and loops over components,
# expected/student-loglik.csv: the log-likelihood at the start (moments of the classes, nu = 50 or the
# fixed number) and at the limit. Where they are free the degrees of freedom maximise the log-likelihood
# of the rows, one component after the other, by optimize().
#   Rscript make_student.R [FOLDER]       made with R 4.2.2
sys.source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "sets.R"), globalenv())
folder <- output_folder("expected")

log_t <- function(x, mean, sigma, nu) {
  d <- ncol(x)
  distance <- mahalanobis(x, mean, sigma)
  lgamma((nu + d) / 2) - lgamma(nu / 2) - d / 2 * log(nu * pi) -
    as.numeric(determinant(sigma)$modulus) / 2 - (nu + d) / 2 * log1p(distance / nu)
}
# Scale matrices from masses n and weighted scatters W under a structure with a closed form.
scales <- function(structure, n, W) {
  d <- nrow(W[[1]])
  pooled <- Reduce(`+`, W) / sum(n)
  one <- function(k) W[[k]] / n[k]
  lapply(seq_along(n), function(k) switch(structure,
    EII = diag(sum(diag(pooled)) / d, d), VII = diag(sum(diag(one(k))) / d, d),
    EEI = diag(diag(pooled)), VVI = diag(diag(one(k))), EEE = pooled, VVV = one(k)))
}
log_terms <- function(x, p) {
  sapply(seq_along(p$weights), function(k) log(p$weights[k]) + log_t(x, p$means[k, ], p$sigma[[k]], p$nu[k]))
}
log_sum <- function(a) { m <- apply(a, 1, max); m + log(rowSums(exp(a - m))) }

fit <- function(x, labels, structure, rule, nu) {
  z <- outer(as.character(labels), unique(as.character(labels)), "==") * 1
  u <- z * 0 + 1
  p <- list(nu = rep(nu, ncol(z)))
  trace <- c()
  for (iteration in 1:20000) {
    n <- colSums(z)
    w <- z * u
    p$weights <- n / nrow(x)
    p$means <- (t(w) %*% x) / colSums(w)
    W <- lapply(seq_along(n), function(k) {
      y <- sweep(x, 2, p$means[k, ])
      crossprod(y, w[, k] * y)
    })
    p$sigma <- scales(structure, n, W)
    if (rule != "fixed" && iteration > 1) {
      at <- function(s, which) {
        q <- p
        q$nu[which] <- 1 / s
        sum(log_sum(log_terms(x, q)))
      }
      if (rule == "common") {
        p$nu[] <- 1 / optimize(at, c(1 / 200, 2), which = seq_along(n), maximum = TRUE, tol = 1e-11)$maximum
      } else for (k in seq_along(n)) {
        p$nu[k] <- 1 / optimize(at, c(1 / 200, 2), which = k, maximum = TRUE, tol = 1e-11)$maximum
      }
    }
    a <- log_terms(x, p)
    trace[iteration] <- sum(log_sum(a))
    z <- exp(a - log_sum(a))
    u <- sapply(seq_along(n), function(k) {
      (p$nu[k] + ncol(x)) / (p$nu[k] + mahalanobis(x, p$means[k, ], p$sigma[[k]]))
    })
    if (iteration > 10 && trace[iteration] - trace[iteration - 1] < 1e-11) break
  }
  list(first = trace[1], limit = trace[iteration], nu = p$nu)
}

cases <- rbind(
  expand.grid(set = "iris", column = "species", structure = c("EII", "VII", "EEI", "VVI", "EEE", "VVV"),
              rule = "fixed", nu = 4, stringsAsFactors = FALSE),
  data.frame(set = "iris", column = "species", structure = c("EEE", "VVV", "VVV"),
             rule = c("common", "common", "free"), nu = 50),
  data.frame(set = "wine", column = "class", structure = "EEI", rule = "common", nu = 50))
result <- do.call(rbind, lapply(seq_len(nrow(cases)), function(i) {
  case <- cases[i, ]
  f <- fit(as.matrix(read_features(case$set)), read_labels(case$set, case$column), case$structure, case$rule, case$nu)
  data.frame(data_set = case$set, column = case$column, model = case$structure, rule = case$rule,
             start = case$nu, first = sprintf("%.10f", f$first), limit = sprintf("%.10f", f$limit),
             nu1 = sprintf("%.6g", f$nu[1]), nu2 = sprintf("%.6g", f$nu[2]), nu3 = sprintf("%.6g", f$nu[3]))
}))
write.csv(result, file.path(folder, "student-loglik.csv"), row.names = FALSE, quote = FALSE)
