"""`df.attain` for polars: importing this module registers the namespace.

import attain.polars
df.attain.score(plan)        # a DataFrame of verdicts
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars

if TYPE_CHECKING:
    from attain.facts import Facts
    from attain.plan import Plan


@polars.api.register_dataframe_namespace("attain")
class AttainNamespace:
    """Facts in a DataFrame, judged by a plan.

    >>> import attain as at, attain.polars, polars
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... target many "Many" people at least 5 by 2030
    ... ''')
    >>> df = polars.DataFrame({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
    >>> df.attain.score(plan)["verdict"].to_list()
    ['met']
    """

    def __init__(self, frame: polars.DataFrame) -> None:
        """Made by polars."""
        self._frame = frame

    def score(self, plan: Plan, **options: Any) -> polars.DataFrame:
        """Verdicts as a DataFrame; options as for Plan.score."""
        frame: polars.DataFrame = plan.score(self._frame, **options).to_polars()
        return frame

    def compute(self, plan: Plan, **options: Any) -> polars.DataFrame:
        """Values of indicators as a DataFrame; options as for Plan.compute."""
        frame: polars.DataFrame = plan.compute(self._frame, **options).to_polars()
        return frame

    def facts(self, plan: Plan, **options: Any) -> Facts:
        """The rows as facts of the plan; options as for Plan.facts."""
        return plan.facts(self._frame, **options)
