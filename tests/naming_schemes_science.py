"""More of :mod:`naming_schemes`: microscopes, telescopes, satellites, beamlines, hospitals and simulations."""

from __future__ import annotations

from naming_schemes import LEAP, NEW_YEAR, Scheme, clock, each

MICROSCOPES = (
    Scheme(
        "Micro-Manager, more times than slices",
        "micro-manager.org: img_channel000_position000_time000000000_z000.tif",
        tuple(
            each(f"img_channel{channel:03}_position000_time{{:09}}_z{z:03}.tif", range(4))
            for channel in range(2)
            for z in range(2)
        ),
    ),
    Scheme(
        "Micro-Manager before 1.4.20, channels by name",
        "micro-manager.org: img_000000000_DAPI_000.tif",
        (
            *(each(f"img_{{:09}}_DAPI_{z:03}.tif", range(4)) for z in range(2)),
            *(each(f"img_{{:09}}_Cy5_{z:03}.tif", range(4)) for z in range(2)),
        ),
    ),
    Scheme(
        "MetaMorph, wavelength, stage position, time without zeros",
        "MetaMorph multi-dimensional acquisition: name_w1GFP_s1_t1.TIF",
        (
            *(each(f"exp_w1GFP_s{s}_t{{}}.TIF", range(8, 12)) for s in (1, 2)),
            *(each(f"exp_w2mCherry_s{s}_t{{}}.TIF", range(8, 12)) for s in (1, 2)),
        ),
    ),
    Scheme(
        "Leica LAS X, times",
        "LAS AF export: Embryo01_t00_z00_ch00.tif",
        tuple(each(f"Embryo01_t{{:02}}_z{z:02}_ch{c:02}.tif", range(5)) for z in range(2) for c in range(2)),
    ),
    Scheme(
        "Leica LAS X, slices",
        "LAS AF export: name_Series003_z00_ch00.tif",
        tuple(each(f"stage9_Series003_z{{:03}}_ch{c:02}.tif", range(98, 103)) for c in range(2)),
    ),
    Scheme(
        "Nikon NIS-Elements",
        "NIS-Elements export: 260430_t001xy01c1.tif",
        tuple(each(f"260430_t{{:03}}xy{p:02}c{c}.tif", range(9, 13)) for p in (1, 2) for c in (1, 2)),
    ),
    Scheme(
        "Olympus FluoView",
        "FV1000: s_C001Z001T001.tif",
        tuple(each(f"s_C{c:03}Z001T{{:03}}.tif", range(1, 7)) for c in (1, 2)),
    ),
    Scheme(
        "Olympus scan^R",
        "CellProfiler/examples: --W00001--P00001--Z00000--T00000--cherry.tif",
        tuple(
            each(f"--W00001--P{p:05}--Z00000--T{{:05}}--{channel}.tif", range(4))
            for p in (1, 2)
            for channel in ("cherry", "dapi")
        ),
    ),
    Scheme(
        "Incucyte, days, hours and minutes",
        "Incucyte export: VID1_A1_1_00d00h00m.tif; LIVECell: A172_Phase_A7_1_00d00h00m.tif",
        (
            each("VID1_A1_1_{}.tif", "00d00h00m 00d04h00m 00d20h00m 01d00h00m 02d04h30m 10d00h00m"),
            each("VID1_A2_1_{}.tif", "00d00h00m 00d20h00m 01d00h00m 01d04h30m"),
            each("VID1_B2_1_{}.tif", "00d00h00m 00d23h30m 01d00h00m 09d00h00m"),
        ),
    ),
    Scheme(
        "LIVECell, a part of the picture behind the time",
        "LIVECell: A172_Phase_A7_1_00d00h00m_1.tif",
        tuple(each(f"BV2_Phase_A4_2_{{}}_{n}.tif", "00d00h00m 00d20h00m 01d00h00m 02d04h00m") for n in (1, 2, 3)),
    ),
    Scheme(
        "Incucyte, dates with letters",
        "Incucyte export: VID1_A1_1_2023y01m14d_18h30m.tif",
        (
            each("VID1_A1_1_2023y{}.tif", "01m31d_18h30m 01m31d_22h30m 02m01d_02h30m 02m01d_18h30m"),
            each("VID1_A2_1_2023y{}.tif", "01m31d_18h30m 02m01d_02h30m 02m01d_18h30m"),
        ),
    ),
    Scheme(
        "Opera Phenix, fields",
        "Harmony export: r01c01f01p01-ch1sk1fk1fl1.tiff",
        tuple(each(f"r01c{col:02}f{{:02}}p01-ch{ch}sk1fk1fl1.tiff", range(1, 6)) for col in (1, 2) for ch in (1, 2)),
    ),
    Scheme(
        "Opera Phenix, times",
        "Harmony export: r01c01f01p01-ch1sk1fk1fl1.tiff, sk: time",
        tuple(each(f"r01c01f{f:02}p01-ch{ch}sk{{}}fk1fl1.tiff", range(8, 13)) for f in (1, 2) for ch in (1, 2)),
    ),
    Scheme(
        "ImageXpress, sites",
        "ezstitcher docs: A01_s1_w1.tif",
        tuple(each(f"{well}_s{{}}_w{w}.tif", range(1, 5)) for well in ("A01", "A02", "B01") for w in (1, 2)),
    ),
    Scheme(
        "Yokogawa, times; action and channel go together",
        "CV7000: AssayPlate_B04_T0001F001L01A02Z01C02.tif",
        tuple(each(f"Plate1_A01_T{{:04}}F{f:03}L01A0{c}Z01C0{c}.tif", range(1, 6)) for f in (1, 2) for c in (1, 2)),
    ),
    Scheme(
        "Yokogawa CQ1, fields",
        "W0001F0001T0001Z001C1.tif",
        tuple(each(f"W{w:04}F{{:04}}T0001Z001C{c}.tif", range(1, 5)) for w in (1, 2) for c in (1, 2)),
    ),
    Scheme(
        "BD Pathway",
        "BD Pathway: DAPI - n000000.tif, DsRed - Confocal - n000000.tif",
        (each("DAPI - n{:06}.tif", range(8, 12)), each("DsRed - Confocal - n{:06}.tif", range(8, 12))),
    ),
    Scheme(
        "Cell Tracking Challenge",
        "celltrackingchallenge.net: t000.tif, man_seg000.tif, mask000.tif",
        (
            each("t{:03}.tif", range(98, 103)),
            each("mask{:03}.tif", range(98, 103)),
            each("man_seg{:03}.tif", [98, 101]),
        ),
    ),
    Scheme(
        "Bruker Prairie View",
        "TSeries-01142023-1830-001_Cycle00001_Ch1_000001.ome.tif",
        tuple(each(f"TSeries-01142023-1830-001_Cycle00001_Ch{c}_{{:06}}.ome.tif", range(1, 6)) for c in (1, 2)),
    ),
    Scheme(
        "ThorImage",
        "ChanA_001_001_001_001.tif",
        tuple(each(f"Chan{c}_001_001_001_{{:03}}.tif", range(998, 1003)) for c in "AB"),
    ),
    Scheme(
        "light sheet, times and cameras",
        "Keller lab: SPM00_TM00000_CM00_CHN00.tif",
        tuple(each(f"SPM00_TM{{:05}}_CM0{cm}_CHN0{c}.tif", range(9, 13)) for cm in (0, 1) for c in (0, 1)),
    ),
    Scheme(
        "UltraMicroscope, clock of the start in front",
        "LaVision BioTec: 10-23-34_brain_UltraII_C00_xyz-Table Z0000.ome.tif",
        tuple(each(f"10-23-34_brain_UltraII_C0{c}_xyz-Table Z{{:04}}.ome.tif", range(5)) for c in (0, 1)),
    ),
    Scheme(
        "FIB-SEM, depth beside the counter",
        "Zeiss Atlas: slice_00000_z=0.1555um.tif",
        ([f"slice_{n:05}_z={n * 0.0085 + 0.95:.4f}um.tif" for n in range(8, 15)],),
    ),
    Scheme(
        "MAPS, rows and columns of tiles",
        "FEI MAPS: Tile_001-001-000000_0-000.tif",
        tuple(each(f"Tile_00{row}-{{:03}}-000000_0-000.tif", range(1, 6)) for row in (1, 2)),
    ),
    Scheme(
        "EPU, holes of the grid, then the time",
        "EPU: FoilHole_9907179_Data_9923659_9923661_20190711_122055.mrc",
        (
            each(
                "FoilHole_{}.mrc",
                "9907179_Data_9923659_9923661_20190711_122055 9907179_Data_9923664_9923666_20190711_122103 "
                "9907184_Data_9923659_9923661_20190711_122131 9907176_Data_9923659_9923661_20190711_235950 "
                "9907176_Data_9923664_9923666_20190712_000002",
            ),
        ),
    ),
    Scheme(
        "SerialEM, month by name",
        "SerialEM frame saving: Jan14_18.30.00.tif",
        (each("{}.tif", "Jan31_23.59.58 Feb01_00.03.12 Feb10_09.00.00 Mar02_10.00.00 Apr01_00.00.00 Dec24_18.30.00"),),
    ),
    Scheme(
        "tilt series, angles",
        "SerialEM and Tomo frames, sorted by angle: ts01_-60.0.mrc",
        (each("ts01_{}.mrc", "-60.0 -57.0 -3.0 0.0 3.0 9.0 12.0 60.0"),),
    ),
)

