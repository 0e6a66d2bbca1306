#!/usr/bin/env python3
"""Counts, from the loan file alone, what the limits of rulebooks/sample-instalment.yaml find.

A computation of its own, with nothing of the product's. The rate cap is judged in the textbook way, by the present value of the
instalments at the cap in decimals of 60 digits, and not by growing a balance. Python 3, standard library only.

    lendingclub.py FILE [founded | requests]

Prints one JSON object; "near" is how many loans are within the registry's rounding allowance of the cap (a cent an instalment, at most
a thousandth of the principal): those it lets pass though they are above it.
"""
import csv
import json
import sys
from decimal import Decimal, ROUND_HALF_UP, getcontext

getcontext().prec = 60
CAP = Decimal("0.18")
AMOUNTS = (Decimal(1_000), Decimal(30_000))
DAYS = (180, 1900)
MONTH = Decimal("2629746") / 86_400
BRACKETS = [(Decimal(5_000), Decimal("0.40")), (Decimal("Infinity"), Decimal("0.35"))]
CENT = Decimal("0.01")


def cents(text):
    return Decimal(text).quantize(CENT, rounding=ROUND_HALF_UP)


def allowed_cost(principal):
    total, below = Decimal(0), Decimal(0)
    for upto, share in BRACKETS:
        total += max(Decimal(0), min(principal, upto) - below) * share
        below = upto
    return total.quantize(CENT, rounding="ROUND_FLOOR")


def value_at_cap(instalment, count):
    v = 1 / (1 + CAP / 12)
    return instalment * v * (1 - v**count) / (1 - v)


def main():
    path, mode = sys.argv[1], (sys.argv[2:] or ["founded"])[0]
    rules = dict.fromkeys(["RATE", "COST", "DEDUCTION", "AMOUNT", "TERM", "OPEN-LOANS"], 0)
    opened = closed = not_filed = refused = flagged = near = short = clean = 0
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            principal, instalment, count = cents(row["funded_amnt"]), cents(row["installment"]), int(row["term"])
            found = []
            excess = value_at_cap(instalment, count) - principal
            allowance = min(count * CENT, (principal / 1_000).quantize(CENT, rounding="ROUND_FLOOR"))
            if 0 < excess <= allowance:
                near += 1
            elif excess > 0:
                found.append("RATE")
            if instalment * count - principal > allowed_cost(principal):
                found.append("COST")
            if not AMOUNTS[0] <= principal <= AMOUNTS[1]:
                found.append("AMOUNT")
            if not DAYS[0] <= count * MONTH <= DAYS[1]:
                found.append("TERM")
            for rule in found:
                rules[rule] += 1
            opened += 1
            ended = row["last_pymnt_d"] != ""
            if found and mode == "requests":
                refused += 1
                not_filed += ended
                continue
            flagged += bool(found)
            clean += not found
            if not ended:
                continue
            closed += 1
            paid = cents(
                str(Decimal(row["total_rec_prncp"]) + Decimal(row["total_rec_int"]) + Decimal(row["total_rec_late_fee"]))
            )
            # Closed as repaid although not even the principal was paid.
            if "Fully Paid" in row["loan_status"] and paid < principal:
                short += 1
    print(
        json.dumps(
            {
                "entries": {"Opened": opened, "Repaid": 0, "Closed": closed},
                "decisions": {"accepted": clean + closed - short, "flagged": flagged + short, "refused": refused},
                "not_filed": not_filed,
                "by_rule": rules,
                "near": near,
            }
        )
    )


if __name__ == "__main__":
    main()
