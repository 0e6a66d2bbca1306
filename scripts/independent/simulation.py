#!/usr/bin/env python3
"""Counts, from the payday file alone, what drafts of a law would have done to its loans.

A computation of its own, with nothing of the product's: plain definitions over whole histories. Python 3, standard library only.

    simulation.py FILE

Reads a JSON list of questions from standard input, each {"mode": "following" | "each-alone", "limits": {…}} with any of the limits
"rate" (a share a year, simple, as text), "cooling_off" (seconds), "open_loans", "most" and "within" (days); answers with a JSON list.
The law that the drafts are compared with has no limits at all, so that every loan is let through by it.

following   a refused loan was never made: it is not there for the next one
each-alone  every loan was made, and each is judged by itself
"""
import json
import sys
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

sys.dont_write_bytecode = True  # nothing is left beside the sources
from superlender import rate, read  # noqa: E402

SPIRAL = timedelta(days=14)
SPIRAL_LOANS = 3
DAY = timedelta(days=1)


def breaches(loan, made, limits):
    """Rules that a loan breaches, given the borrower's loans that were made before it, in the order of opening."""
    found = set()
    at = loan["opened"]
    if "rate" in limits and rate(loan) > Fraction(limits["rate"]):
        found.add("RATE")
    still_open = [other for other in made if other["closed"] is None or other["closed"] > at]
    if "open_loans" in limits and len(still_open) + 1 > limits["open_loans"]:
        found.add("OPEN-LOANS")
    ends = [other["closed"] for other in made if other["closed"] is not None and other["closed"] <= at]
    if "cooling_off" in limits and ends and at < max(ends) + timedelta(seconds=limits["cooling_off"]):
        found.add("COOLING-OFF")
    if "most" in limits:
        first = at.date() - timedelta(days=limits["within"])
        if sum(1 for other in made if other["opened"].date() > first) + 1 > limits["most"]:
            found.add("FREQUENCY")
    return found


def spirals(loans):
    """Runs of loans, each begun while one of the run was open or soon after."""
    runs = []
    for loan in loans:
        if runs and all(loan["opened"] > (other["closed"] or loan["opened"]) + SPIRAL for other in runs[-1]):
            runs.append([loan])
        elif runs:
            runs[-1].append(loan)
        else:
            runs.append([loan])
    return [run for run in runs if len(run) >= SPIRAL_LOANS]


def on_time(loan, end):
    """True, False, or None while nobody can know."""
    due = loan["opened"] + timedelta(days=loan["days"]) + DAY
    if loan["closed"] is None:
        return False if end > due else None
    return loan["closed"] <= due


def counted(loans):
    return {
        "loans": len(loans),
        "borrowers": len({loan["borrower"] for loan in loans}),
        "amount": str(int(sum(loan["principal"] for loan in loans) * 100)),
    }


def summed(runs):
    return {
        "spirals": len(runs),
        "borrowers": len({run[0]["borrower"] for run in runs}),
        "loans": sum(map(len, runs)),
        "longest": max(map(len, runs), default=0),
    }


def answer(histories, end, mode, limits):
    rules = dict.fromkeys(["RATE", "OPEN-LOANS", "COOLING-OFF", "FREQUENCY"], 0)
    refused, losing, punctual, first = [], [], [], []
    before, after, cut = [], [], []
    fell_away = 0
    for loans in histories.values():
        made, mine = [], []
        for loan in loans:
            found = breaches(loan, made, limits)
            for rule in found:
                rules[rule] += 1
            if found:
                mine.append(loan)
            if found and mode == "following":
                fell_away += loan["closed"] is not None
            else:
                made.append(loan)
        refused += mine
        if len(mine) == len(loans):
            losing += loans
        if all(on_time(loan, end) is not False for loan in loans):
            punctual += mine
        first += [loan for loan in mine if loan is loans[0]]
        runs = spirals(loans)
        before += runs
        cut += [run for run in runs if any(loan in mine for loan in run)]
        after += spirals([loan for loan in loans if loan not in mine])
    gone = {loan["id"] for loan in refused}
    return {
        "refused": len(refused),
        "by_rule": rules,
        "not_applied": fell_away,
        "newly_refused": counted(refused),
        "losing_access": counted(losing),
        "punctual_borrowers": counted(punctual),
        "punctual_loans": counted([loan for loan in refused if on_time(loan, end) is True]),
        "first_loans": counted(first),
        "spirals": {
            "before": summed(before),
            "after": summed(after),
            "cut_short": {**summed(cut), "refused_loans": sum(loan["id"] in gone for run in cut for loan in run)},
        },
    }


def main():
    histories = defaultdict(list)
    loans = read(sys.argv[1])
    for loan in loans:
        histories[loan["borrower"]].append(loan)
    for mine in histories.values():
        mine.sort(key=lambda one: one["opened"])
    end = max(moment for loan in loans for moment in (loan["opened"], loan["closed"]) if moment)
    print(json.dumps([answer(histories, end, one["mode"], one["limits"]) for one in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
