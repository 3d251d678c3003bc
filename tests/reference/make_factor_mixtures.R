#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# Mixtures of factor analysers by dense covariances in base R, each of the eight structures by its own published step:
# McNicholas & Murphy (2008), Stat. Comput. 18:285, table 2; AECM. Columns standardised with the variance over n, three
# components, begun at the classes: probabilistic principal components of each class (own loadings) or of the pooled
# scatter (common loadings), uniquenesses the rest of the diagonal; after a step uniquenesses are no less than 1e-3.
#   expected/factor-mixtures.csv   nats at the start, after 1, 5, 50 iterations, and where 200 iterations gain less than 1e-9
#   expected/factanal.csv          one component: R's factanal(), a quasi-Newton maximiser that knows no EM
#   Rscript make_factor_mixtures.R [FOLDER]       made with R 4.2.2
script <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
resources <- file.path(script, "..", "..", "resources", "data")
arguments <- commandArgs(trailingOnly = TRUE)
folder <- file.path(if (length(arguments) > 0) arguments[1] else script, "expected")
dir.create(folder, recursive = TRUE, showWarnings = FALSE)
least <- 1e-3

standardised <- function(x) {
  x <- sweep(x, 2, colMeans(x))
  sweep(x, 2, sqrt(colMeans(x^2)), "/")
}

log_density <- function(x, mean, sigma) {
  y <- sweep(x, 2, mean)
  -(ncol(x) * log(2 * pi) + c(determinant(sigma)$modulus) + rowSums((y %*% solve(sigma)) * y)) / 2
}

expectation <- function(x, m) {
  a <- sapply(seq_along(m$weight), function(k)
    log(m$weight[k]) + log_density(x, m$mean[k, ], m$loading[[k]] %*% t(m$loading[[k]]) + diag(m$psi[[k]])))
  top <- apply(a, 1, max)
  f <- top + log(rowSums(exp(a - top)))
  list(r = exp(a - f), loglik = sum(f))
}

scatters <- function(x, r, mean) lapply(seq_len(ncol(r)), function(k) {
  y <- sweep(x, 2, mean[k, ])
  crossprod(y * r[, k], y) / sum(r[, k])
})

components_of <- function(s, q) {
  e <- eigen(s, symmetric = TRUE)
  noise <- mean(e$values[-seq_len(q)])
  e$vectors[, seq_len(q), drop = FALSE] %*% diag(sqrt(e$values[seq_len(q)] - noise), q)
}

begin <- function(x, class, q, structure) {
  G <- max(class)
  d <- ncol(x)
  r <- diag(G)[class, ]
  share <- colMeans(r)
  mean <- t(r) %*% x / colSums(r)
  s <- scatters(x, r, mean)
  pooled <- Reduce(`+`, Map(`*`, s, share))
  if (substr(structure, 1, 1) == "U") {
    loading <- lapply(s, components_of, q)
    psi <- Map(function(s, l) diag(s - l %*% t(l)), s, loading)
  } else {
    loading <- rep(list(components_of(pooled, q)), G)
    psi <- rep(list(diag(pooled - loading[[1]] %*% t(loading[[1]]))), G)
  }
  if (substr(structure, 2, 2) == "C") psi <- rep(list(Reduce(`+`, Map(`*`, psi, share))), G)
  if (substr(structure, 3, 3) == "C") psi <- lapply(psi, function(p) rep(mean(p), d))
  list(weight = share, mean = mean, loading = loading, psi = lapply(psi, pmax, least))
}

