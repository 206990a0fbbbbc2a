"""More of :mod:`naming_schemes`: renderers, film, robots, data sets, downloads; and matters of opinion."""

from __future__ import annotations

from naming_schemes import Scheme, each

RENDERS = (
    Scheme("Blender", "Blender manual, output: 0001.png", (each("{:04}.png", [1, 2, 249, 250, 9999, 10000]),)),
    Scheme(
        "Blender, two eyes",
        "Blender manual, multi-view: 0001_L.png, 0001_R.png",
        (each("{:04}_L.png", range(8, 13)), each("{:04}_R.png", range(8, 13))),
    ),
    Scheme(
        "Maya, passes and cameras",
        "Arnold for Maya: shot010_beauty_left.1001.exr",
        tuple(
            each(f"shot010_{layer}_{eye}.{{}}.exr", range(1001, 1005))
            for layer in ("beauty", "depth")
            for eye in ("left", "right")
        ),
    ),
    Scheme(
        "Nuke, versions of the same frames",
        "Nuke reference: sh010_comp_v001.1001.exr",
        (each("sh010_comp_v001.{}.exr", range(998, 1003)), each("sh010_comp_v002.{}.exr", range(998, 1005))),
    ),
    Scheme(
        "Houdini $F without zeros, frames before nought",
        "Houdini docs: smoke.$F.exr",
        (each("smoke.{}.exr", [-10, -9, -1, 0, 1, 2, 9, 10, 100]),),
    ),
    Scheme(
        "After Effects, composition with a number",
        "After Effects help: Comp 1_00000.tif",
        (each("Comp 1_{:05}.tif", range(5)), each("Comp 2_{:05}.tif", range(5))),
    ),
    Scheme(
        "Toon Boom, hyphen",
        "Toon Boom Harmony docs: final-0001.tga",
        (each("final-{:04}.tga", [1, 2, 9, 10, 11]),),
    ),
    Scheme(
        "Dragonframe, exposures",
        "Dragonframe user guide: scene_01_X1_0001.tif",
        tuple(each(f"scene_01_X{exposure}_{{:04}}.tif", range(98, 103)) for exposure in (1, 2)),
    ),
    Scheme(
        "ARRI, clips whose frames go on",
        "ARRI file naming: A003C001_230114_R5VY.1534321.dpx",
        (
            each("A003C001_230114_R5VY.{}.dpx", range(1534321, 1534326)),
            each("A003C002_230114_R5VY.{}.dpx", range(1534890, 1534894)),
        ),
    ),
    Scheme(
        "Blackmagic, clips with their time",
        "Blackmagic URSA manual: A001_01140830_C001_000000.dng",
        (
            each("A001_01140830_C001_{:06}.dng", range(5)),
            each("A001_01140834_C002_{:06}.dng", range(7)),
        ),
    ),
    Scheme(
        "Unity Recorder, takes",
        "Unity Recorder manual: image_001_0000.png",
        (each("image_001_{:04}.png", range(6)), each("image_002_{:04}.png", range(4))),
    ),
    Scheme("Unreal", "Movie Render Queue: LevelSequence.0000.png", (each("LevelSequence.{:04}.png", range(98, 103)),)),
    Scheme(
        "ffmpeg, zeros up to three digits",
        "ffmpeg docs: out%03d.png",
        (each("out{:03}.png", [1, 2, 998, 999, 1000, 1001]),),
    ),
    Scheme("ffmpeg, no zeros", "ffmpeg docs: frame%d.png", (each("frame{}.png", range(1, 13)),)),
)

