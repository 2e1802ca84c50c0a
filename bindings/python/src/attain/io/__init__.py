"""Files of other systems, as columns that plans and facts take.

    DHIS2   dataValueSets (JSON, CSV)    dhis2.read_data_values         -> facts
            organisation units (JSON)    dhis2.read_organisation_units  -> units
    SDMX    SDMX-CSV 1.0, 2.x            sdmx.read_csv                  -> facts
            data sets of pysdmx          sdmx.from_pysdmx               -> facts
    Excel   a log-frame sheet            logframe.read_excel            -> plan text and facts

Each reader is strict in the same way. Periods are respelled and never reinterpreted: a period type that
attain does not have is refused by name. Numbers stay text, digit for digit. What is not a fact (a deleted
value, a forecast, a row that the caller did not ask for) is counted in `skipped`, never dropped silently. An
error names the file and the row, the JSON path or the cell. Nothing here knows a plan: whether a unit or a
measure exists is said by `plan.facts(...)`.
"""

from __future__ import annotations

from attain.io import dhis2, logframe, sdmx
from attain.io._common import FactColumns, ReadError, UnitColumns

__all__ = ["FactColumns", "ReadError", "UnitColumns", "dhis2", "logframe", "sdmx"]
