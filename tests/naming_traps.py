"""Names in which a clever rule sees a date, a fraction, a sign or an exponent that is not there."""

from __future__ import annotations

from naming_schemes import Scheme, each

TRAPS = (
    Scheme("version before the frame", "agreed: tests/core/test_naming.py", (each("v1.2.{:04}.png", range(1, 6)),)),
    Scheme(
        "versions with points, same frames",
        "releases rendered: v1.2.0003.png",
        (each("v1.2.{:04}.png", range(3, 7)), each("v1.10.{:04}.png", range(3, 7))),
    ),
    Scheme("frame behind a point outgrows its digits", "renderers", (each("shot.{}.exr", range(9997, 10003)),)),
    Scheme("frame behind a point, no zeros", "renderers", (each("shot.{}.exr", [5, 25, 50, 100, 125, 1000]),)),
    Scheme(
        "number, point, frame",
        "shots that are numbered: 010.0001.exr",
        (each("010.{:04}.exr", range(8, 12)), each("020.{:04}.exr", range(8, 12))),
    ),
    Scheme(
        "addresses of cameras",
        "FTP of cameras: 10.0.0.1_0001.jpg",
        (each("10.0.0.1_{:04}.jpg", range(8, 12)), each("10.0.0.12_{:04}.jpg", range(8, 12))),
    ),
    Scheme(
        "tiles of a plate, with points",
        "made up: row.column.site",
        tuple(each(f"{{:02}}.{column:02}.{site:02}.tif", [1, 2, 13]) for column in (1, 12) for site in (21, 22)),
    ),
    Scheme(
        "short dates that can be read in three ways",
        "made up: nobody can know",
        (["01.02.03.png", "02.02.03.png", "05.02.04.png"],),
    ),
    Scheme("versions of three numbers", "releases: 1.2.31", (["1.2.31.png", "1.2.32.png", "1.2.40.png"],)),
    Scheme(
        "frames of shots behind a point, few and without zeros",
        "renderers: every fiftieth frame",
        (["1.5.png", "1.50.png", "1.100.png"], ["2.5.png", "2.50.png", "2.100.png"]),
    ),
    Scheme(
        "a width and a frame that could be years",
        "made up: w1_1999",
        (each("w1_{}.tif", range(1998, 2002)), each("w2_{}.tif", range(1998, 2002))),
    ),
    Scheme(
        "counter of eight digits that passes days of a month",
        "CARLA: %08d.png",
        (each("{:08}.png", range(20231229, 20231236)),),
    ),
    Scheme(
        "counter of eight digits with nought in front", "CARLA: %08d.png", (each("{:08}.png", range(10199, 10205)),)
    ),
    Scheme(
        "numbers of eight digits, some of which could be days",
        "identifiers of stock pictures",
        (each("{}.jpg", [11052021, 12342020, 13052019, 99112018]),),
    ),
    Scheme("counter of ten digits", "KITTI raw", (each("{:010}.png", [0, 1, 59, 60, 61, 100]),)),
    Scheme(
        "counter of six digits that could be a clock",
        "KITTI odometry: 000000.png",
        (each("{:06}.png", [58, 59, 60, 61, 159, 160, 200, 235959, 235960]),),
    ),
    Scheme(
        "serial number of 13 digits that could be milliseconds",
        "cameras with serials: cam1673721000123_0001.png",
        (
            each("cam1673721000123_{:04}.png", range(8, 12)),
            each("cam1673721000456_{:04}.png", range(8, 12)),
        ),
    ),
    Scheme(
        "days in front of frames",
        "agreed: tests/core/test_naming.py",
        tuple(each(f"2024-03-{day}_{{:03}}.png", range(1, 5)) for day in (29, 30, 31)),
    ),
    Scheme(
        "day of the production in front of frames",
        "dailies: 20230131_0998.png",
        (each("20230131_{:04}.png", range(998, 1002)), each("20230201_{:04}.png", range(998, 1002))),
    ),
    Scheme(
        "size of the picture",
        "exports: shot_1920x1080_0001.png",
        (each("shot_1920x1080_{:04}.png", range(8, 12)), each("shot_1280x720_{:04}.png", range(8, 12))),
    ),
    Scheme(
        "bits of a sample",
        "exports: ramp_16bit_0001.tif",
        tuple(each(f"ramp_{bits}bit_{{:04}}.tif", range(8, 12)) for bits in (8, 10, 16)),
    ),
    Scheme(
        "scale of icons",
        "Apple: icon_01@2x.png",
        (each("icon_{:02}.png", range(8, 12)), *(each(f"icon_{{:02}}@{n}x.png", range(8, 12)) for n in (2, 3))),
    ),
    Scheme(
        "name of the film in front, with its suffix",
        "thumbnails of films: trip1.mp4_0001.jpg",
        (each("trip1.mp4_{:04}.jpg", range(8, 12)), each("trip2.mp4_{:04}.jpg", range(8, 12))),
    ),
    Scheme(
        "codec, lines and pictures a second",
        "exports: slowmo_x264_1080p_120fps_0001.png",
        tuple(each(f"slowmo_x264_1080p_{fps}fps_{{:04}}.png", range(8, 12)) for fps in (120, 240)),
    ),
    Scheme(
        "sensitivity",
        "lens and sensor tests: night_ISO800_0001.dng",
        tuple(each(f"night_ISO{iso}_{{:04}}.dng", range(8, 12)) for iso in (800, 1600)),
    ),
    Scheme(
        "aperture",
        "lens tests: chart_f2.8_01.tif",
        tuple(each(f"chart_f{stop}_{{:02}}.tif", range(8, 12)) for stop in ("1.4", "2.8", "11")),
    ),
    Scheme(
        "exposure in front of frames",
        "bracketing: hdr_0.5s_0001.tif",
        tuple(each(f"hdr_{seconds}s_{{:04}}.tif", range(8, 12)) for seconds in ("0.25", "0.5", "2")),
    ),
    Scheme(
        "wavelength",
        "confocal exports: cell_488nm_0001.tif",
        tuple(each(f"cell_{nm}nm_{{:04}}.tif", range(98, 102)) for nm in (405, 488, 561)),
    ),
    Scheme(
        "UDIM",
        "Mari, Substance Painter: brick_basecolor.1001.exr",
        (
            each("brick_basecolor.{}.exr", [1001, 1002, 1010, 1011, 1099]),
            each("brick_normal.{}.exr", [1001, 1002, 1011]),
        ),
    ),
    Scheme(
        "year and number",
        "PASCAL VOC 2012: 2007_000027.jpg",
        (each("2007_{:06}.jpg", [27, 32, 33, 2008]), each("2008_{:06}.jpg", [2, 3, 32, 2008])),
    ),
    Scheme(
        "numbers of a year that go beyond its months",
        "catalogues: 1999_01.tif",
        (each("1999_{:02}.tif", range(9, 15)), each("2000_{:02}.tif", range(9, 15))),
    ),
    Scheme(
        "hashes",
        "git, caches of browsers",
        (["3f2a9c1d.png", "7b04e6aa.png", "91dd0c3e.png", "c0ffee12.png"],),
    ),
    Scheme(
        "GUIDs",
        "caches of programs",
        (
            [
                "2b7e1516-28ae-d2a6-abf7-158809cf4f3c.png",
                "6bc1bee2-2e40-9f96-e93d-7e117393172a.png",
                "ae2d8a57-1e03-ac9c-9eb7-6fac45af8e51.png",
                "f69f2445-df4f-9b17-ad2b-417be66c3710.png",
            ],
        ),
    ),
    Scheme(
        "GUID in front of frames",
        "bluesky, databroker: uid_00001.tiff",
        (
            each("2b7e1516-28ae-d2a6-abf7-158809cf4f3c_{:05}.tiff", range(8, 12)),
            each("6bc1bee2-2e40-9f96-e93d-7e117393172a_{:05}.tiff", range(8, 12)),
        ),
    ),
    Scheme(
        "address of a network card",
        "Mobotix, Foscam: 00-1B-44-11-3A-B7_0001.jpg",
        (
            each("00-1B-44-11-3A-B7_{:04}.jpg", range(8, 12)),
            each("00-1B-44-11-3A-B8_{:04}.jpg", range(8, 12)),
        ),
    ),
    Scheme(
        "names with digits",
        "films",
        (each("R2D2_{:04}.png", range(8, 12)), each("C3PO_{:04}.png", range(8, 12))),
    ),
    Scheme(
        "episode that looks like an exponent",
        "stills of series: show.S01E02.0001.png",
        tuple(each(f"show.S01E0{episode}.{{:04}}.png", range(8, 12)) for episode in (1, 2)),
    ),
    Scheme(
        "revision that looks like an exponent",
        "drawings: part_3e4_0001.png",
        tuple(each(f"part_3e{n}_{{:04}}.png", range(8, 12)) for n in (4, 5)),
    ),
    Scheme(
        "numbers of telephones",
        "messengers: +49-170-1234567_001.jpg",
        (each("+49-170-1234567_{:03}.jpg", range(8, 12)), each("+49-171-7654321_{:03}.jpg", range(8, 12))),
    ),
    Scheme("hyphen behind a letter", "agreed: tests/core/test_naming.py", (each("a-{}.png", [1, 2, 9, 10, 11]),)),
    Scheme("hyphen between blanks", "titles: a - 1.png", (each("a - {}.png", [1, 2, 9, 10, 11]),)),
    Scheme(
        "runs and frames behind hyphens",
        "run-1-2.png",
        (each("run-1-{}.png", [1, 2, 9, 10, 11]), each("run-2-{}.png", [1, 2, 10])),
    ),
    Scheme(
        "from one depth to the next",
        "soil and core samples: core_0-10cm.png",
        (each("core_{}cm.png", "0-10 10-20 20-30 90-100 100-110 110-200"),),
    ),
    Scheme(
        "people whose names are months",
        "portraits: may_0001.jpg",
        tuple(each(f"{person}_{{:04}}.jpg", range(8, 12)) for person in ("april", "june", "may")),
    ),
    Scheme(
        "sizes of dust that look like afternoon",
        "sensor plots: pm2.5_0001.png",
        tuple(each(f"pm{size}_{{:04}}.png", range(8, 12)) for size in ("1", "2.5", "10")),
    ),
    Scheme(
        "title with years",
        "stills of films: Blade Runner 2049 (2017) - 0001.png",
        (each("Blade Runner 2049 (2017) - {:04}.png", [1, 2, 9, 10, 100]),),
    ),
    Scheme(
        "place on the earth",
        "47.3769N_8.5417E_0001.jpg",
        (each("47.3769N_8.5417E_{:04}.jpg", range(8, 12)), each("47.4001N_8.6012E_{:04}.jpg", range(8, 12))),
    ),
    Scheme(
        "numbers of parts",
        "catalogues: PN-12345-678_01.jpg",
        (each("PN-12345-678_{:02}.jpg", range(8, 12)), each("PN-12345-679_{:02}.jpg", range(8, 12))),
    ),
    Scheme(
        "dimensions",
        "2d_0001.png, 3d_0001.png",
        (each("2d_{:04}.png", range(8, 12)), each("3d_{:04}.png", range(8, 12))),
    ),
    Scheme(
        "equal numbers filled to two widths",
        "agreed: tests/core/test_naming.py",
        (["a01.png", "a02.png", "a10.png"], ["a1.png", "a2.png"]),
    ),
)