ROBOTS = (
    Scheme(
        "KITTI raw, ten digits",
        "KITTI raw data: image_02/data/0000000000.png",
        (each("{:010}.png", [0, 1, 2, 9, 10, 107]),),
    ),
    Scheme(
        "KITTI flow, two frames of each scene",
        "KITTI 2015: 000000_10.png, 000000_11.png",
        (each("{:06}_10.png", range(9, 14)), each("{:06}_11.png", range(9, 14))),
    ),
    Scheme(
        "TUM RGB-D, seconds with fractions",
        "rgbd_dataset_freiburg1_xyz: rgb/1305031102.175304.png",
        (each("{}.png", "1305031102.175304 1305031102.211214 1305031102.975304 1305031103.011231 1305031110.000002"),),
    ),
    Scheme(
        "EuRoC, nanoseconds",
        "EuRoC MAV: cam0/data/1403636579763555584.png",
        (each("{}.png", "1403636579763555584 1403636579813555456 1403636579999999999 1403636580013555456"),),
    ),
    Scheme(
        "Oxford RobotCar, microseconds",
        "RobotCar: stereo/centre/1399381446204705.png",
        (each("{}.png", "1399381446204705 1399381446267196 1399381446999999 1399381447017169"),),
    ),
    Scheme(
        "Cityscapes, one frame of each sequence",
        "aachen_000000_000019_leftImg8bit.png, aachen_000001_000019_leftImg8bit.png",
        (
            each("aachen_{:06}_000019_leftImg8bit.png", [0, 1, 9, 10, 11]),
            each("bochum_{:06}_000019_leftImg8bit.png", [0, 1, 2]),
        ),
    ),
    Scheme(
        "Cityscapes, sequences of 30 frames",
        "leftImg8bit_sequence: aachen_000000_000000_leftImg8bit.png",
        tuple(each(f"aachen_{n:06}_{{:06}}_leftImg8bit.png", range(8, 13)) for n in (0, 1, 2)),
    ),
    Scheme(
        "nuScenes, two drives",
        "samples/CAM_FRONT/n008-2018-08-01-15-16-36-0400__CAM_FRONT__1533151603512404.jpg",
        (
            each(
                "n008-2018-08-01-15-16-36-0400__CAM_FRONT__{}.jpg",
                "1533151603512404 1533151604012404 1533151604512404 1533151621912404",
            ),
            each(
                "n015-2018-07-24-11-22-45+0800__CAM_FRONT__{}.jpg", "1532402925702460 1532402927612460 1532402928112460"
            ),
        ),
    ),
    Scheme(
        "Udacity simulator, three cameras",
        "CarND data: center_2016_12_01_13_30_48_287.jpg",
        tuple(
            each(f"{camera}_2016_12_01_13_{{}}.jpg", "30_48_287 30_48_404 30_49_012 33_06_411 59_59_999")
            for camera in ("center", "left", "right")
        ),
    ),
    Scheme(
        "AirSim, cameras, nanoseconds",
        "img_SimpleFlight_0_0_1725534205188626400.png",
        (
            each("img_SimpleFlight_0_0_{}.png", "1725534205188626400 1725534205999999900 1725534206012345600"),
            each("img_SimpleFlight_1_0_{}.png", "1725534205189626400 1725534206000000000"),
        ),
    ),
    Scheme(
        "NYU Depth raw, seconds with fractions, then ticks that start again",
        "bedroom_0001/r-1294886360.208451-2996770081.ppm, d-1294886360.238178-3118787619.pgm",
        (
            each(
                "r-{}.ppm",
                "1294886360.208451-2996770081 1294886360.241761-2998772391 1294886381.938181-4294967001 "
                "1294886382.004800-3674303",
            ),
            each("d-{}.pgm", "1294886360.238178-3118787619 1294886381.971468-4294961002 1294886382.038091-5676812"),
        ),
    ),
    Scheme(
        "7-Scenes, colour and depth",
        "7-Scenes: frame-000000.color.png, frame-000000.depth.png",
        (each("frame-{:06}.color.png", range(98, 103)), each("frame-{:06}.depth.png", range(98, 103))),
    ),
    Scheme(
        "TartanAir, number in front, words behind",
        "TartanAir: 000000_left.png, 000000_left_depth.npy",
        (
            each("{:06}_left.png", range(8, 13)),
            each("{:06}_right.png", range(8, 13)),
            each("{:06}_left_depth.npy", range(8, 13)),
        ),
    ),
    Scheme("ScanNet, no zeros", "ScanNet: color/0.jpg", (each("{}.jpg", [0, 1, 2, 9, 10, 20, 100, 1000]),)),
    Scheme(
        "ROS, image_view and image_saver",
        "wiki.ros.org/image_view: frame0000.jpg; stereo left0000.jpg",
        (each("left{:04}.jpg", range(8, 13)), each("right{:04}.jpg", range(8, 13))),
    ),
    Scheme(
        "Donkey Car, number in front",
        "donkeycar: 1_cam-image_array_.jpg",
        (each("{}_cam-image_array_.jpg", [1, 2, 9, 10, 11, 99, 100]),),
    ),
    Scheme(
        "DTU, views under seven lights",
        "DTU MVS: rect_001_3_r5000.png",
        tuple(each(f"rect_{{:03}}_{light}_r5000.png", range(8, 13)) for light in (0, 3, 6)),
    ),
    Scheme(
        "FlyingChairs, pairs",
        "FlyingChairs: 00001_img1.ppm, 00001_img2.ppm",
        (each("{:05}_img1.ppm", range(8, 13)), each("{:05}_img2.ppm", range(8, 13))),
    ),
    Scheme(
        "COIL, objects on a turntable",
        "COIL-100: obj1__0.png, obj1__355.png",
        tuple(each(f"obj{n}__{{}}.png", [0, 5, 10, 95, 100, 355]) for n in (1, 2, 10)),
    ),
    Scheme(
        "Columbia Gaze, degrees to the left and right",
        "Columbia Gaze: 0001_2m_-15P_10V_-5H.jpg",
        tuple(each(f"0001_2m_-15P_{v}V_{{}}H.jpg", [-15, -10, -5, 0, 5, 10, 15]) for v in (-10, 0, 10)),
    ),
    Scheme(
        "Multi-PIE, person, session, camera, light",
        "CMU Multi-PIE: 001_01_01_051_07.png",
        tuple(each(f"001_01_01_{camera:03}_{{:02}}.png", range(8, 14)) for camera in (41, 50, 51)),
    ),
    Scheme(
        "Basler, serial number, time of the start, counter",
        "pylon Viewer: Basler_acA2040-55uc__23734412__20220818_183353703_0001.tiff",
        (
            each("Basler_acA2040-55uc__23734412__20220818_183353703_{:04}.tiff", range(98, 103)),
            each("Basler_acA2040-55uc__23734413__20220818_183353711_{:04}.tiff", range(98, 102)),
        ),
    ),
    Scheme(
        "FlyCapture, two recordings",
        "FLIR FlyCapture 2: fc2_save_2015-08-10-143221-0001.bmp",
        (
            each("fc2_save_2015-08-10-143221-{:04}.bmp", range(98, 104)),
            each("fc2_save_2015-08-10-144502-{:04}.bmp", range(98, 102)),
        ),
    ),
    Scheme("COCO, sparse numbers", "val2017/000000000139.jpg", (each("{:012}.jpg", [139, 285, 632, 724, 581781]),)),
    Scheme(
        "ImageNet, two classes",
        "ILSVRC 2012 train: n01440764_18.JPEG",
        (each("n01440764_{}.JPEG", [18, 36, 37, 10026]), each("n01443537_{}.JPEG", [2, 16, 36, 10007])),
    ),
)

