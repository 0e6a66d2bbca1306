#!/usr/bin/env python3
"""Counts, from the loan file alone, what the limits of rulebooks/sample-payday.yaml find.

A computation of its own, with nothing of the product's: plain definitions over whole histories, no state of fixed width, no ring, no
integer encodings. Python 3, standard library only.

    superlender.py FILE [founded | requests]

founded   every loan was made, whatever it breaches: each is judged, and each counts for the next
requests  a loan that breaches a rule is refused: it was never made, and neither was what happened to it

Prints one JSON object. How the loans are spread over platforms changes nothing: all four rules look across platforms.
"""
import csv
import json
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction

CAP = Fraction(300, 100)  # a year, simple
COOLING_OFF = timedelta(hours=24)
MOST = 8
WITHIN_DAYS = 365


def moment(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S") if text else None


def read(path):
    seen, loans = set(), []
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["loan_id"] in seen:
                continue
            seen.add(row["loan_id"])
            loans.append(
                {
                    "id": row["loan_id"],
                    "borrower": row["borrower"],
                    "opened": moment(row["approved"]),
                    "closed": moment(row["closed"]),
                    "principal": Fraction(row["amount_ngn"]),
                    "due": Fraction(row["total_due_ngn"]),
                    "days": int(row["term_days"]),
                }
            )
    return loans


def rate(loan):
    """The simple annual rate of a loan that is paid back in one sum."""
    return (loan["due"] - loan["principal"]) / loan["principal"] * Fraction(365, loan["days"])


def breaches(loan, made):
    """Rules that a loan breaches, given the borrower's loans that were made before it, in the order of opening."""
    found = []
    if rate(loan) > CAP:
        found.append("RATE")
    at = loan["opened"]
    if any(other["closed"] is None or other["closed"] > at for other in made):
        found.append("OPEN-LOANS")
    ends = [other["closed"] for other in made if other["closed"] is not None and other["closed"] <= at]
    if ends and at < max(ends) + COOLING_OFF:
        found.append("COOLING-OFF")
    first = at.date() - timedelta(days=WITHIN_DAYS)
    if sum(1 for other in made if other["opened"].date() > first) + 1 > MOST:
        found.append("FREQUENCY")
    return found


def main():
    path, mode = sys.argv[1], (sys.argv[2:] or ["founded"])[0]
    histories = defaultdict(list)
    for loan in read(path):
        histories[loan["borrower"]].append(loan)
    rules = dict.fromkeys(["RATE", "OPEN-LOANS", "COOLING-OFF", "FREQUENCY"], 0)
    opened = closed = not_filed = clean = refused = 0
    for loans in histories.values():
        made = []
        # The file has no two loans of a borrower at the same second.
        for loan in sorted(loans, key=lambda one: one["opened"]):
            found = breaches(loan, made)
            for rule in found:
                rules[rule] += 1
            opened += 1
            clean += not found
            if found and mode == "requests":
                refused += 1
                not_filed += loan["closed"] is not None
                continue
            made.append(loan)
            closed += loan["closed"] is not None
    flagged = 0 if mode == "requests" else opened - clean
    print(
        json.dumps(
            {
                "entries": {"Opened": opened, "Repaid": 0, "Closed": closed},
                "decisions": {"accepted": clean + closed, "flagged": flagged, "refused": refused},
                "not_filed": not_filed,
                "by_rule": rules,
            }
        )
    )


if __name__ == "__main__":
    main()
