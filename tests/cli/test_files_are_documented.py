"""docs/files.md names every field of every file."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from toolkit.cost.claims import Claim
from toolkit.cost.measurements import Measurement, Sample
from toolkit.cost.option import Option
from toolkit.decide.alert import Alert, BurnWindow
from toolkit.decide.plan import METRICS, Criterion, Phase, Step
from toolkit.decide.record.assumption import Assumption
from toolkit.decide.record.filed import FrontMatter
from toolkit.decide.record.record import PhaseDecision, Record, Window
from toolkit.decide.usecases import Recommendation, UseCase, UseCases
from toolkit.decide.weights import Scale, Weighting
from toolkit.evidence import GRADES, Figure
from toolkit.measure.events import CONNECTIONS, DELIVERIES
from toolkit.pricing.book import PriceBook
from toolkit.pricing.plan import Plan as PricePlan
from toolkit.pricing.plan import Rates, Units
from toolkit.pricing.prices import BaseFee, Source, Sourced, UnitPrice
from toolkit.pricing.scenario import Scenario
from toolkit.pricing.sla import CreditStep, Sla
from toolkit.pricing.tariff import IncludedWith, Meter, Quota, Rounding, Tier
from toolkit.pricing.usage import Usage
from toolkit.project import Project

DOCS = (Path(__file__).parent.parent.parent / "docs" / "files.md").read_text()
WORDS = set(re.findall(r"[A-Za-z_0-9]+", " ".join(re.findall(r"`([^`]+)`", DOCS))))

MODELS: list[type[BaseModel]] = [
    Alert, Assumption, BaseFee, BurnWindow, Claim, CreditStep, Criterion, Figure, FrontMatter, IncludedWith,
    Measurement, Meter, Option, Phase, PhaseDecision, PriceBook, PricePlan, Project, Quota, Rates,
    Recommendation, Record, Rounding, Sample, Scale, Scenario, Sla, Source, Sourced, Step, Tier, UnitPrice,
    Units, Usage, UseCase, UseCases, Weighting, Window,
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_is_documented(model: type[BaseModel]) -> None:
    # A name with a hyphen is two words of the documents.
    names = {part for name, field in model.model_fields.items() for part in (field.alias or name).split("-")}
    assert sorted(names - WORDS) == []


def test_every_metric_grade_and_column_is_documented() -> None:
    names = {*METRICS, *GRADES, *CONNECTIONS.names, *DELIVERIES.names}
    assert sorted(names - WORDS) == []
