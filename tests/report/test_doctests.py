"""Every example in a docstring of the room is true."""

import doctest
import importlib
import pkgutil

import pytest

import toolkit.report
import toolkit.report.sections

MODULES = sorted(
    f"{package.__name__}.{module.name}"
    for package in (toolkit.report, toolkit.report.sections)
    for module in pkgutil.iter_modules(package.__path__)
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples_at_all() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = sum(len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name)))
    assert found > 20
