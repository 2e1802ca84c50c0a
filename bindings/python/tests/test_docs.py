"""Every public function says what it does, in one order: a sentence, its meaning, Args, Returns, Raises,
an example that runs.

a function or method with parameters      names each of them under Args, and no other
a function, and a class one can make      shows an example
the examples                              `pytest --pyargs attain` runs them, with all packages that they need
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import attain as at

SECTIONS = ("Args:", "Returns:", "Raises:")
OPTIONAL = {"attain.spark": "pyspark", "attain.pandas": "pandas", "attain.polars": "polars"}

ACCESSORS = {"attain.pandas": ["AttainAccessor"], "attain.polars": ["AttainNamespace"]}


def modules() -> Iterator[Any]:
    """All modules of the package that can be imported here."""
    for found in pkgutil.walk_packages(at.__path__, "attain."):
        if found.name in {"attain._attain", "attain.attain"}:  # C; the second, attain.so, is SQLite's
            continue
        needed = OPTIONAL.get(found.name)
        if needed and importlib.util.find_spec(needed) is None:
            continue
        yield importlib.import_module(found.name)


def public_functions() -> dict[str, Callable[..., Any]]:
    """Functions and methods that a user calls, by their names."""
    found: dict[str, Callable[..., Any]] = {}
    for module in [at, *modules()]:
        for name in ACCESSORS.get(module.__name__, getattr(module, "__all__", ())):
            thing = getattr(module, name)
            if inspect.isfunction(thing):
                found[f"{thing.__module__}.{name}"] = thing
            elif inspect.isclass(thing):
                found |= {f"{thing.__module__}.{thing.__qualname__}.{n}": m for n, m in methods(thing)}
    return found


def methods(kind: type[Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Public methods that a class of this package has of its own."""
    for name, member in vars(kind).items():
        function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if not name.startswith("_") and inspect.isfunction(function):
            yield name, function


FUNCTIONS = public_functions()
SIMPLE = 2  # a method with at most so many parameters may say all in one sentence


def parameters(function: Callable[..., Any]) -> list[str]:
    """Names of the parameters but for self; what is passed on is one of them."""
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]


def sections(text: str) -> dict[str, str]:
    """The parts of a docstring by their headings; "" is what stands before the first."""
    parts: dict[str, list[str]] = {"": []}
    now = ""
    for line in inspect.cleandoc(text).splitlines():
        if line.startswith(">>> ") and now != ">>>":
            now = ">>>"
            parts.setdefault(now, [])
        elif line in SECTIONS:
            now = line
            assert now not in parts, f"{now} stands twice"
            parts[now] = []
            continue
        parts[now].append(line)
    return {name: "\n".join(lines).strip("\n") for name, lines in parts.items()}


def test_there_is_something_to_test() -> None:
    assert {"attain.plan.Plan.score", "attain.facts.Facts.add", "attain.formulas.gap"} <= set(FUNCTIONS)
    assert len(FUNCTIONS) > 50


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_docstring_has_the_fixed_order(name: str) -> None:
    function = FUNCTIONS[name]
    text = function.__doc__
    assert text, "no docstring"
    first = inspect.cleandoc(text).splitlines()[0]
    assert not first[0].islower() or re.match(r"\w+ [*/]", first), "the first sentence begins with a capital"
    other = re.findall(r"(?m)^ *(?:Parameters|Returns|Raises|Arguments|Examples?)$", text)
    assert not other, f"headings are {', '.join(SECTIONS)}"
    found = [part for part in sections(text) if part]
    order = [part for part in (*SECTIONS, ">>>") if part in found]
    assert found == order, f"the order is {', '.join(order)}"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_args_names_every_parameter_and_no_other(name: str) -> None:
    function = FUNCTIONS[name]
    wanted = parameters(function)
    args = sections(function.__doc__ or "").get("Args:")
    if args is None:
        assert len(wanted) <= SIMPLE, f"Args: is required for {', '.join(wanted)}"
        return
    lines = re.findall(r"(?m)^    (\*{0,2}\w+(?:, \*{0,2}\w+)*):", args)
    told = [name for line in lines for name in line.replace("*", "").split(", ")]
    assert sorted(told) == sorted(wanted)


def needs_example(name: str) -> bool:
    function = FUNCTIONS[name]
    is_method = "." in function.__qualname__
    return not is_method or len(parameters(function)) > SIMPLE


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if needs_example(name)])
def test_there_is_an_example(name: str) -> None:
    assert ">>>" in sections(FUNCTIONS[name].__doc__ or ""), "an example is required"


@pytest.mark.parametrize("name", at.__all__)
def test_every_name_of_the_package_says_what_it_is(name: str) -> None:
    thing = getattr(at, name)
    if inspect.isclass(thing):
        # A NamedTuple without a docstring of its own gets one made of its fields.
        assert thing.__doc__ and not thing.__doc__.startswith(f"{name}("), "a docstring is required"


@pytest.mark.parametrize("kind", [at.Plan, at.Facts, at.Scorecard, at.Listing, at.Problems, at.AttainError])
def test_a_class_one_works_with_shows_an_example(kind: type[Any]) -> None:
    assert ">>>" in (kind.__doc__ or "")


def test_every_module_opens_with_its_idea() -> None:
    for module in modules():
        assert module.__doc__ and len(module.__doc__.split()) >= 8, module.__name__


def test_the_examples_are_found_by_doctest() -> None:
    """pytest runs them; were none found, that would pass without a word."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    n_examples = {module.__name__: sum(len(t.examples) for t in finder.find(module)) for module in modules()}
    for name in (
        "attain.plan",
        "attain.facts",
        "attain.table",
        "attain.formulas",
        "attain.errors",
        "attain.io.sdmx",
    ):
        assert n_examples[name] > 3, name