SKY = (
    Scheme(
        "ASIAIR, camera with ISO",
        "ZWO ASIAIR: Light_M31_300.0s_Bin1_ISO800_20230114-183000_0001.fit",
        (
            [
                f"Light_M31_300.0s_Bin1_ISO800_{time}_{n:04}.fit"
                for n, time in enumerate(clock("%Y%m%d-%H%M%S", "2023-01-14T23:50:00", 304, 5), 8)
            ],
        ),
    ),
    Scheme(
        "ASIAIR, temperature that wavers",
        "ZWO ASIAIR: Light_M31_300.0s_Bin1_gain100_20230114-183000_-20.0C_0001.fit",
        (
            [
                f"Light_M31_300.0s_Bin1_gain100_20230114-18300{n}_{degrees}C_{n:04}.fit"
                for n, degrees in enumerate(("-19.9", "-20.0", "-20.1", "-20.0", "-9.9"), 1)
            ],
        ),
    ),
    Scheme(
        "ASIAIR, filters",
        "calibrated_Light_M31_180.0s_Bin1_B_20231015-004727_0003.fit",
        tuple(
            [
                f"Light_M31_180.0s_Bin1_{colour}_{time}_{n:04}.fit"
                for n, time in enumerate(clock("%Y%m%d-%H%M%S", "2023-10-14T23:55:00", 185, 4), 1)
            ]
            for colour in "LRB"
        ),
    ),
    Scheme(
        "Seestar, no counter, blank in the name",
        "ZWO Seestar: Light_M 31_10.0s_IRCUT_20240101-235955.fit",
        (clock("Light_M 31_10.0s_IRCUT_%Y%m%d-%H%M%S.fit", "2024-01-01T23:59:45", 10.0, 5),),
    ),
    Scheme(
        "N.I.N.A.",
        "$$DATETIME$$_$$FILTER$$_$$SENSORTEMP$$_$$EXPOSURETIME$$s_$$FRAMENR$$",
        (
            each(
                "2023-01-{}.fits",
                "14_23-50-00_Ha_-10.00_300.00s_0000 14_23-55-02_Ha_-9.90_300.00s_0001 "
                "15_00-00-05_Ha_-10.10_300.00s_0002 15_00-05-07_Ha_-10.00_300.00s_0003",
            ),
            each(
                "2023-01-{}.fits",
                "15_00-10-00_OIII_-10.00_300.00s_0000 15_00-15-02_OIII_-10.00_300.00s_0001 "
                "15_00-20-05_OIII_-9.90_300.00s_0002",
            ),
        ),
    ),
    Scheme(
        "Siril, steps of the work",
        "siril.readthedocs.io: light_00001.fit, pp_light_00001.fit, r_pp_light_00001.fit",
        tuple(each(f"{step}light_{{:05}}.fit", range(8, 12)) for step in ("", "pp_", "r_pp_")),
    ),
    Scheme(
        "SDSS frames",
        "data.sdss.org: frame-r-003699-6-0100.fits",
        tuple(each(f"frame-{band}-003699-{column}-{{:04}}.fits", range(98, 102)) for band in "gr" for column in (5, 6)),
    ),
    Scheme(
        "JWST, exposures and detectors",
        "jw02733001001_02101_00001_nrcb1_rate.fits",
        tuple(
            each(f"jw02733001001_02101_{{:05}}_{detector}_rate.fits", range(1, 5))
            for detector in ("nrca1", "nrca2", "nrcb1")
        ),
    ),
    Scheme(
        "NSIDC, year and month",
        "noaadata.apps.nsidc.org: N_199604_extn_v3.0.png",
        (
            each("N_{}_extn_v3.0.png", "202209 202211 202212 202301 202302"),
            each("S_{}_extn_v3.0.png", "202212 202301 202302"),
        ),
    ),
    Scheme(
        "Sentinel-2, bands",
        "T32UQD_20260318T100741_B04_10m.jp2",
        tuple(
            each(f"T32UQD_{{}}_{band}.jp2", "20221227T103431 20230106T102411 20230111T103331 20230201T102201")
            for band in ("B02", "B04", "B8A")
        ),
    ),
    Scheme(
        "Landsat, day of the picture and of its processing",
        "USGS: LC08_L1TP_193024_20230114_20230131_02_T1_B4.TIF",
        tuple(
            each(
                f"LC08_L1TP_193024_{{}}_02_T1_{band}.TIF",
                "20221213_20230630 20221229_20230103 20230114_20230131 20230130_20230208",
            )
            for band in ("B4", "B5")
        ),
    ),
)

