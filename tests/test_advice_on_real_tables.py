"""Real tables from R: following the advice of every message literally trains by the second attempt."""

from __future__ import annotations

import csv
import math
import shlex
import tarfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

import minidl_core as minidl
from minidl_core import Data, DataError
from minidl_core.assembly.data_loading import make_dataset

pytestmark = pytest.mark.filterwarnings("ignore::minidl_core.DataWarning")

MOST_ATTEMPTS = 2

TARGETS = {
    "COUNT/medpar": "los",
    "Ecdat/CRANpackages": "Packages",
    "Ecdat/Caschool": "testscr",
    "Ecdat/Cigar": "sales",
    "Ecdat/DM": "s30",
    "Ecdat/Hdma": "deny",
    "Ecdat/SumHes": "gdp",
    "Ecdat/Yen": "f",
    "HSAUR/Forbes2000": "marketvalue",
    "HSAUR/meteo": "yield",
    "HSAUR/water": "mortality",
    "HistData/DrinksWages": "wage",
    "HistData/GaltonFamilies": "childHeight",
    "HistData/Guerry": "Crime_pers",
    "HistData/Nightingale": "Disease",
    "HistData/OldMaps": "lat",
    "HistData/Pyx": "Group",
    "KMsurv/baboon": "observed",
    "MASS/Boston": "medv",
    "MASS/Cars93": "Price",
    "MASS/Insurance": "Claims",
    "MASS/OME": "Correct",
    "MASS/Pima.tr2": "type",
    "MASS/biopsy": "class",
    "MASS/cpus": "perf",
    "MASS/survey": "Smoke",
    "Zelig/SupremeCourt": "Breyer",
    "boot/acme": "acme",
    "boot/neuro": "V6",
    "boot/urine": "r",
    "car/Chile": "vote",
    "car/Davis": "weight",
    "car/Prestige": "prestige",
    "car/SLID": "wages",
    "car/UN": "gdp",
    "cluster/plantTraits": "height",
    "cluster/votes.repub": "X1976",
    "datasets/airquality": "Ozone",
    "datasets/attenu": "accel",
    "datasets/esoph": "ncases",
    "datasets/faithful": "waiting",
    "datasets/infert": "case",
    "datasets/iris": "Species",
    "datasets/mtcars": "mpg",
    "datasets/swiss": "Fertility",
    "gap/PD": "pd",
    "gap/aldh2": "y",
    "gap/crohn": "crohn",
    "gap/mao": "type",
    "geepack/dietox": "Weight",
    "ggplot2/economics": "unemploy",
    "ggplot2/midwest": "category",
    "ggplot2/mpg": "hwy",
    "ggplot2/msleep": "sleep_total",
    "ggplot2/presidential": "party",
    "lattice/barley": "y",
    "multgee/arthritis": "y",
    "plm/SumHes": "gdp",
    "pscl/AustralianElections": "Turnout",
    "pscl/UKHouseOfCommons": "v3",
    "pscl/iraqVote": "gorevote",
    "psych/affect": "Film",
    "psych/bfi": "age",
    "psych/iqitems": "reason.4",
    "robustbase/ambientNOxCH": "zg",
    "rpart/car.test.frame": "Mileage",
    "rpart/car90": "Price",
    "rpart/cu.summary": "Price",
    "rpart/stagec": "ploidy",
    "sandwich/PublicSchools": "Expenditure",
    "survival/cgd": "status",
    "survival/colon": "status",
    "survival/lung": "status",
    "survival/mgus": "death",
    "survival/pbc": "status",
    "vcd/Baseball": "sal87",
    "vcd/Bundesliga": "HomeGoals",
    "vcd/Lifeboats": "total",
    "vcd/SpaceShuttle": "Fail",
}
"""The target of each table, named as in the package pydataset; over a third of them need advice."""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the tables, unpacked once."""
    folder = tmp_path_factory.mktemp("tables")
    with tarfile.open(str(distribution("pydataset").locate_file("pydataset/resources.tar.gz"))) as archive:
        members = [member for member in archive if "/".join(Path(member.name).with_suffix("").parts[-2:]) in TARGETS]
        for member in members:
            content = archive.extractfile(member)
            if content is not None and not Path(member.name).name.startswith("."):
                path = folder / Path(member.name).parent.name / Path(member.name).name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content.read())
    return folder


def advised(message: str) -> str:
    """Return the spec that a shell passes on if the line of a message is pasted."""
    _, found, line = message.rpartition("--data ")
    assert found, f"no line to paste: {message}"
    (specification,) = shlex.split(line)
    return specification


def loaded(specification: str) -> Data:
    """Return the data after at most the allowed attempts, each with the line of the last message."""
    for _ in range(MOST_ATTEMPTS - 1):
        try:
            return make_dataset(specification).load(0)
        except DataError as error:
            specification = advised(str(error))
    return make_dataset(specification).load(0)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_real_table_trains_by_the_second_attempt(tables: Path, name: str) -> None:
    path = tables / f"{name}.csv"
    data = loaded(f'table:"{path}":target="{TARGETS[name]}"')
    with path.open(newline="", encoding="utf-8") as file:
        assert data.rows["read"] == sum(1 for _ in csv.reader(file)) - 1
    assert data.rows["train"] + data.rows["test"] + data.rows["dropped"] == data.rows["read"]
    lost = data.rows["dropped"] > data.rows["read"] / 5
    assert lost == any(notice.warning and "rows are dropped" in notice.message for notice in data.notices)
    assert data.train.inputs.isfinite().all()
    result = minidl.fit(f"linear:{len(data.target_names)}", data, epochs=1, seed=0)
    assert math.isfinite(result.final["train"]["loss"])


def test_at_least_fifty_tables_are_tried_and_many_need_advice(tables: Path) -> None:
    refused = 0
    for name, target in TARGETS.items():
        try:
            make_dataset(f'table:"{tables / name}.csv":target="{target}"').load(0)
        except DataError:
            refused += 1
    assert len(TARGETS) >= 50
    assert refused >= 20
