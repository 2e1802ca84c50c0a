"""A small plan with facts, for tests of how objects live: a category, an indicator, two targets."""

from __future__ import annotations

TEXT = """
unit A "A" province
unit B "B" district in A
unit C "C" district in A
category sex: female, male
measure workers stock persons reported yearly by district  by sex
measure people stock persons reported yearly by district
indicator density = workers / people
target enough "Enough" density at least 1 per 5000 by 2030
target many "Many" people at least 5 by 2030
"""
FACTS = {
    "unit": ["B", "B", "B", "C", "C", "C"],
    "measure": ["workers", "workers", "people"] * 2,
    "sex": ["female", "male", None] * 2,
    "period": ["2024"] * 6,
    "value": [3, 2, 40000, 0, 7, 30000],
}
