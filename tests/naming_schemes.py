"""How programs and devices name pictures in a folder, each with where that is written, and the order its owner means.

Found in manuals, in the sources of the programs, and in repositories that hold or read such folders.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Scheme:
    """One way to name pictures.

    Attributes:
        title: what it is.
        source: where it is written that pictures are named like this.
        right: the sequences of such a folder, in any order; each the names in the order in which they are stepped
            through. The last may be the loose pictures, in natural order.
    """

    title: str
    source: str
    right: tuple[list[str], ...]

    @property
    def names(self) -> list[str]:
        """All names."""
        return [name for sequence in self.right for name in sequence]


def each(pattern: str, values: str | Iterable[object]) -> list[str]:
    """Returns a name for each value; those of a string are between ``|``, or else between blanks."""
    if isinstance(values, str):
        values = values.split("|") if "|" in values else values.split()
    return [pattern.format(value) for value in values]


def clock(form: str, start: str, step: float, count: int = 4) -> list[str]:
    """Returns the names at ``count`` times, ``step`` seconds apart, in the form of ``strftime``."""
    first = datetime.fromisoformat(start)
    return [(first + timedelta(seconds=step * n)).strftime(form) for n in range(count)]


NEW_YEAR = "2022-12-31T23:59:58"
LEAP = "2024-02-28T23:59:40"

CAMERAS = (
    Scheme(
        "Canon, with raw files",
        "DCF 2.0 (CIPA DC-009); Canon EOS manuals: IMG_0001.JPG, IMG_0001.CR2",
        (each("IMG_{:04}.JPG", [8, 9, 10, 12, 999, 1000, 9999]), each("IMG_{:04}.CR2", [9, 10, 12])),
    ),
    Scheme(
        "Nikon, suffix in both cases after a copy",
        "Nikon manuals: DSC_0001.NEF; libraries of Lightroom and digiKam that rename to lower case",
        (["DSC_0998.JPG", "DSC_0999.jpg", "DSC_1000.JPG", "DSC_1001.jpg"], each("DSC_{}.NEF", "0998 1000 1001")),
    ),
    Scheme(
        "Sony, five digits", "Sony ILCE help guide: DSC00001.JPG", (each("DSC{:05}.JPG", [98, 99, 100, 9999, 10000]),)
    ),
    Scheme(
        "Panasonic, folder number in front",
        "Panasonic Lumix manuals: P1000001.JPG, then P1010001 after P1009999",
        (each("P{}.JPG", "1009998 1009999 1010001 1010002"),),
    ),
    Scheme(
        "Olympus, month and day in front, January to September",
        "Olympus manuals: Pmdd0001.JPG, m in hexadecimal",
        (each("P{}.JPG", "1310098 1310099 2010100 2010101 9300102"),),
    ),
    Scheme(
        "iPhone, edited copies beside",
        "Apple support: IMG_0001.HEIC, IMG_E0001.JPG",
        (each("IMG_{:04}.HEIC", range(997, 1003)), each("IMG_E{:04}.JPG", [998, 1001])),
    ),
    Scheme(
        "Pixel, motion pictures",
        "Pixel camera: PXL_20230114_183000123.MP.jpg; in UTC with milliseconds",
        (
            each(
                "PXL_{}.MP.jpg",
                "20221231_235958004 20221231_235959999 20230101_000000012 20230102_070000500 20230113_010203004",
            ),
        ),
    ),
    Scheme(
        "Android, date and clock",
        "Samsung, Xiaomi, Huawei: IMG_20230114_183000.jpg",
        (each("IMG_{}.jpg", "20230131_091500 20230131_183000 20230201_070000 20230201_190512 20240101_000000"),),
    ),
    Scheme(
        "Samsung, nothing but date and clock",
        "Samsung Gallery: 20230114_183000.jpg",
        (clock("%Y%m%d_%H%M%S.jpg", NEW_YEAR, 1.0, 6),),
    ),
    Scheme(
        "Google Camera, one burst",
        "00000IMG_00000_BURST20180707151029123.jpg (tests of photo sorters)",
        ([f"{n:05}IMG_{n:05}_BURST20180707151029123.jpg" for n in range(8, 13)],),
    ),
    Scheme(
        "Xiaomi, bursts",
        "IMG_20230114_183000_BURST1.jpg",
        (
            each("IMG_20230114_183000_BURST{}.jpg", range(1, 13)),
            each("IMG_20230114_183512_BURST{}.jpg", range(1, 5)),
        ),
    ),
    Scheme(
        "GoPro, pictures and groups",
        "GoPro file naming convention: GOPR0002.JPG, G0231111.JPG (group 023, number 1111)",
        (each("GOPR{:04}.JPG", [2, 3, 10]), each("G{}.JPG", "0231119 0231120 0241121 0241122 0241123")),
    ),
    Scheme(
        "DJI, counter, with raw files",
        "DJI support: DJI_0001.JPG, DJI_0001.DNG",
        (each("DJI_{:04}.JPG", range(7, 12)), each("DJI_{:04}.DNG", [7, 8, 11])),
    ),
    Scheme(
        "DJI, time, counter and camera",
        "DJI Mavic 3E and Matrice: DJI_20240615100000_0001_V.JPG, _T.JPG (thermal)",
        (
            [f"DJI_{time}_{n:04}_V.JPG" for n, time in enumerate(clock("%Y%m%d%H%M%S", NEW_YEAR, 3, 5), 8)],
            [f"DJI_{time}_{n:04}_T.JPG" for n, time in enumerate(clock("%Y%m%d%H%M%S", NEW_YEAR, 3, 4), 8)],
        ),
    ),
    Scheme(
        "Insta360, time, lens and counter",
        "Insta360: IMG_20230114_183000_00_001.jpg",
        ([f"IMG_{time}_00_{n:03}.jpg" for n, time in enumerate(clock("%Y%m%d_%H%M%S", NEW_YEAR, 7.0, 5), 8)],),
    ),
    Scheme(
        "Parrot Sequoia, year of two digits, bands",
        "Parrot Sequoia: IMG_160914_083000_0001_GRE.TIF, _NIR.TIF",
        tuple(
            [f"IMG_{time}_{n:04}_{band}.TIF" for n, time in enumerate(clock("%y%m%d_%H%M%S", LEAP, 11.0, 4), 9)]
            for band in ("GRE", "NIR")
        ),
    ),
    Scheme(
        "MicaSense, bands",
        "micasense/imageprocessing: IMG_0000_1.tif … IMG_0000_5.tif",
        tuple(each(f"IMG_{{:04}}_{band}.tif", range(8, 14)) for band in range(1, 4)),
    ),
    Scheme(
        "FLIR, compact ISO",
        "FLIR ONE: flir_20230114T183000.jpg",
        (clock("flir_%Y%m%dT%H%M%S.jpg", NEW_YEAR, 1.0, 5),),
    ),
    Scheme(
        "FLIR, milliseconds",
        "FLIR_20231202_125939_936.jpg",
        (each("FLIR_{}.jpg", "20231130_235959_998 20231201_000000_004 20231202_125939_936 20231202_125940_012"),),
    ),
    Scheme(
        "Windows camera",
        "WIN_20231126_20_59_29_Pro.jpg",
        (each("WIN_{}_Pro.jpg", "20231126_09_59_59 20231126_20_59_29 20231127_00_00_03 20231201_08_15_00"),),
    ),
    Scheme(
        "trail camera, renamed by date",
        "Reconyx MapView: 2010-10-30 14-32-10 M 1_3.JPG (motion, 1 of 3)",
        (
            each(
                "2010-{}.JPG",
                "10-30 23-59-58 M 1_3|10-30 23-59-59 M 2_3|10-31 00-00-00 M 3_3|10-31 14-32-10 M 1_3|"
                "10-31 14-32-11 M 2_3|10-31 14-32-12 M 3_3|11-01 06-00-00 M 1_3",
            ),
        ),
    ),
    Scheme(
        "trail cameras of two stations",
        "camtrapR imageRename: StationA__2009-04-10__05-07-00(1).JPG",
        (
            each("StationA__2009-{}(1).JPG", "04-10__05-07-00 04-10__17-00-12 04-11__02-30-00 05-01__00-00-01"),
            each("StationB__2009-{}(1).JPG", "04-09__11-00-00 04-11__02-30-00 04-12__01-00-00"),
        ),
    ),
)

MESSAGES = (
    Scheme(
        "WhatsApp, 24 hours",
        "WhatsApp Image 2023-12-13 at 14.40.27.jpeg",
        (
            each(
                "WhatsApp Image 2023-{}.jpeg", "11-30 at 23.59.59|12-01 at 00.00.05|12-13 at 08.53.09|12-13 at 14.40.27"
            ),
        ),
    ),
    Scheme(
        "WhatsApp, 12 hours",
        "WhatsApp Image 2023-07-15 at 8.29.02 PM.jpeg",
        (
            each(
                "WhatsApp Image 2023-{}.jpeg",
                "07-14 at 11.59.59 PM|07-15 at 12.00.10 AM|07-15 at 1.15.00 AM|07-15 at 10.02.00 AM|"
                "07-15 at 12.40.00 PM|07-15 at 1.05.00 PM|07-15 at 8.29.02 PM",
            ),
        ),
    ),
    Scheme(
        "Telegram",
        "photo_2023-01-11_08-43-11.jpg",
        (each("photo_2023-{}.jpg", "01-11_08-43-11 01-11_21-40-24 01-31_23-59-59 02-01_00-00-00"),),
    ),
    Scheme(
        "Telegram export, day first",
        "Telegram Desktop export: photo_1@14-01-2023_18-30-00.jpg",
        (
            each(
                "photo_{}.jpg",
                "8@30-12-2022_20-00-00 9@31-12-2022_23-59-59 10@01-01-2023_00-00-10 11@15-01-2023_08-00-00",
            ),
        ),
    ),
    Scheme(
        "Signal, milliseconds",
        "Signal for Android: signal-2023-03-05-02-01-04-003.jpg",
        (each("signal-{}.jpg", "2022-12-31-23-59-59-998 2023-01-01-00-00-00-003 2023-03-05-02-01-04-120"),),
    ),
    Scheme(
        "Dropbox camera uploads",
        "Dropbox help: 2023-01-14 18.30.00.jpg",
        (
            each(
                "20{}.jpg", "22-12-31 23.59.59|23-01-01 00.00.00|23-01-14 09.05.10|23-01-14 18.30.00|23-02-02 07.00.00"
            ),
        ),
    ),
    Scheme(
        "Dropbox, month by name, with the year",
        "Dropbox app: Photo Jan 17 2026, 10 50 39 AM.jpg",
        (
            each(
                "Photo {}.jpg",
                "Dec 31 2025, 11 59 58 PM|Jan 1 2026, 12 00 10 AM|Jan 17 2026, 10 50 39 AM|Jan 17 2026, 1 05 00 PM|"
                "Apr 2 2026, 9 00 00 AM|Aug 1 2026, 9 00 00 AM",
            ),
        ),
    ),
    Scheme(
        "Dropbox camera uploads, older, month by name",
        "Dropbox app: Photo Jan 14, 6 30 00 PM.jpg",
        (
            each(
                "Photo {}.jpg",
                "Jan 9, 11 59 58 PM|Jan 14, 12 30 00 AM|Jan 14, 9 15 00 AM|Jan 14, 12 05 00 PM|Jan 14, 6 30 00 PM|"
                "Feb 2, 7 00 00 AM|Apr 1, 7 00 00 AM|Aug 3, 8 00 00 PM|Dec 31, 1 00 00 PM",
            ),
        ),
    ),
)

SCREENS = (
    Scheme(
        "macOS, 12 hours, colons and blanks replaced",
        "GitHub, Notion: Screenshot_2023-01-28_at_8.54.38_PM.png",
        (
            each(
                "Screenshot_2023-01-{}.png",
                "27_at_11.00.00_PM 28_at_12.10.09_AM 28_at_11.32.49_AM 28_at_12.00.00_PM 28_at_8.54.38_PM",
            ),
        ),
    ),
    Scheme(
        "macOS, 12 hours",
        "macOS: Screenshot 2024-01-05 at 9.12.44 AM.png",
        (
            each(
                "Screenshot 2024-{}.png",
                "01-05 at 12.01.00 AM|01-05 at 9.12.44 AM|01-05 at 11.59.59 AM|01-05 at 12.35.03 PM|"
                "01-05 at 3.01.08 PM|01-05 at 10.00.00 PM|01-06 at 12.00.01 AM|02-01 at 1.00.00 AM",
            ),
        ),
    ),
    Scheme(
        "macOS, 12 hours, narrow no-break space",
        "macOS 13 and later: U+202F in front of AM and PM",
        (
            each(
                "Screenshot 2024-{}.png",
                "01-31 at 9.12.44\u202fAM|01-31 at 12.10.00\u202fPM|01-31 at 8.00.00\u202fPM|02-01 at 12.30.00\u202fAM",
            ),
        ),
    ),
    Scheme(
        "macOS, German",
        "Bildschirmfoto 2022-10-02 um 18.01.39.png",
        (
            each(
                "Bildschirmfoto 2022-{}.png", "09-30 um 23.59.59|10-01 um 00.00.00|10-02 um 09.30.00|10-02 um 18.01.39"
            ),
        ),
    ),
    Scheme(
        "macOS, French, composed and decomposed",
        "Capture d\u2019écran 2023-05-28 à 11.14.47.png; HFS+ decomposes, others compose",
        (
            [
                "Capture d\u2019e\u0301cran 2023-05-28 a\u0300 11.14.47.png",
                "Capture d\u2019\u00e9cran 2023-05-29 \u00e0 09.00.00.png",
                "Capture d\u2019e\u0301cran 2023-06-12 a\u0300 23.57.21.png",
                "Capture d\u2019\u00e9cran 2023-06-13 \u00e0 00.02.00.png",
            ],
        ),
    ),
    Scheme(
        "Windows Snipping Tool",
        "Screenshot 2023-01-20 150406.png",
        (each("Screenshot 2023-{}.png", "01-20 090406|01-20 150406|01-31 235959|02-01 000000"),),
    ),
    Scheme(
        "Windows, Dutch",
        "Schermafbeelding 2025-09-10 154400.png",
        (each("Schermafbeelding 2025-{}.png", "09-10 154400|09-10 230000|09-11 001602|12-01 100000"),),
    ),
    Scheme("Windows print key", "Screenshot (1).png", (each("Screenshot ({}).png", [1, 2, 9, 10, 99, 100]),)),
    Scheme(
        "GNOME",
        "Screenshot from 2023-01-14 18-30-00.png",
        (clock("Screenshot from %Y-%m-%d %H-%M-%S.png", LEAP, 12 * 3600.0 + 20, 5),),
    ),
    Scheme("Xfce", "Screenshot_2023-01-24_23-57-35.png", (clock("Screenshot_%Y-%m-%d_%H-%M-%S.png", LEAP, 10.0, 5),)),
    Scheme(
        "KDE Spectacle", "Screenshot_20230114_183000.png", (clock("Screenshot_%Y%m%d_%H%M%S.png", LEAP, 3599.0, 6),)
    ),
    Scheme(
        "scrot, with the size of the screen",
        "scrot(1): 2023-01-14-183000_1920x1080_scrot.png",
        (clock("%Y-%m-%d-%H%M%S_1920x1080_scrot.png", NEW_YEAR, 1.0, 4),),
    ),
    Scheme("Flameshot, minutes", "Flameshot: 2023-01-14_18-30.png", (clock("%Y-%m-%d_%H-%M.png", NEW_YEAR, 60.0, 4),)),
    Scheme(
        "MIUI, milliseconds and program",
        "Screenshot_2023-01-31-12-33-15-604_com.instagram.android.jpg",
        (
            each(
                "Screenshot_2023-{}_com.instagram.android.jpg",
                "01-31-12-33-15-604 01-31-12-33-16-012 01-31-23-59-59-999 02-01-00-00-00-001",
            ),
        ),
    ),
    Scheme("Steam", "Steam: 20230114183000_1.jpg", (clock("%Y%m%d%H%M%S_1.jpg", NEW_YEAR, 1.0, 5),)),
    Scheme("Minecraft", "Minecraft: 2023-01-14_18.30.00.png", (clock("%Y-%m-%d_%H.%M.%S.png", NEW_YEAR, 0.5 * 60, 5),)),
    Scheme(
        "VirtualBox, day first",
        "VirtualBox: VirtualBox_Ubuntu_14_01_2023_18_30_00.png",
        (clock("VirtualBox_Ubuntu_%d_%m_%Y_%H_%M_%S.png", "2022-12-30T20:00:00", 86400.0, 5),),
    ),
    Scheme(
        "Obsidian",
        "Obsidian: Pasted image 20230105212739.png",
        (clock("Pasted image %Y%m%d%H%M%S.png", LEAP, 30.0, 4),),
    ),
    Scheme(
        "VLC, milliseconds without zeros",
        "VLC before 3: vlcsnap-2014-11-20-14h22m55s6.tiff",
        (
            each(
                "vlcsnap-2014-{}.tiff",
                "11-20-14h22m55s6 11-20-14h22m55s195 11-20-14h22m56s13 11-20-23h59m59s999 11-21-00h00m00s0",
            ),
        ),
    ),
    Scheme(
        "VLC",
        "vlcsnap-2023-06-05-18h05m49s015.png",
        (each("vlcsnap-2023-{}.png", "06-05-09h59m59s999 06-05-18h05m49s015 06-30-23h59m59s000 07-01-00h00m00s001"),),
    ),
    Scheme("VLC scene filter", "vlc --scene-prefix: scene00001.png", (each("scene{:05}.png", [1, 61, 121, 181, 241]),)),
)

TIME_LAPSE = (
    Scheme(
        "motion, one event",
        "motion(1), picture_filename %v-%Y%m%d%H%M%S-%q: event, time, picture within the second",
        (
            each(
                "01-{}.jpg",
                "20230114235958-00 20230114235959-00 20230114235959-01 20230114235959-02 20230115000000-00 "
                "20230115000000-01 20230115000002-00",
            ),
        ),
    ),
    Scheme(
        "raspistill, counter that outgrows its digits",
        "raspistill -tl -o image%04d.jpg",
        (each("image{:04}.jpg", [1, 2, 9998, 9999, 10000, 10001]),),
    ),
    Scheme(
        "raspistill --timestamp",
        "raspistill(1): seconds since 1970",
        (each("image{}.jpg", range(1673740795, 1673740830, 5)),),
    ),
    Scheme(
        "raspistill --datetime",
        "raspistill(1): month, day, hour, minute, second",
        (each("image{}.jpg", "0131235950 0131235955 0201000000 0201000005 1101080000"),),
    ),
    Scheme(
        "picamera, time of the day with microseconds",
        "picamera, capture_continuous('img{timestamp:%H-%M-%S-%f}.jpg')",
        (each("img{}.jpg", "09-59-59-999871 10-00-00-000012 10-00-59-500000 10-01-00-499123 11-00-00-000500"),),
    ),
    Scheme(
        "picamera, counter and time",
        "picamera, capture_continuous('img{counter:03d}-{timestamp:%Y-%m-%d-%H-%M}.jpg')",
        ([f"img{n:03}-{time}.jpg" for n, time in enumerate(clock("%Y-%m-%d-%H-%M", NEW_YEAR, 300, 5), 8)],),
    ),
    Scheme(
        "Python isoformat",
        "scripts around raspistill: timelapse-2016-02-21T15:59:58.123456.jpg",
        (
            each(
                "timelapse-2016-02-{}.jpg",
                "28T23:59:45.123456 29T00:00:00.000213 29T09:00:15.500000 29T10:00:15.499999",
            ),
        ),
    ),
    Scheme(
        "JavaScript toISOString",
        "puppeteer and playwright scripts: 2023-01-14T18:30:00.123Z.png",
        (each("2023-01-{}Z.png", "14T18:29:59.999 14T18:30:00.000 14T18:30:00.123 15T00:00:00.001 31T07:00:00.050"),),
    ),
    Scheme(
        "date -Iseconds, into summer time",
        "date(1): 2024-03-31T03:00:00+02:00",
        (
            each(
                "cam_2024-03-31T{}.jpg",
                "00:59:50+01:00 01:00:00+01:00 01:59:50+01:00 03:00:00+02:00 03:00:10+02:00 10:00:00+02:00",
            ),
        ),
    ),
    Scheme(
        "milliseconds since 1970",
        "JavaScript Date.now(): screenshot-1673721000123.png",
        (each("screenshot-{}.png", [1673720999998, 1673721000123, 1673721000999, 1673724600001]),),
    ),
    Scheme(
        "JavaScript, parts of the date without zeros",
        "getFullYear(), getMonth() + 1 and so on: shot_2023-1-14_9-5-3.png",
        (
            each(
                "shot_{}.png",
                "2022-12-31_23-59-59 2023-1-1_0-0-3 2023-1-14_9-5-3 2023-1-14_10-0-0 2023-2-1_8-30-0 2023-10-1_8-30-0",
            ),
        ),
    ),
    Scheme(
        "MATLAB, month by name",
        "datestr(now), colons and blanks replaced: run_14-Jan-2023_18-30-00.png",
        (
            each(
                "run_{}.png",
                "31-Dec-2022_23-59-58 01-Jan-2023_00-00-01 14-Jan-2023_18-30-00 02-Feb-2023_07-00-00 "
                "01-Apr-2023_09-00-00 01-Aug-2023_09-00-00 30-Oct-2023_09-00-00 01-Dec-2023_09-00-00",
            ),
        ),
    ),
    Scheme(
        "Blue Iris, camera, point, time",
        "Blue Iris: &CAM.%Y%m%d_%H%M%S: Front.20230114_183000.jpg",
        (clock("Front.%Y%m%d_%H%M%S.jpg", NEW_YEAR, 1.0, 5), clock("Yard.%Y%m%d_%H%M%S.jpg", NEW_YEAR, 1.0, 4)),
    ),
    Scheme(
        "gphoto2, nothing but the time",
        "gphoto2 --filename %Y%m%d%H%M%S.%C",
        (clock("%Y%m%d%H%M%S.jpg", LEAP, 10.0, 5),),
    ),
    Scheme(
        "allsky",
        "AllskyTeam/allsky: image-20230114235950.jpg",
        (clock("image-%Y%m%d%H%M%S.jpg", "2023-12-31T23:59:30", 15.0, 5),),
    ),
    Scheme(
        "Axis cameras, year of two digits, hundredths",
        "Axis: image23-01-14_18-30-00-12.jpg",
        (each("image{}.jpg", "22-12-31_23-59-59-98 23-01-01_00-00-00-02 23-01-14_09-30-00-50 23-01-14_18-30-00-12"),),
    ),
    Scheme(
        "Hikvision, address, channel, time with milliseconds",
        "192.168.1.64_01_20190827095800502_MOTION_DETECTION.jpg",
        (
            each(
                "192.168.1.64_01_{}_MOTION_DETECTION.jpg",
                "20190827095800502 20190827235959900 20190828000000100 20190901000000000",
            ),
            each("192.168.1.101_01_{}_MOTION_DETECTION.jpg", "20190827095801000 20190828000000100 20190828120000000"),
        ),
    ),
    Scheme(
        "Dahua, clock with points",
        "Dahua: 18.30.00[M][0@0][0].jpg in a folder of the day",
        (each("{}[M][0@0][0].jpg", "00.00.00 08.25.03 09.59.59 10.00.00 13.28.47 23.59.59"),),
    ),
    Scheme(
        "Foscam",
        "MDAlarm_20231127-200442.jpg, Schedule_20231127-200442.jpg",
        (
            clock("MDAlarm_%Y%m%d-%H%M%S.jpg", NEW_YEAR, 6.0, 5),
            clock("Schedule_%Y%m%d-%H%M%S.jpg", NEW_YEAR, 3600.0, 4),
        ),
    ),
    Scheme(
        "web camera, hour and minute",
        "foto-webcam.eu: 2023/01/14/1830_la.jpg, 1830_lm.jpg",
        (each("{}_la.jpg", "0000 0950 1000 1830 2350"), each("{}_lm.jpg", "0000 1000 2350")),
    ),
    Scheme(
        "PhenoCam, colours and infrared",
        "PhenoCam: harvard_2023_01_14_183005.jpg, harvard_IR_2023_01_14_183005.jpg",
        (
            clock("harvard_%Y_%m_%d_%H%M%S.jpg", NEW_YEAR, 1800.0, 5),
            clock("harvard_IR_%Y_%m_%d_%H%M%S.jpg", NEW_YEAR, 1800.0, 4),
        ),
    ),
    Scheme(
        "GOES, day of the year",
        "cdn.star.nesdis.noaa.gov: 20230801750_GOES16-ABI-FD-GEOCOLOR-10848x10848.jpg",
        (each("{}_GOES16-ABI-CONUS-GEOCOLOR-1250x750.jpg", "20223652351 20223652356 20230010001 20230010006"),),
    ),
    Scheme(
        "MODIS, day of the year, point, clock",
        "LAADS DAAC: MOD021KM.A2022365.2355.061",
        (each("MOD021KM.A{}.061.png", "2022364.2350 2022365.0005 2022365.2355 2023001.0000 2023010.1200"),),
    ),
    Scheme(
        "OctoPrint, two prints",
        "OctoPrint timelapse: benchy_20230114183000-0.jpg",
        (
            each("benchy_20230114183000-{}.jpg", range(12)),
            each("benchy_20230115070000-{}.jpg", range(5)),
        ),
    ),
    Scheme(
        "Photo Booth, United States",
        "macOS Photo Booth: Photo on 1-14-23 at 6.30 PM.jpg",
        (
            each(
                "Photo on {}.jpg",
                "12-30-22 at 12.15 PM|12-31-22 at 11.59 PM|1-1-23 at 12.05 AM|1-14-23 at 9.30 AM|1-14-23 at 6.30 PM|"
                "2-2-23 at 1.00 AM",
            ),
        ),
    ),
    Scheme(
        "Photo Booth, United Kingdom",
        "macOS Photo Booth: Photo on 14-01-2023 at 18.30.jpg",
        (each("Photo on {}.jpg", "31-12-2022 at 23.59|01-01-2023 at 00.05|14-01-2023 at 18.30|02-02-2023 at 01.00"),),
    ),
)
