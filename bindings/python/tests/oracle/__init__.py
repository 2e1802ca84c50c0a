"""A second opinion: the rules of the scorecard, written again in plain Python with `fractions.Fraction`.

Nothing here is fast and nothing is shared with the library: no parser, no grid, no integers scaled by powers
of ten. A plan is a handful of dataclasses, facts are a dictionary, and each column of the scorecard is
computed
from its definition, slot by slot. Where the library and the oracle give the same fractions for thousands of
random plans, both read the same rules.

The modules follow the way of the data: `periods` (days and periods), `ranges` (intervals with open ends),
`model` (plan and facts), `wording` (their texts), `rollup` (what is known of a measure at a unit), `values`
(numerator, denominator, value), `verdicts` (rows of the scorecard), `worlds` (random plans and facts).
"""