DESKTOP = (
    Scheme(
        "downloads of one name",
        "Chrome, Edge and Firefox: image.png, image (1).png",
        (["image.png", *each("image ({}).png", [1, 2, 3, 9, 10, 11])],),
    ),
    Scheme(
        "Windows Scan",
        "Windows Scan app: Scan_20230114.jpg, Scan_20230114 (2).jpg",
        (["Scan_20230114.jpg", *each("Scan_20230114 ({}).jpg", [2, 3, 9, 10])],),
    ),
    Scheme(
        "Windows, copies of a copy",
        "Windows Explorer: photo - Copy.jpg, photo - Copy (2).jpg",
        (["photo - Copy.jpg", *each("photo - Copy ({}).jpg", [2, 3, 10])], ["photo.jpg"]),
    ),
    Scheme(
        "Windows, many renamed at once",
        "Windows Explorer, F2 on many: Holiday (1).jpg",
        (each("Holiday ({}).jpg", [1, 2, 9, 10, 11, 100]),),
    ),
    Scheme(
        "ComfyUI, underscore behind", "ComfyUI_00001_.png", (each("ComfyUI_{:05}_.png", [1, 2, 9, 10, 99999, 100000]),)
    ),
    Scheme(
        "Stable Diffusion web UI, counter and seed",
        "AUTOMATIC1111: [number]-[seed]: 00012-3456789012.png",
        (each("{}.png", "00008-3456789012 00009-12345 00010-2147483648 00011-99 00012-3456789012 00013-1000000001"),),
    ),
    Scheme(
        "Stable Diffusion web UI, counter, seed and words",
        "AUTOMATIC1111: [number]-[seed]-[prompt_spaces]",
        (
            each(
                "{}.png",
                "00008-42-a castle on a hill|00009-7-a red fox|00010-4000000000-3 red foxes|00011-7-a castle, at night",
            ),
        ),
    ),
    Scheme(
        "CycleGAN, results of each epoch",
        "junyanz/pytorch-CycleGAN-and-pix2pix: epoch001_fake_A.png",
        tuple(each(f"epoch{{:03}}_{what}.png", range(98, 103)) for what in ("real_A", "fake_B", "rec_A")),
    ),
    Scheme(
        "StyleGAN, thousands of pictures seen",
        "NVlabs/stylegan3: fakes000200.png",
        (each("fakes{:06}.png", [0, 200, 400, 9800, 10000]),),
    ),
)

