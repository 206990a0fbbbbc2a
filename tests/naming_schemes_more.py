"""More schemes: what people who had not read the rule came up with, in the languages and programs they have."""

from __future__ import annotations

from naming_schemes import Scheme, each

_MADE_UP = "of a reader of the page on names"


def _one(title: str, pattern: str, values: str) -> Scheme:
    """Returns a scheme of one sequence."""
    return Scheme(title, _MADE_UP, (each(pattern, values),))


def _apart(title: str, patterns: tuple[str, ...], values: str) -> Scheme:
    """Returns a scheme of a sequence for each pattern, with the same values."""
    return Scheme(title, _MADE_UP, tuple(each(pattern, values) for pattern in patterns))


_TWO_DAYS = "14 {0} 09.00.00|14 {0} 18.00.00|15 {0} 09.00.00|15 {0} 18.00.00"

MORE = (
    *(
        _one(f"screenshots, “{word}”", "Foto 2023-01-{}.png", _TWO_DAYS.format(word))
        for word in ("alle", "a las", "в", "o")
    ),
    _one("temperature behind a counter", "IR_{}C.png", "00001_20.5 00060_25.1 00120_24.9 00500_20.1"),
    _one("speed behind a counter", "f{}kmh.png", "000001_50 000030_48 000077_53 000140_60 000200_12"),
    _one("loss behind an epoch", "epoch={}.png", "0-loss=2.50 1-loss=2.25 2-loss=2.03 5-loss=1.48 17-loss=0.42"),
    _one("angle behind milliseconds", "{}.png", "1699990000123_90 1699990001122_45 1699990002454_10 1699990006783_180"),
    _one(
        "value behind nanoseconds",
        "{}.png",
        "1699990000123456789_0.91 1699990001123456789_0.45 1699990007123456789_0.77",
    ),
    _apart(
        "days, counter and value",
        ("IMG_20220101_{}.jpg", "IMG_20220102_{}.jpg"),
        "00000_x0 00001_x7919 00002_x5831 00003_x3743 00004_x1655 00005_x9574",
    ),
    _one("time before the day", "a_{}.png", "235000_31122022 001000_01012023 002000_01012023"),
    _one("time before the date", "{}.png", "23.50.00 2022-12-31|00.10.00 2023-01-01|00.20.00 2023-01-01"),
    _one("month and year", "bill_{}.png", "11-2022 12-2022 01-2023"),
    _one("American date run together", "pic_{}.png", "12302022 12312022 01012023"),
    _one("World of Warcraft", "WoWScrnShot_{}.jpg", "123122_235958 010123_000001 010123_000003"),
    _one(
        "C's ctime",
        "img_{}.png",
        "Fri Dec 30 12:00:00 2022|Sat Dec 31 09:00:00 2022|Sun Jan  1 10:00:00 2023|Mon Jan  2 08:00:00 2023",
    ),
    _one("weekday before the date", "{}.jpg", "Fri_2022-12-30 Sat_2022-12-31 Sun_2023-01-01"),
    _one(
        "weekday behind the date", "{}.jpg", "2022-12-31_Sat_23-50-00 2023-01-01_Sun_08-00-00 2023-01-07_Sat_08-36-40"
    ),
    _one("month by name and year", "ndvi_{}.tif", "Nov2021 Dec2021 Jan2022 Feb2022 Nov2022"),
    _one("French months", "photo {}.jpg", "31 décembre 2022|14 février 2023|2 mars 2023"),
    _one("German months", "{}.png", "31Okt2022 01Dez2022 05Mär2023"),
    _one(
        "Spanish macOS",
        "C 2023-01-{}.png",
        "14 a las 9.00.00 a.m.|14 a las 9.00.00 p.m.|15 a las 8.00.00 a.m.",
    ),
    _one("Chinese macOS", "截屏2023-01-{}.png", "14 上午9.00.00|14 下午1.00.00|15 上午9.00.00"),
    _one("times of half a day", "cap {}.png", "9.30am 10.30am 12.30pm 1.30pm"),
    _one("Japanese dates", "{}日.jpg", "2022年12月30 2022年12月31 2023年1月10"),
    _one("dashcam, year apart", "{}F.jpg", "2022_1231_235003 2022_1231_235103 2023_0101_000003"),
    _one("hours and minutes without zeros", "gel_{}m.png", "0h0 0h5 0h30 1h0 1h30 2h5 10h0"),
    _one("plus behind a letter", "room_ev{}.jpg", "-2 -1 0 +1 +2"),
    _apart("plates and sparse frames", tuple(f"plate{n}.{{}}.dpx" for n in (1, 2, 3)), "0010 0020 0030 0040 0050"),
    _apart("versions and sparse frames", tuple(f"v{n}.{{}}.exr" for n in ("001", "002", "003")), "1001 1025 1050 1100"),
    Scheme(
        "cameras behind milliseconds",
        _MADE_UP,
        tuple(each("{}_cam" + str(n) + ".png", (1699990000126 + 33 * i + 7 * n for i in range(8))) for n in (0, 1)),
    ),
    _one("times of the day, six digits", "cam_{}.png", "095900 095920 100000 104510 113000 235959"),
    *(
        _one(f"quarters of years, {pattern}", pattern, values)
        for pattern, values in (
            ("Q{}.png", "3_2022 4_2022 1_2023 2_2023"),
            ("sales {}.png", "2022Q3 2022Q4 2023Q1"),
            ("{}.png", "2022-Q4 2023-Q1 2023-Q2"),
        )
    ),
    *(
        _one(f"weeks of years, {pattern}", pattern, values)
        for pattern, values in (
            ("KW{}.png", "51_2023 52_2023 1_2024 2_2024"),
            ("ndvi_{}.tif", "2023-W51 2023-W52 2024-W01"),
            ("{}.png", "2023W51 2023W52 2024W01"),
            ("week {}.jpg", "51 2023|52 2023|1 2024"),
            ("{}.jpg", "2023-W51-7 2023-W52-1 2024-W01-1"),
        )
    ),
    *(
        _one(f"short dates, {values}", "{}.png", values)
        for values in (
            "30.12.22 31.12.22 01.01.23 15.01.23",
            "12-30-22 12-31-22 01-01-23",
            "22-12-30 22-12-31 23-01-01",
        )
    ),
    _one("decimals of unlike places", "u_{}.png", "0.1 0.25 0.50 1.0"),
    _one("one number in two writings", "a_{}.png", "1 2 3 3.5 4 5"),
)