BEAMLINES = (
    Scheme(
        "Pilatus, run and frame",
        "pyFAI: calib_agbeh_andre_00001_00001.cbf",
        (each("agbeh_00001_{:05}.cbf", range(1, 7)), each("agbeh_00002_{:05}.cbf", range(1, 4))),
    ),
    Scheme(
        "temperatures, then frames",
        "sample_273K_11111eV_300mm_0_00001.cbf",
        tuple(each(f"sample_{kelvin}K_11111eV_300mm_0_{{:05}}.cbf", range(1, 5)) for kelvin in (90, 273, 300)),
    ),
    Scheme(
        "tomography, darks and flats in the folder",
        "proj_0000.tif, dark_0000.tif, flat_0000.tif",
        (each("proj_{:04}.tif", range(8, 14)), each("dark_{:04}.tif", range(3)), each("flat_{:04}.tif", range(4))),
    ),
    Scheme(
        "ESRF, references every so many frames",
        "tomwer tests: sample0000.edf, refHST0000.edf, ref0000_0000.edf, dark.edf",
        (
            each("bone{:04}.edf", [0, 1, 749, 750, 751, 1500]),
            each("refHST{:04}.edf", [0, 750, 1500]),
            each("ref{:04}_0000.edf", range(3)),
            each("ref{:04}_1500.edf", range(3)),
            ["dark.edf"],
        ),
    ),
    Scheme(
        "MAR, run and frame",
        "marccd: lyso_1_001.mccd",
        (each("lyso_1_{:03}.mccd", range(98, 103)), each("lyso_2_{:03}.mccd", range(98, 101))),
    ),
    Scheme(
        "Photron, camera, shot and frame without gaps between",
        "Photron FASTCAM Viewer: drop1_C001H001S0001000001.tif",
        tuple(each(f"drop1_C00{camera}H001S0001{{:06}}.tif", range(8, 13)) for camera in (1, 2)),
    ),
    Scheme(
        "OpenPIV, pairs",
        "OpenPIV/openpiv-python: exp1_001_a.bmp, exp1_001_b.bmp",
        tuple(each(f"exp1_{{:03}}_{half}.bmp", range(9, 13)) for half in "ab"),
    ),
    Scheme(
        "VIC-3D, camera behind the frame",
        "Correlated Solutions: plate-0000_0.tif, plate-0000_1.tif",
        tuple(each(f"plate-{{:04}}_{camera}.tif", range(9, 14)) for camera in (0, 1)),
    ),
)