DEBATABLE = (
    # A day and a counter stand apart by day (2024-03-29_001), and WhatsApp's names have that shape; but nobody steps
    # through one day of messages. In order of day and counter as one sequence, nothing would be lost.
    Scheme(
        "WhatsApp for Android, day and counter",
        "IMG-20230114-WA0061.jpg",
        (each("IMG-{}.jpg", "20230113-WA0046 20230114-WA0002 20230114-WA0004 20230115-WA0007"),),
    ),
    # The same shape once more; here the days of the scans might as well stand apart.
    Scheme(
        "Canon scanners, day and counter that could be hour and minute",
        "Canon IJ Scan Utility: IMG_20230114_0001.jpg",
        (each("IMG_20230114_{:04}.jpg", range(1, 5)), each("IMG_20230115_{:04}.jpg", range(1, 4))),
    ),
    # Bursts apart, or all in one order of time: one second with many pictures is what motion writes, too.
    Scheme(
        "Samsung, bursts",
        "20230114_183000_001.jpg",
        (each("20230114_183000_{:03}.jpg", range(1, 6)), each("20230114_183512_{:03}.jpg", range(1, 4))),
    ),
    # The counters behind the time break ties only.
    Scheme(
        "camtrapR, two pictures in one second",
        "StationA__2009-04-10__05-07-00(1).JPG, StationA__2009-04-10__05-07-00(2).JPG",
        (each("StationA__2009-04-{}.JPG", "10__05-07-00(1) 10__05-07-00(2) 10__17-00-12(1) 11__02-30-00(1)"),),
    ),
    Scheme(
        "Steam, two pictures in one second",
        "20230114183000_1.jpg, 20230114183000_2.jpg",
        (each("{}.jpg", "20230114183000_1 20230114183000_2 20230114183001_1 20230131235959_1 20230201000000_1"),),
    ),
    # One of a time and a copy of it: the copy behind its time, or copies apart.
    Scheme(
        "WhatsApp, copies of one second",
        "WhatsApp Image 2023-12-13 at 14.40.27 (1).jpeg",
        (
            each(
                "WhatsApp Image 2023-12-{}.jpeg",
                "13 at 14.40.27|13 at 14.40.27 (1)|13 at 14.40.27 (2)|13 at 14.40.31|14 at 09.00.00",
            ),
        ),
    ),
    Scheme(
        "Photo Booth, two pictures in one minute",
        "Photo on 1-31-17 at 9.14 AM #2.jpg",
        (
            each(
                "Photo on {}.jpg",
                "1-30-17 at 1.05 PM|1-31-17 at 9.14 AM|1-31-17 at 9.14 AM #2|1-31-17 at 9.14 AM #3|1-31-17 at 9.15 AM",
            ),
        ),
    ),
    # Where words follow the time: by time all of them, as where a number leads; or each program apart.
    Scheme(
        "Samsung screenshots, program behind the time",
        "Screenshot_20230114_183000_Chrome.jpg",
        (
            each(
                "Screenshot_{}.jpg",
                "20230113_235959_Maps 20230114_183000_Chrome 20230114_183120_Maps 20230201_070000_One UI Home",
            ),
        ),
    ),
    Scheme(
        "Greenshot, title of the window behind the time",
        "Greenshot: 2023-01-14 18_30_00-Window title.png",
        (
            each(
                "2023-{}.png", "01-13 09_30_00-Inbox|01-13 18_30_00-Report 2022|01-14 08_00_00-Inbox|02-01 07_00_00-Map"
            ),
        ),
    ),
    Scheme(
        "Pixel, kinds of pictures behind the time",
        "PXL_20211221_054835324.jpg, .MP.jpg, .PORTRAIT.jpg",
        (each("PXL_20211221_{}.jpg", "054835324 054901120.MP 101500001.PORTRAIT 235959999"),),
    ),
    # Frigate ends its names with six random characters. That the time orders them is plain; how a rule may know is not.
    Scheme(
        "Frigate, random characters behind the time",
        "frigate docs: front-1673721000.123456-k3jd9a.jpg",
        (
            each(
                "front-{}.jpg",
                "1673721000.123456-k3jd9a 1673721000.987001-zz0a1b 1673721009.5-4x4e12 1673730000.000001-bcdfgh",
            ),
            each("yard-{}.jpg", "1673721000.223456-a9a9a9 1673721002.1-q0q0q0 1673721011.75-bbbbbb"),
        ),
    ),
    # Times of their own for each: apart by wavelength and by instrument. But numbers behind one that never repeats go
    # along with it (img_0007_iso200), and these names have that shape.
    Scheme(
        "SDO, wavelengths",
        "sdo.gsfc.nasa.gov/assets/img/browse: 20230114_183009_1024_0171.jpg",
        (
            each("{}_1024_0171.jpg", "20221231_235809 20221231_235957 20230101_000009 20230101_001209"),
            each("{}_1024_0304.jpg", "20221231_235805 20230101_000005 20230101_001205"),
        ),
    ),
    Scheme(
        "SOHO, coronagraphs, hour and minute",
        "soho.nascom.nasa.gov: 20240101_0000_c2_1024.jpg",
        (
            each("{}_c2_1024.jpg", "20231231_2336 20231231_2348 20240101_0000 20240101_0012"),
            each("{}_c3_1024.jpg", "20231231_2330 20231231_2342 20240101_0018"),
        ),
    ),
    # One counter over kinds of files; but suffixes part sequences.
    Scheme(
        "iPhone, one counter over HEIC, PNG and JPG",
        "IMG_0001.HEIC, IMG_0002.PNG (screenshot), IMG_0003.JPG",
        (["IMG_0001.HEIC", "IMG_0002.PNG", "IMG_0003.JPG", "IMG_0004.HEIC", "IMG_0005.PNG"],),
    ),
    Scheme(
        "pdfimages -all, one counter over kinds of files",
        "pdfimages(1): img-000.jpg, img-001.png",
        (["img-000.jpg", "img-001.png", "img-002.png", "img-003.jp2", "img-004.jpg"],),
    ),
    # The month in hexadecimal: P9309998 (September) goes on as PA019999 (October).
    Scheme(
        "Olympus, all months",
        "Olympus manuals: P9300099.JPG, PA010100.JPG",
        (each("P{}.JPG", "9290098 9300099 A010100 A010101 B020102"),),
    ),
    # The cover is the best picture of the burst, in its place; its name differs in a word.
    Scheme(
        "Google Camera, burst with its cover",
        "00100lPORTRAIT_00100_BURST20181229213517346_COVER.jpg",
        (
            [
                "00000IMG_00000_BURST20181229213517346.jpg",
                "00001IMG_00001_BURST20181229213517346_COVER.jpg",
                "00002IMG_00002_BURST20181229213517346.jpg",
                "00003IMG_00003_BURST20181229213517346.jpg",
            ],
        ),
    ),
    # GNOME before 3 counted with a hyphen from the second on; macOS counts copies with a blank.
    Scheme(
        "GNOME 2, first without a number",
        "Screenshot.png, Screenshot-1.png",
        (["Screenshot.png", *each("Screenshot-{}.png", [1, 2, 9, 10])],),
    ),
    Scheme(
        "macOS, copies",
        "photo copy.png, photo copy 2.png",
        (["photo copy.png", *each("photo copy {}.png", [2, 3, 10])],),
    ),
    # A copy of a numbered picture: behind it, or apart.
    Scheme(
        "a second download of numbered pictures",
        "IMG_0001 (1).jpg",
        (["IMG_0001.jpg", "IMG_0001 (1).jpg", "IMG_0002.jpg", "IMG_0003.jpg", "IMG_0003 (1).jpg"],),
    ),
    # By leaf, front and back in turn: a book. By eye, left and right apart: stereo. The names have one shape.
    Scheme(
        "leaves of a manuscript, front and back",
        "e-codices, Gallica: f001r.jpg, f001v.jpg",
        (each("f{}.jpg", "009r 009v 010r 010v 011r 011v"),),
    ),
    # Year and number: months of a year belong together, numbers of a year stand apart.
    Scheme(
        "months of years",
        "monthly climate maps: sst_1999_01.png",
        ([f"sst_{year}_{month:02}.png" for year in (1999, 2000) for month in range(1, 13)],),
    ),
    # Where the clock goes back: by instant, which contradicts the natural order of the names.
    Scheme(
        "date -Iseconds, out of summer time",
        "date(1): 2024-11-03T01:30:00-04:00",
        (
            each(
                "cam_2024-11-03T{}.jpg",
                "00:59:00-04:00 01:20:00-04:00 01:50:00-04:00 01:10:00-05:00 01:40:00-05:00 02:00:00-05:00",
            ),
        ),
    ),
    # Points say that the day comes first, but 31.12.22 could be read with the year in front.
    Scheme(
        "Photo Booth, German",
        "Foto am 14.01.23 um 18.30.jpg",
        (each("Foto am {}.jpg", "31.12.22 um 23.59|01.01.23 um 00.05|14.01.23 um 18.30|02.02.23 um 01.00"),),
    ),
    # The day of the week is a word that differs.
    Scheme(
        "Python ctime",
        "time.ctime(): img_Sat Jan 14 18:30:00 2023.png",
        (
            each(
                "img_{}.png",
                "Sat Dec 31 23:59:58 2022|Sun Jan  1 00:00:03 2023|Sat Jan 14 18:30:00 2023|Wed Feb  1 07:00:00 2023",
            ),
        ),
    ),
    # $FF is the frame with its fraction, and shot.12.0001 is none.
    Scheme(
        "Houdini $FF, between the frames",
        "Houdini docs: sim.12.25.exr",
        (each("sim.{}.exr", "11.75 12 12.25 12.5 12.75 13"),),
    ),
    # Order of the exposures (counter, time), or of the angles.
    Scheme(
        "tilt series in the order in which it was taken",
        "Tomography 5: Position_1_001_0.00_20230114_183000_fractions.tiff",
        (
            each(
                "Position_1_{}_fractions.tiff",
                "001_0.00_20230114_183000 002_3.00_20230114_183021 003_-3.00_20230114_183044 "
                "004_-6.00_20230114_183105 005_6.00_20230114_183130",
            ),
        ),
    ),
    # A + or - behind a letter is a sign where both are there.
    Scheme(
        "Yale faces, where the light is",
        "Extended Yale B: yaleB01_P00A-005E+10.pgm",
        (each("yaleB01_P00A{}E+00.pgm", "-110 -050 -025 -005 +000 +005 +025 +110"),),
    ),
    Scheme(
        "Siril, temperature behind a letter",
        "siril.readthedocs.io: DARK_120s_G120_O30_T-10C_bin1.fit",
        (each("DARK_120s_G120_O30_T{}C_bin1.fit", [-20, -10, -5, 0, 5]),),
    ),
    # Wells of a plate as the axis, since there are more of them than fields; or the fields of each well.
    Scheme(
        "Cellomics, wells and fields",
        "CellProfiler/examples: AS_09047_050428030001_O01f00d2.TIF",
        tuple(each(f"AS_09047_050428030001_O{{:02}}f{field:02}d2.TIF", range(1, 7)) for field in range(3)),
    ),
    # Patients with visits: apart by patient; those who came once are loose.
    Scheme(
        "chest X-rays, patient and visit",
        "NIH ChestX-ray14: 00000001_000.png",
        (each("00000001_{:03}.png", range(3)), each("00000003_{:03}.png", range(4)), ["00000002_000.png"]),
    ),
    # Hexadecimal, or a number with a letter behind it.
    Scheme(
        "hexadecimal counter",
        "dumps of textures and frames: img_000a.png",
        (each("img_{:04x}.png", range(7, 18)),),
    ),
    Scheme("Roman numerals", "plates of books: plate_IV.png", (each("plate_{}.png", "I II III IV V VI VIII IX X XI"),)),
    # Versions of three numbers: in the order of releases.
    Scheme(
        "a picture for each release",
        "screenshots of releases: app-1.10.0.png",
        (each("app-{}.png", "1.9.0 1.9.1 1.10.0 1.10.1 2.0.0"),),
    ),
)
"""Names whose order is a matter of opinion, or that no rule can be sure of; no test asks for them."""
