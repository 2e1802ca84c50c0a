"""`df.attain` for pandas: importing this module registers the accessor.

import attain.pandas
df.attain.score(plan)        # a DataFrame of verdicts
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas

if TYPE_CHECKING:
    from attain.facts import Facts
    from attain.plan import Plan


@pandas.api.extensions.register_dataframe_accessor("attain")
class AttainAccessor:
    """Facts in a DataFrame, judged by a plan.

    >>> import attain as at, attain.pandas, pandas
    >>> plan = at.Plan.parse('''
    ... unit A "North" province
    ... measure people stock people reported yearly by province
    ... target many "Many" people at least 5 by 2030
    ... ''')
    >>> df = pandas.DataFrame({"unit": ["A"], "measure": ["people"], "period": ["2024"], "value": [7]})
    >>> df.attain.score(plan)["verdict"].tolist()
    ['met']
    """

    def __init__(self, frame: pandas.DataFrame) -> None:
        """Made by pandas."""
        self._frame = frame

    def score(self, plan: Plan, **options: Any) -> pandas.DataFrame:
        """Verdicts as a DataFrame; options as for Plan.score."""
        frame: pandas.DataFrame = plan.score(self._frame, **options).to_pandas()
        return frame

    def compute(self, plan: Plan, **options: Any) -> pandas.DataFrame:
        """Values of indicators as a DataFrame; options as for Plan.compute."""
        frame: pandas.DataFrame = plan.compute(self._frame, **options).to_pandas()
        return frame

    def facts(self, plan: Plan, **options: Any) -> Facts:
        """The rows as facts of the plan; options as for Plan.facts."""
        return plan.facts(self._frame, **options)
