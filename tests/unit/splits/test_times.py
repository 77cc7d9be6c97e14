"""Dates as people write them, read or asked for, never sorted as something else."""

from datetime import UTC, datetime

import numpy as np
import pytest

from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.splits.dates import is_pattern
from toxtune.splits.rows import Rows
from toxtune.splits.settings import SplitSettings
from toxtune.splits.times import read_times


def read(column, date_format="", decimal=""):
    n = len(column)
    names = [f"m{row}" for row in range(n)]
    subset = Subset(names, ["C"] * n, names, ["a"], np.zeros((n, 1)))
    rows = Rows(subset, [str(row) for row in range(n)], column, list(range(n)))
    settings = SplitSettings(
        "time", column="measured", date_format=date_format, decimal=decimal
    )
    return read_times(rows, settings).moments


LAST_OF_JANUARY, FIRST_OF_MARCH = datetime(2010, 1, 31), datetime(2011, 3, 1)


@pytest.mark.parametrize(
    "column",
    [
        ["2010-01-31", "2011-03-01"],
        ["20100131", "20110301"],
        ["2010-W04-7", "2011-W09-2"],
        ["2010-031", "2011-060"],
        ["2010-01-31", "2011-03"],
        ["2010-01-31T00:00", "2011-03-01 00:00:00"],
        ["01/31/2010", "03/01/2011"],
        ["1/31/2010", "3/1/2011"],
        ["1/31/10", "3/1/11"],
        ["31.01.2010", "01.03.2011"],
        ["31-1-2010", "1-3-2011"],
        ["2010/01/31", "2011/03/01"],
        ["31-Jan-10", "1-Mar-11"],
        ["31-JAN-2010", "01-mar-2011"],
        ["Jan 31, 2010", "March 1, 2011"],
        ["31 January 2010", "1 Mar 2011"],
        ["Sunday, 31st January 2010", "Tue, 1st March 2011"],
        ["31JAN2010", "01MAR2011"],
        ["01312010", "03012011"],
        # As a spreadsheet leaves it, which drops the first zero.
        ["1312010", "3012011"],
        ["2010-01-31", "3/1/2011", "12/31/2012"],
    ],
)
def test_dates_are_read_where_one_reading_fits_all(column):
    first, second, *_ = read(column).values()
    assert (first, second) == (LAST_OF_JANUARY, FIRST_OF_MARCH)


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("31.1.2010 14:05", 14, 5),
        ("31.1.2010 9:05:00", 9, 5),
        ("31.1.2010 2:05 PM", 14, 5),
        ("31.1.2010, 2:05 p.m.", 14, 5),
        ("2010-01-31T14:05:00.5", 14, 5),
        ("Sun Jan 31 14:05:00 2010", 14, 5),
    ],
)
def test_times_of_day_are_read(text, hour, minute):
    (found,) = read([text]).values()
    assert (found.date(), found.hour, found.minute) == (
        LAST_OF_JANUARY.date(),
        hour,
        minute,
    )


@pytest.mark.parametrize(
    ("column", "patterns"),
    [
        (["01/02/2010", "03/04/2011"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["1.2.2010", "3.4.2011"], ["%d.%m.%Y", "%m.%d.%Y"]),
        (["01/02/10", "03/04/11"], ["%d/%m/%y", "%m/%d/%y"]),
        (["10-01-31", "11-02-01"], ["%d-%m-%y", "%y-%m-%d"]),
        (["1/2/2010 10:30", "3/4/2011 9:15"], ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]),
        (["01022010", "03042011"], ["%d%m%Y", "%m%d%Y", "number"]),
        (["310110", "010211"], ["%d%m%y", "number"]),
        (["991231", "000101"], ["%y%m%d", "number"]),
        (["98", "99", "00"], ["%y", "number"]),
        (["012010", "122009"], ["%m%Y", "number"]),
        (["2010.2", "2010.10", "2011.1"], ["%Y.%m", "number"]),
        (["2010,10", "2010,2"], ["%Y,%m", "number"]),
        (["2010", "40179"], ["number"]),
        # One that is none among many.
        (["20100131", "20100201", "20100230"], ["number"]),
        (["01312010", "02302010", "03012011"], ["number"]),
        (["201001", "201012", "201013"], ["number"]),
        (["2010", "2011", "20122"], ["number"]),
        (["40179", "0", "40181"], ["number"]),
    ],
)
def test_what_can_be_read_in_several_ways_is_asked_for(column, patterns):
    with pytest.raises(UserError, match=r"^split.date_format: .*'measured'") as refused:
        read(column)
    for pattern in patterns:
        assert repr(pattern) in str(refused.value)


@pytest.mark.parametrize(
    ("column", "date_format", "expected"),
    [
        (["01/02/2010"], "%d/%m/%Y", [datetime(2010, 2, 1)]),
        (["01/02/2010"], "%m/%d/%Y", [datetime(2010, 1, 2)]),
        (
            ["991231", "000101"],
            "%y%m%d",
            [datetime(1999, 12, 31), datetime(2000, 1, 1)],
        ),
        (["2010.2", "2010.10"], "%Y.%m", [datetime(2010, 2, 1), datetime(2010, 10, 1)]),
        (["100101", "100102"], "number", [100101, 100102]),
        (["2010", "40179"], "number", [2010, 40179]),
    ],
)
def test_date_format_answers(column, date_format, expected):
    assert list(read(column, date_format).values()) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        *["%d/%m/%Y", "%m-%d-%y", "%Y%m%d", "%Y", "%b %Y", "%A, %d. %B %Y", "%Y-%j"],
        *["%G-W%V-%u", "%d.%m.%y %I:%M %p", "%Y-%m-%dT%H:%M:%S.%f%z", "%H:%M %d/%m/%Y"],
        *["%a %b %d %H:%M:%S %Z %Y", "%c", "%x %X", "100%% %Y", "(%d) [%m] +%Y?"],
    ],
)
def test_patterns_of_strptime_are_legal(pattern):
    assert is_pattern(pattern)