MEDICINE = (
    Scheme(
        "OsiriX, series and picture",
        "OsiriX and Horos export: IM-0001-0001.dcm",
        (each("IM-0001-{:04}.dcm", range(98, 103)), each("IM-0002-{:04}.dcm", range(1, 4))),
    ),
    Scheme("TCIA", "TCIA: 1-001.dcm", (each("1-{:03}.dcm", [1, 2, 9, 10, 99, 100]),)),
    Scheme(
        "numbers of objects",
        "Siemens: MR.1.3.12.2.1107.5.2.32.35424.1.dcm",
        (each("MR.1.3.12.2.1107.5.2.32.35424.{}.dcm", [1, 2, 9, 10, 11, 100]),),
    ),
    Scheme(
        "TCGA slices and masks",
        "LGG segmentation on Kaggle: TCGA_CS_4941_19960909_1.tif, TCGA_CS_4941_19960909_1_mask.tif",
        (
            each("TCGA_CS_4941_19960909_{}.tif", range(8, 13)),
            each("TCGA_CS_4941_19960909_{}_mask.tif", range(8, 13)),
            each("TCGA_CS_4942_19970222_{}.tif", range(8, 11)),
            each("TCGA_CS_4942_19970222_{}_mask.tif", range(8, 11)),
        ),
    ),
    Scheme(
        "DRIVE, number in front",
        "DRIVE: 21_training.tif, 21_training_mask.gif",
        (each("{}_training.tif", range(21, 26)), each("{}_training_mask.gif", range(21, 26))),
    ),
)

