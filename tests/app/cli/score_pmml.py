# SPDX-License-Identifier: Apache-2.0
"""Scores a CSV file by the regression model of a PMML document, and prints what predict prints.

usage: score_pmml.py MODEL.pmml DATA.csv PREDICTED.csv

PMML has no density: that column is copied from PREDICTED.csv.
"""
import csv
import math
import sys
import xml.etree.ElementTree as tree

SPACE = "{http://www.dmg.org/PMML-4_4}"


def main(model_path, data_path, predicted_path):
    model = tree.parse(model_path).getroot().find(SPACE + "RegressionModel")
    assert model.get("normalizationMethod") == "softmax"
    centres = {}
    for field in model.iter(SPACE + "DerivedField"):
        apply = field.find(SPACE + "Apply")
        assert apply.get("function") == "-"
        centres[field.get("name")] = (apply.find(SPACE + "FieldRef").get("field"),
                                      float(apply.find(SPACE + "Constant").text))
    with open(data_path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with open(predicted_path, newline="", encoding="utf-8") as file:
        densities = [row["log_density"] for row in csv.DictReader(file)]
    print("row,classification,uncertainty,log_density,responsibilities")
    tables = model.findall(SPACE + "RegressionTable")
    for index, row in enumerate(rows):
        if any(row[name] == "" for name, _ in centres.values()):
            print("%d%s" % (index + 1, "," * (3 + len(tables))))
            continue
        value = {key: float(row[name]) - centre for key, (name, centre) in centres.items()}
        scores = []
        for table in tables:
            score = float(table.get("intercept"))
            for term in table.findall(SPACE + "NumericPredictor"):
                score += (float(term.get("coefficient"))
                          * value[term.get("name")] ** int(term.get("exponent")))
            for term in table.findall(SPACE + "PredictorTerm"):
                score += float(term.get("coefficient")) * math.prod(
                    value[field.get("field")] for field in term.findall(SPACE + "FieldRef"))
            scores.append(score)
        largest = max(scores)
        total = sum(math.exp(score - largest) for score in scores)
        shares = [math.exp(score - largest) / total for score in scores]
        best = shares.index(max(shares))
        fields = [index + 1, tables[best].get("targetCategory"), 1.0 - shares[best],
                  densities[index]] + shares
        print(",".join(str(field) for field in fields))


main(*sys.argv[1:])
