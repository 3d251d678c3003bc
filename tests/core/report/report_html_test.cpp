// SPDX-License-Identifier: Apache-2.0
#include "mixtura/report/report_html.h"

#include <cmath>
#include <regex>

#include <gmock/gmock.h>

#include "support/saved_model_example.h"

namespace mixtura {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

FeatureTable few_rows(const SavedModel& saved) {
    FeatureTable table;
    table.names = saved.data.features;
    table.observations =
        Eigen::VectorXd::LinSpaced(20, -1.0, 1.0).replicate(1, std::ssize(saved.data.features));
    for (std::int64_t i = 0; i < 20; ++i) table.rows.push_back(i);
    return table;
}

/// Opening and closing tags match, every attribute is quoted.
std::string open_tags(const std::string& page) {
    std::vector<std::string> open;
    const std::regex tag(R"re(<(/?)([a-zA-Z][\w]*)((?:\s[\w-]+="[^"<>]*")*)\s*(/?)>)re");
    for (std::sregex_iterator at(page.begin(), page.end(), tag), end; at != end; ++at) {
        const std::string name = (*at)[2];
        if ((*at)[4] == "/" || name == "meta")
            continue;
        if ((*at)[1] != "/")
            open.push_back(name);
        else if (open.empty() || open.back() != name)
            return "</" + name + "> does not close what is open";
        else
            open.pop_back();
    }
    return open.empty() ? "" : open.back() + " stays open";
}

TEST(ReportHtml, IsOneWellFormedPageThatNeedsNothingElse) {
    const SavedModel saved = test::example_model({"height", "mass"});
    const FeatureTable table = few_rows(saved);
    const Scores scores = score(saved.model, table.observations);
    const ReportRows rows{.table = table, .scores = scores};
    const std::string page = report_html(saved, &rows,
                                         {.verdict = "One leads.",
                                          .command = "mixtura-cli fit gmm 'a b.csv'",
                                          .rows = "Rows of a test."});
    EXPECT_EQ(open_tags(page), "");
    EXPECT_THAT(page, AllOf(HasSubstr("mixtura-cli fit gmm"), HasSubstr("Rows of a test."),
                            HasSubstr("height"), HasSubstr("Component 1 holds")));
    EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("src=")),
                            Not(HasSubstr("@import")), Not(HasSubstr("href="))));
}

TEST(ReportHtml, FiguresAreThoseOfTheModelFile) {
    SavedModel saved = test::example_model({"height", "mass"});
    saved.fit.log_likelihood = -1234.56789;
    saved.fit.parameter_count = 77;
    saved.fit.bic = 2345.6789;
    const std::string page = report_html(saved);
    EXPECT_THAT(page, HasSubstr("log-likelihood -1234.568, 77 parameters, BIC 2345.679"));
    EXPECT_THAT(page, HasSubstr("No rows were given"));
}

TEST(ReportHtml, ModelsStandByTheirCriterionWithTheirDistance) {
    SavedModel saved = test::example_model({"height", "mass"});
    saved.options["criterion"] = "aic";
    saved.selection.clear();
    for (const auto& [structure, aic, status] :
         {std::tuple("EEE", 105.5, "converged"), std::tuple("VVV", 90.25, "converged"),
          std::tuple("EII", 10.0, "spurious")}) {
        SelectionRecord record;
        record.covariance_structure = structure;
        record.component_count = 2;
        record.aic = aic;
        record.bic = -aic;
        record.status = status;
        saved.selection.push_back(record);
    }
    const std::string page = report_html(saved);
    const auto place = [&](const std::string& text) { return page.find("<td>" + text + "</td>"); };
    EXPECT_LT(place("VVV"), place("EEE"));
    EXPECT_LT(place("EEE"), place("EII"));
    EXPECT_THAT(page, HasSubstr("Behind by AIC"));
    EXPECT_NE(place("15.250"), std::string::npos);
    EXPECT_THAT(page, Not(HasSubstr("<th>NEC</th>")));
}

TEST(ReportHtml, NamesOfAFileAreOnlyText) {
    SavedModel saved = test::example_model({"<script>alert(1)</script>", "a\"b&c"});
    saved.data.source = "/tmp/<img src=x>.csv";
    const std::string page = report_html(saved);
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<img")));
    EXPECT_EQ(open_tags(page), "");
}

TEST(ReportHtml, TwoHundredFeaturesGiveFourPanelsAndAllParameters) {
    std::vector<std::string> names;
    for (int j = 0; j < 200; ++j)
        names.push_back(std::string("feature_").append(std::to_string(j)));
    const SavedModel saved = test::example_model(names);
    const std::string page = report_html(saved);
    EXPECT_THAT(page, HasSubstr("Of 200 features the 4 are shown"));
    EXPECT_THAT(page, HasSubstr("<td>feature_199</td>"));
    EXPECT_THAT(page, Not(HasSubstr("panel-4-")));
    EXPECT_LT(page.size(), 400'000U);
}

TEST(ReportHtml, KnownLabelsAreATable) {
    SavedModel saved = test::example_model({"height", "mass"});
    saved.labels.column = "species";
    saved.labels.names = {"cat", "dog"};
    saved.labels.training = {
        .counts = {{7.0, 1.0}, {0.0, 9.0}}, .error_rate = 1.0 / 17.0, .brier = 0.05};
    const std::string page = report_html(saved);
    EXPECT_THAT(page, AllOf(HasSubstr("<td>cat</td><td>7</td><td>1</td>"),
                            HasSubstr("5.9 % classified wrongly"), HasSubstr("1: cat")));
}

}  // namespace
}  // namespace mixtura
