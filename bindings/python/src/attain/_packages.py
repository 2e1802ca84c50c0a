"""Packages that attain uses if they are there: imported when their work is asked for, or what to install."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_EXTRAS = {
    "pandas": ("pandas", "pandas"),
    "polars": ("polars", "polars"),
    "pyarrow": ("pyarrow", "arrow"),
    "altair": ("altair", "plot"),
    "great_tables": ("great_tables", "plot"),
    "xlsxwriter": ("XlsxWriter", "excel"),
    "openpyxl": ("openpyxl", "excel"),
}


def needed(module: str) -> Any:
    """An optional package by the name of its module.

    Raises:
        ImportError: it is not installed; the message says what to install.
    """
    try:
        return import_module(module)
    except ImportError as error:
        name, extra = _EXTRAS[module]
        raise ImportError(
            f"{name} is not installed; it is needed here: pip install attain[{extra}]", name=error.name
        ) from error