def test_a_day_of_a_year_must_be_one_as_told():
    assert list(read(["2012-366"], "%Y-%j").values()) == [datetime(2012, 12, 31)]
    with pytest.raises(UserError, match=r"must fit each date, got .* in data row 2"):
        read(["2012-366", "2010-366"], "%Y-%j")


@pytest.mark.parametrize("date_format", ["%d/%m/%Y", "number", "%Q"])
def test_date_format_must_fit_each_row(date_format):
    with pytest.raises(UserError, match=r"must fit each date, got .* in data row \d"):
        read(["01/02/2010", "31 January"], date_format)


@pytest.mark.parametrize(
    "column",
    [
        ["2003", "2010", "1999"],
        ["1", "20", "3"],
        ["-1.5", "2,5", "1e3"],
        ["40179", "40180.5", "39000"],
        ["1.26e9", "1262304000", "1.25e9"],
        ["201001", "201012", "199912"],
        ["2010.02", "2010.10", "2009.12"],
        ["2010.5", "2010.25", "2009.75"],
        ["30017", "30001", "30250"],
        ["12345678", "23456789", "10000000"],
        ["19999", "73051", "25600", "44000"],
    ],
)
def test_numbers_come_in_their_order(column):
    found = list(read(column).values())
    as_numbers = [float(text.replace(",", ".")) for text in column]
    assert np.argsort(found).tolist() == np.argsort(as_numbers).tolist()


THOUSANDS = [
    (["999", "1,000,000", "1,000"], [999, 1_000_000, 1_000]),
    (["999", "1,000.5", "1,000"], [999, 1_000.5, 1_000]),
    (["999", "1.000.000", "1.000"], [999, 1_000_000, 1_000]),
    (["999", "1.000,5", "2,5"], [999, 1_000.5, 2.5]),
]


@pytest.mark.parametrize("date_format", ["", "number"])
@pytest.mark.parametrize(("column", "numbers"), THOUSANDS)
def test_signs_between_thousands_are_read_where_they_tell(column, numbers, date_format):
    assert list(read(column, date_format).values()) == numbers


@pytest.mark.parametrize("date_format", ["", "number"])
@pytest.mark.parametrize("number", ["1,000", "1.000"])
def test_signs_that_may_stand_between_thousands_are_asked_for(number, date_format):
    column = ["998", "999", number]
    asked = (
        rf"^dataset.decimal: column 'measured' has numbers such as {number},.* write"
    )
    with pytest.raises(UserError, match=asked):
        read(column, date_format)
    readings = [list(read(column, date_format, sign).values()) for sign in ".,"]
    assert sorted(readings) == [[998, 999, 1], [998, 999, 1_000]]


@pytest.mark.parametrize(
    "column",
    [["1,000,000", "1.000.000"], ["1.000,5", "1.5"], ["0,5", "1,000,000"]],
)
def test_two_decimal_signs_in_one_column_are_refused(column):
    with pytest.raises(UserError, match=r"^split.column: column 'measured' has 1[.,]0"):
        read(column)


def test_months_with_a_point_are_no_numbers():
    first, second = read(["12.2009", "01.2010"]).values()
    assert first < second


def test_time_zones_count():
    column = ["2010-01-31T10:00Z", "2010-01-31T10:30+02:00", "2010-01-31 05:00 -0400"]
    assert list(read(column).values()) == [
        datetime(2010, 1, 31, hour, minute, tzinfo=UTC)
        for hour, minute in ((10, 0), (8, 30), (9, 0))
    ]


def test_times_with_a_zone_at_the_ends_of_the_calendar_are_read():
    first, last = read(["0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00"]).values()
    assert first < last


def test_times_with_and_without_a_zone_are_refused():
    with pytest.raises(
        UserError, match="time zone .* data row 2 .* and .* data row 1 "
    ):
        read(["2010-01-31T10:00", "2010-01-31T10:00Z"])


@pytest.mark.parametrize("missing", ["", " ", "-", "?", "n.d.", "NA", "NaN", "unknown"])
def test_rows_without_a_date_are_left_out(missing):
    assert list(read(["2010", missing, "2011"])) == [0, 2]


@pytest.mark.parametrize(
    ("column", "row"),
    [
        (["2010", "soon"], 2),
        (["30/02/2010", "01/01/2010"], 1),
        (["31/01/2010", "01/31/2010"], 2),
        (["2010-01-31", "40179"], 2),
        (["inf", "1"], 1),
        (["2010-13-01"], 1),
        (["2012-366", "2010-366"], 2),
    ],
)
def test_what_is_no_date_is_refused_with_its_row(column, row):
    with pytest.raises(UserError, match=rf"'measured' must .*data row {row} \(id m"):
        read(column)


def test_no_date_at_all_is_refused():
    with pytest.raises(UserError, match="'measured' has no date in any row"):
        read(["", "-"])