# Loadings and uniquenesses from the scatters s, the masses n: one step each, family by family.
step_of <- function(structure, s, n, m) {
  G <- length(n)
  d <- ncol(m$mean)
  q <- ncol(m$loading[[1]])
  share <- n / sum(n)
  b <- Map(function(l, p) t(l) %*% solve(l %*% t(l) + diag(p)), m$loading, m$psi)
  moment <- function(b, l, s) diag(q) - b %*% l + b %*% s %*% t(b)
  own <- function() Map(function(s, b, l) s %*% t(b) %*% solve(moment(b, l, s)), s, b, m$loading)
  rest <- function(loading) Map(function(s, b, l) diag(s - l %*% b %*% s), s, b, loading)
  mixed <- function(p) Reduce(`+`, Map(`*`, p, share))
  pooled <- mixed(s)
  theta <- Map(moment, b, m$loading, s)
  full_rest <- function(l) Map(function(s, b, t) diag(s - 2 * l %*% b %*% s + l %*% t %*% t(l)), s, b, theta)
  switch(structure,
    UUU = { l <- own(); list(l, rest(l)) },
    UUC = { l <- own(); list(l, lapply(rest(l), function(p) rep(sum(p) / d, d))) },
    UCU = { l <- own(); list(l, rep(list(mixed(rest(l))), G)) },
    UCC = { l <- own(); list(l, rep(list(rep(sum(mixed(rest(l))) / d, d)), G)) },
    CUU = {
      right <- Reduce(`+`, Map(function(n, p, s, b) n * solve(diag(p)) %*% s %*% t(b), n, m$psi, s, b))
      l <- t(sapply(seq_len(d), function(j)
        right[j, ] %*% solve(Reduce(`+`, Map(function(n, p, t) n / p[j] * t, n, m$psi, theta)))))
      if (q == 1) l <- t(l)
      list(rep(list(l), G), full_rest(l))
    },
    CUC = {
      l <- Reduce(`+`, Map(function(n, p, s, b) n / p[1] * s %*% t(b), n, m$psi, s, b)) %*%
        solve(Reduce(`+`, Map(function(n, p, t) n / p[1] * t, n, m$psi, theta)))
      list(rep(list(l), G), lapply(full_rest(l), function(p) rep(sum(p) / d, d)))
    },
    CCU = {
      l <- pooled %*% t(b[[1]]) %*% solve(moment(b[[1]], m$loading[[1]], pooled))
      list(rep(list(l), G), rep(list(diag(pooled - l %*% b[[1]] %*% pooled)), G))
    },
    CCC = {
      l <- pooled %*% t(b[[1]]) %*% solve(moment(b[[1]], m$loading[[1]], pooled))
      list(rep(list(l), G), rep(list(rep(sum(diag(pooled - l %*% b[[1]] %*% pooled)) / d, d)), G))
    })
}

fit <- function(set, x, class, q, structure) {
  m <- begin(x, class, q, structure)
  trace <- expectation(x, m)$loglik
  repeat {
    r <- expectation(x, m)$r
    m$weight <- colMeans(r)
    m$mean <- t(r) %*% x / colSums(r)
    r <- expectation(x, m)$r
    new <- step_of(structure, scatters(x, r, m$mean), colSums(r), m)
    m$loading <- new[[1]]
    m$psi <- lapply(new[[2]], pmax, least)
    trace <- c(trace, expectation(x, m)$loglik)
    done <- length(trace)
    if (done > 60000 || (done > 250 && trace[done] - trace[done - 200] < 1e-9)) break
  }
  data.frame(set = set, q = q, model = structure, start = trace[1], k1 = trace[2], k5 = trace[6], k50 = trace[51],
             iterations = done - 1, limit = trace[done])
}

iris_rows <- read.csv(file.path(resources, "iris.csv"))
wine_rows <- read.csv(file.path(resources, "wine.csv"))
sets <- list(iris = list(x = standardised(as.matrix(iris_rows[, 1:4])), class = as.integer(factor(iris_rows$species)), q = 1),
             wine = list(x = standardised(as.matrix(wine_rows[, 1:13])), class = as.integer(factor(wine_rows$class)), q = 2))
structures <- c("UUU", "UUC", "UCU", "UCC", "CUU", "CUC", "CCU", "CCC")
table <- do.call(rbind, lapply(names(sets), function(name)
  do.call(rbind, lapply(structures, function(s) {
    row <- with(sets[[name]], fit(name, x, class, q, s))
    message(paste(format(row, digits = 12), collapse = " "))
    row
  }))))
for (column in c("start", "k1", "k5", "k50", "limit")) table[[column]] <- sprintf("%.8f", table[[column]])
write.csv(table, file.path(folder, "factor-mixtures.csv"), row.names = FALSE, quote = FALSE)

one_component <- function(q) {
  x <- sets$wine$x
  f <- factanal(x, q, rotation = "none", lower = least, control = list(nstart = 20, opt = list(maxit = 10000)))
  sigma <- f$loadings %*% t(f$loadings) + diag(f$uniquenesses)
  data.frame(set = "wine", q = q, loglik = sprintf("%.8f", sum(log_density(x, rep(0, ncol(x)), sigma))),
             t(round(f$uniquenesses, 7)))
}
set.seed(1)
write.csv(do.call(rbind, lapply(1:4, one_component)), file.path(folder, "factanal.csv"), row.names = FALSE, quote = FALSE)
