// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>

#include <Eigen/Cholesky>

#include "mixtura/common/error.h"
#include "mixtura/common/version.h"
#include "mixtura/io/export_text.h"

namespace mixtura::export_text {

namespace {

/// `stem` with as many underscores as it takes not to be the beginning of a feature's name.
std::string free_name(std::string stem, const std::vector<std::string>& features) {
    while (std::any_of(features.begin(), features.end(),
                       [&](const std::string& name) { return name.starts_with(stem); }))
        stem += "_";
    return stem;
}

/// log(pi_k N(x; mu_k, Sigma_k)) up to a constant common to all components, as the polynomial
/// alpha + b'y - y'Py/2 of the centred features y = x - centre.
std::string regression_table(const GaussianMixture& model, int component,
                             const Eigen::RowVectorXd& centre, const std::string& stem) {
    const Eigen::Index d = model.feature_count();
    const Eigen::MatrixXd& covariance = model.covariances()[static_cast<std::size_t>(component)];
    const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
    const Eigen::MatrixXd precision = factor.solve(Eigen::MatrixXd::Identity(d, d));
    const Eigen::VectorXd mean = (model.means().row(component) - centre).transpose();
    const Eigen::VectorXd slope = factor.solve(mean);
    const Eigen::MatrixXd lower = factor.matrixL();
    const double intercept = std::log(model.mixing_weights()[component]) -
                             lower.diagonal().array().log().sum() - 0.5 * mean.dot(slope);
    const auto name = [&](Eigen::Index j) { return stem + std::to_string(j + 1); };
    std::string table = "    <RegressionTable targetCategory=\"" + std::to_string(component + 1) +
                        "\" intercept=\"" + number(intercept) + "\">\n";
    for (Eigen::Index j = 0; j < d; ++j) {
        table += "      <NumericPredictor name=\"" + name(j) + "\" exponent=\"1\" coefficient=\"" +
                 number(slope[j]) + "\"/>\n";
        table += "      <NumericPredictor name=\"" + name(j) + "\" exponent=\"2\" coefficient=\"" +
                 number(-0.5 * precision(j, j)) + "\"/>\n";
    }
    for (Eigen::Index j = 0; j < d; ++j) {
        for (Eigen::Index l = j + 1; l < d; ++l)
            table += "      <PredictorTerm coefficient=\"" +
                     number(-0.5 * (precision(j, l) + precision(l, j))) + "\"><FieldRef field=\"" +
                     name(j) + "\"/><FieldRef field=\"" + name(l) + "\"/></PredictorTerm>\n";
    }
    return table + "    </RegressionTable>\n";
}

}  // namespace

std::string pmml_document(const SavedModel& saved) {
    const GaussianMixture& model = saved.model;
    if (model.tails())
        throw InvalidArgument(
            "PMML has no element that gives the probabilities of Student-t components; export r, "
            "python, cpp or json.");
    const std::vector<std::string>& features = saved.data.features;
    const std::string target = free_name("component", features);
    const std::string stem = free_name("centred_", features);
    // Centred at the mixture's mean: intercepts of far data would cancel.
    const Eigen::RowVectorXd centre = model.mixing_weights().transpose() * model.means();
    std::string fields;
    std::string mining;
    std::string centred;
    std::string categories;
    std::string outputs;
    std::string tables;
    for (std::size_t j = 0; j < features.size(); ++j) {
        const std::string name = xml_attribute(features[j]);
        fields +=
            "    <DataField name=\"" + name + "\" optype=\"continuous\" dataType=\"double\"/>\n";
        mining += "      <MiningField name=\"" + name + "\" usageType=\"active\"/>\n";
        centred += "      <DerivedField name=\"" + stem + std::to_string(j + 1) +
                   "\" optype=\"continuous\" dataType=\"double\"><Apply function=\"-\"><FieldRef "
                   "field=\"" +
                   name + "\"/><Constant dataType=\"double\">" +
                   number(centre[static_cast<Eigen::Index>(j)]) +
                   "</Constant></Apply></DerivedField>\n";
    }
    for (int k = 0; k < model.component_count(); ++k) {
        const std::string category = std::to_string(k + 1);
        categories += "<Value value=\"" + category + "\"/>";
        outputs += "      <OutputField name=\"" + free_name("responsibility_", features) +
                   category +
                   "\" optype=\"continuous\" dataType=\"double\" feature=\"probability\" "
                   "value=\"" +
                   category + "\"/>\n";
        tables += regression_table(model, k, centre, stem);
    }
    if (model.noise()) {
        // The terms common to all components, which the other tables leave out, come back here.
        const double d = model.feature_count();
        const double intercept = std::log(model.noise()->weight) +
                                 model.noise()->region.log_density +
                                 0.5 * d * std::log(2.0 * std::numbers::pi);
        categories += "<Value value=\"0\"/>";
        outputs += "      <OutputField name=\"" + free_name("responsibility_", features) +
                   "noise\" optype=\"continuous\" dataType=\"double\" feature=\"probability\" "
                   "value=\"0\"/>\n";
        tables +=
            "    <RegressionTable targetCategory=\"0\" intercept=\"" + number(intercept) + "\"/>\n";
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">\n"
           "  <Header description=\"Responsibilities and classification of a Gaussian mixture, as "
           "the softmax of quadratic polynomials\"><Application name=\"Mixtura\" version=\"" +
           std::string(version) + "\"/></Header>\n  <DataDictionary>\n" + fields +
           "    <DataField name=\"" + target + "\" optype=\"categorical\" dataType=\"string\">" +
           categories +
           "</DataField>\n  </DataDictionary>\n"
           "  <RegressionModel functionName=\"classification\" normalizationMethod=\"softmax\">\n"
           "    <MiningSchema>\n" +
           mining + "      <MiningField name=\"" + target +
           "\" usageType=\"target\"/>\n    </MiningSchema>\n    <Output>\n" + outputs +
           "    </Output>\n    <LocalTransformations>\n" + centred +
           "    </LocalTransformations>\n" + tables + "  </RegressionModel>\n</PMML>\n";
}

}  // namespace mixtura::export_text