SIMULATIONS = (
    Scheme(
        "OpenFOAM, times as it writes them",
        "OpenFOAM timePrecision and timeFormat general: 5e-06, 1e-05, 0.0001",
        (each("T_{}.png", "0 5e-06 1e-05 1.5e-05 9.5e-05 0.0001 0.00015 0.001 0.0105"),),
    ),
    Scheme(
        "parameters with exponents",
        "printf %g and %e of parameters: Ra_1e+03.png",
        (each("Ra_{}.png", "1e+03 5e+03 1e+04 2.5e+04 1e+05 1e+06"),),
    ),
    Scheme(
        "Matplotlib, time behind an equals sign",
        "savefig(f'rho_t={t}.png')",
        (each("rho_t={}.png", "0.0 0.05 0.1 0.95 1.0 1.05 9.5 10.0"),),
    ),
    Scheme(
        "angles of attack",
        "sweeps with XFOIL or SU2: alpha_-4.0.png",
        (each("alpha_{}.png", "-10.0 -4.0 -0.5 0.0 0.5 2.5 4.0 10.0"),),
    ),
    Scheme(
        "Python, counter behind a hyphen",
        "savefig(f'frame-{n}.png'), convert x.gif frame.png: frame-0.png",
        (each("frame-{}.png", range(12)),),
    ),
    Scheme(
        "LAMMPS",
        "dump 1 all image 500 image.*.jpg",
        (each("image.{}.jpg", [0, 500, 1000, 9500, 10000, 100000]),),
    ),
    Scheme(
        "ParaView Catalyst",
        "Catalyst scripts: RenderView1_%t.png",
        (each("RenderView1_{}.png", [0, 10, 90, 100, 1000]), each("RenderView2_{}.png", [0, 10, 100])),
    ),
    Scheme(
        "yt and AMReX, steps that outgrow their digits",
        "yt docs: plt00401_Slice_z_density.png",
        tuple(
            each(f"plt{{:05}}_{what}.png", [0, 100, 99900, 100000])
            for what in ("Slice_z_density", "Slice_x_density", "Slice_z_temperature")
        ),
    ),
    Scheme(
        "FLASH, digits in the name of the program",
        "yt docs: sloshing_nomag2_hdf5_plt_cnt_0100_Slice_z_kT.png",
        (each("sloshing_nomag2_hdf5_plt_cnt_{:04}_Slice_z_kT.png", range(98, 103)),),
    ),
    Scheme(
        "GFS, hours of a forecast",
        "NCEP: gfs.t12z.f003; plots gfs_2023011412_f003.png",
        tuple(each(f"gfs_{run}_f{{:03}}.png", [0, 3, 96, 99, 102]) for run in ("2023011412", "2023011500")),
    ),
    Scheme(
        "WRF, nested domains",
        "WRF: wrfout_d01_2005-08-28_00:00:00",
        (
            clock("wrfout_d01_%Y-%m-%d_%H:%M:%S.png", NEW_YEAR, 3600.0, 4),
            clock("wrfout_d02_%Y-%m-%d_%H:%M:%S.png", NEW_YEAR, 600.0, 6),
        ),
    ),
    Scheme("gnuplot, dates", "set output strftime('plot_%Y-%m-%d.png')", (clock("plot_%Y-%m-%d.png", LEAP, 86400.0),)),
)
