"""The formats of pictures: one row says all that the program knows about one.

To add a format, add its row to :data:`FORMATS`; if a library reads it that :data:`DECODERS` lacks, add a line there and
a module with its decoder to ``viewer/core/decode``. tests/contracts/test_formats.py fails as long as one is missing.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec

from viewer.core.patterns import late_pattern
from viewer.core.records import NamedTuple

HEAD = 264
"""Bytes at the start of a file that are enough to recognise its format."""
FIRST_PIECE = 64 * 1024
"""Bytes at the start of a file that are enough to say whether it is worth reading on."""


class Reader(NamedTuple):
    """Who reads pictures: a library, or this program.

    Attributes:
        decoder: the class that decodes by it, as ``module:class``; empty where only the window has it.
        extra: the extra of this program that installs the library; empty if it is always there.
    """

    decoder: str
    extra: str = ""


_HERE = "viewer.core.decode."
OWN = "own "
"""How the names of readers begin that are part of this program."""

DECODERS = {
    "Qt": Reader(""),
    "simplejpeg": Reader(_HERE + "jpeg:JpegDecoder"),
    "tifffile": Reader(_HERE + "tiff:TiffDecoder"),
    "Pillow": Reader(_HERE + "pillow:PillowDecoder"),
    "OpenEXR": Reader(_HERE + "exr:ExrDecoder"),
    "own PNG": Reader(_HERE + "png:PngDecoder"),
    "own PNM": Reader(_HERE + "pnm:PnmDecoder"),
    "own HDR": Reader(_HERE + "hdr:HdrDecoder"),
    "own DPX": Reader(_HERE + "dpx:DpxDecoder"),
    "own TGA": Reader(_HERE + "tga:TgaDecoder"),
    "own BMP": Reader(_HERE + "bmp:BmpDecoder"),
    "own SGI": Reader(_HERE + "sgi:SgiDecoder"),
    "own PSD": Reader(_HERE + "psd:PsdDecoder"),
    "own icons": Reader(_HERE + "icons:IconDecoder"),
    "own DDS": Reader(_HERE + "dds:DdsDecoder"),
    "own FITS": Reader(_HERE + "fits:FitsDecoder"),
    "own NPY": Reader(_HERE + "npy:NpyDecoder"),
    "own MRC": Reader(_HERE + "mrc:MrcDecoder"),
    "own EDF": Reader(_HERE + "edf:EdfDecoder"),
    "imagecodecs": Reader(_HERE + "codecs:CodecsDecoder", "codecs"),
    "pillow-heif": Reader(_HERE + "heic:HeicDecoder", "heic"),
    "rawpy": Reader(_HERE + "raw:RawDecoder", "raw"),
    "astropy": Reader(_HERE + "packed_fits:PackedFitsDecoder", "fits"),
    "pydicom": Reader(_HERE + "dicom:DicomDecoder", "dicom"),
    "own CBF": Reader(_HERE + "cbf:CbfDecoder"),
}
"""The readers by the names that people know them by."""

LARGEST_FILE = 4 * 1024**3
"""Bytes of the largest file that is read: nothing larger can be one picture."""


class Format(NamedTuple):
    """A format of pictures.

    Attributes:
        name: as people say it.
        suffixes: of its files, in lower case with their dot.
        signatures: how its files begin, as regular expressions for bytes; empty where that says nothing.
        decoders: the readers that are tried, in this order.
        pillow: Pillow's readers for it, by their names there; no other reader of Pillow is ever asked.
        holds_gil: the readers during whose work no other thread runs, so that they work in a process of their own.
    """

    name: str
    suffixes: tuple[str, ...]
    signatures: tuple[bytes, ...]
    decoders: tuple[str, ...]
    pillow: tuple[str, ...] = ()
    holds_gil: tuple[str, ...] = ()


def _row(name: str, suffixes: str, decoders: str, *signatures: bytes, pillow: str = "", holds_gil: str = "") -> Format:
    readers = tuple(each.strip() for each in decoders.split(","))
    holders = tuple(filter(None, holds_gil.split(",")))
    return Format(name, tuple(suffixes.split()), signatures, readers, tuple(pillow.split()), holders)


def _by_pillow(name: str, suffixes: str, pillow: str, *signatures: bytes, holds_gil: str = "") -> Format:
    return _row(name, suffixes, "Pillow", *signatures, pillow=pillow, holds_gil=holds_gil)


_TIFF_SUFFIXES = (
    ".tif .tiff .btf .tf2 .tf8 .gtiff .lsm .stk .flex .mccd .svs .ndpi .scn .qptiff"
    " .bif .bigtif .bigtiff .cog .eer .gel .geotiff .gtif .marccd .ptif .ptiff .tff .xif .zif"
)
_RAW_SUFFIXES = (
    ".dng .cr2 .nef .arw .raf .rw2 .orf .pef .srw .cr3 .3fr .arq .dcr .erf .fff .gpr .kdc .mef .mos .nrw .rwl .sr2"
)
_RAW_SIGNATURES = rb"II\*\0....CR\x02\0", rb"FUJIFILMCCD-RAW", rb"II(?:RO|RS|U\0)", rb"MMOR", rb"....ftypcrx "
_JP2_SUFFIXES = ".jp2 .j2k .j2c .jpc .jpf .jpx .jph .jhc"
_JP2_SIGNATURES = (rb"\xff\x4f\xff\x51", rb"\0\0\0\x0cjP  \r\n\x87\n")
_JPEG_LS_SIGNATURES = rb"\xff\xd8\xff[\xf7\xf8]", rb"\xff\xd8\xff\xe8..SPIFF\0.{14}\x06"
_AVIF_SIGNATURE = rb"....ftyp(?:avi[fs]|(?:mif1|msf1|miaf)(?:....)*?avi[fs])"
_HEIC_SIGNATURE = rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1|miaf)"
"""The three brands of all HEIF files may come first; then others tell them apart."""
_EDF_SIGNATURE = rb"\s*\{\s*[A-Za-z_][^={}\"'\\;]*(?:=|\Z)"
"""A name and its value in braces; other texts in braces, such as RTF and JSON, go on otherwise."""
_ICON_SIGNATURES = rb"\0\0[\1\2]\0", rb"icns"
_BMP_SIGNATURES = rb"BM", rb"[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"
_TGA_SIGNATURE = rb"(?!\0\0[\2]\0[^\0]\0).(?:\0[\2\3\n\x0b]|[\1][\1-\3\t-\x0b]).{13}[\1\x08\x0f\x10\x18\x20]"
"""TGA has no signature: kind of palette, kind of picture and bits of a pixel are numbers that few other files have.

Icons and cursors begin alike; of those the number of pictures stands where a TGA without a palette has zeros."""

FORMATS = (
    _row("JPEG-LS", ".jls", "imagecodecs", *_JPEG_LS_SIGNATURES),
    _row("JPEG", ".jpg .jpeg .jpe .jfif", "simplejpeg, imagecodecs, Pillow", rb"\xff\xd8\xff", pillow="JPEG"),
    _row("PNG", ".png .apng", "Qt, own PNG, Pillow", rb"\x89PNG\r\n\x1a\n", pillow="PNG"),
    _row("WebP", ".webp", "Qt, Pillow", rb"RIFF....WEBP", pillow="WEBP"),
    _row("camera raw", _RAW_SUFFIXES, "rawpy", *_RAW_SIGNATURES),
    _row("TIFF", _TIFF_SUFFIXES, "tifffile, rawpy, Pillow", rb"II[*+]\0", rb"MM\0[*+]", pillow="TIFF"),
    _row("OpenEXR", ".exr .sxr .mxr", "OpenEXR", rb"\x76\x2f\x31\x01"),
    _row("DPX", ".dpx", "own DPX", rb"SDPX|XPDS"),
    _row("Cineon", ".cin", "own DPX", rb"\x80\x2a\x5f\xd7|\xd7\x5f\x2a\x80"),
    _row("Radiance HDR", ".hdr .rgbe .pic", "own HDR", rb"#\?(?:RADIANCE|RGBE)"),
    _row("PNM", ".ppm .pgm .pbm .pnm .pam .pfm .phm", "own PNM", rb"P(?:[1-7]|[FfHh]4?)[\s#]"),
    _row("FITS", ".fit .fits .fts", "own FITS, astropy", rb"SIMPLE"),
    _row("NPY", ".npy", "own NPY", rb"\x93NUMPY"),
    _row("MRC", ".mrc .mrcs", "own MRC", rb".{208}MAP[ \0]"),
    _row("EDF", ".edf", "own EDF", _EDF_SIGNATURE),
    _row("CBF", ".cbf", "own CBF", rb"###CBF"),
    _row("DICOM", ".dcm .dicom", "pydicom", rb".{128}DICM"),
    _row("GIF", ".gif", "Pillow", rb"GIF8[79]a", pillow="GIF"),
    _row("AVIF", ".avif .avifs", "imagecodecs, Pillow", _AVIF_SIGNATURE, pillow="AVIF"),
    _row("HEIC", ".heic .heif .hif", "pillow-heif", _HEIC_SIGNATURE),
    _row("JPEG XL", ".jxl", "imagecodecs", rb"\xff\x0a", rb"\0\0\0\x0cJXL \r\n\x87\n"),
    _row("JPEG 2000", _JP2_SUFFIXES, "imagecodecs, Pillow", *_JP2_SIGNATURES, pillow="JPEG2000", holds_gil="Pillow"),
    _row("BMP", ".bmp .dib", "own BMP, Pillow", *_BMP_SIGNATURES, pillow="BMP DIB"),
    _row("TGA", ".tga .icb .vda .vst", "own TGA, Pillow", _TGA_SIGNATURE, pillow="TGA"),
    _row("SGI", ".sgi .rgb .rgba .bw", "own SGI, Pillow", rb"\x01\xda", pillow="SGI", holds_gil="Pillow"),
    _row("Photoshop", ".psd", "own PSD, Pillow", rb"8BPS", pillow="PSD"),
    _row("QOI", ".qoi", "imagecodecs, Pillow", rb"qoif", pillow="QOI", holds_gil="Pillow"),
    _by_pillow("PCX", ".pcx .dcx", "PCX DCX", rb"\n[\0\2\3\5]", rb"\xb1\x68\xde\x3a"),
    _by_pillow("Sun raster", ".ras", "SUN", rb"\x59\xa6\x6a\x95"),
    _by_pillow("X bitmap, X pixmap", ".xbm .xpm", "XPM XBM", rb"\n?#define", rb"/\*"),
    _row("icons", ".ico .cur .icns", "own icons, Pillow", *_ICON_SIGNATURES, pillow="ICO CUR ICNS", holds_gil="Pillow"),
    _row("DirectDraw surface", ".dds", "own DDS, Pillow", rb"DDS ", pillow="DDS"),
    _by_pillow("game textures", ".blp .ftc .ftu", "BLP FTEX", rb"BLP[12]", rb"FTEX", holds_gil="Pillow"),
    _by_pillow("Microsoft Paint", ".msp", "MSP", rb"DanM", rb"LinS"),
    _by_pillow("GIMP brush", ".gbr", "GBR", rb"(?!GRIB|BUFR)....\0\0\0[\1\2]"),
    _by_pillow("PIXAR raster", ".pxr", "PIXAR", rb"\200\350\0\0"),
    _by_pillow("IFUNC image", ".im", "IM"),
)
"""The formats. Suffixes say which files are taken for pictures; files are decoded by how they begin."""

_DRAWN = (
    ".afdesign .afphoto .ai .aseprite .cdr .cgm .clip .cpt .emf .eps .kra .mdp .ora .pdn .procreate .psb .psp .pspimage"
    " .sai .sai2 .sketch .svg .svgz .wmf .xcf"
)
_BY_INSTRUMENTS = (
    ".bay .crw .iiq .mrw .raw .srf .x3f .czi .dcimg .dm3 .dm4 .img .ims .lif .mrxs .nd2 .oib .oif .oir .ser .sif .spe"
    " .tvips .vsi .zvi .mha .mhd .nhdr .nii .nrrd .vic .vicar"
)
_STORED = (
    ".astc .avci .bpg .cals .djvu .ecw .flif .fpx .hdp .iff .ilbm .jbg .jbig2 .jng .jxr .ktx .ktx2 .lbm .mng .pcd .pct"
    " .pgf .pict .pvr .rla .rpf .sid .vtf .wbmp .wdp"
)
_MOVING = (
    ".3g2 .3gp .asf .avi .braw .cine .divx .f4v .flv .m2ts .m2v .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .qt .r3d"
    " .seq .vob .webm .wmv .y4m .yuv"
)
NOT_READ = frozenset(f"{_DRAWN} {_BY_INSTRUMENTS} {_STORED} {_MOVING}".split())
"""Suffixes of pictures, still or moving, that no reader knows. Texts, documents and archives are none."""

UNRECOGNISED = Format("", (), (), ("Pillow",))
"""The row of files whose beginning no signature fits: Pillow has the word on them."""

STRANGERS = (
    ("a PostScript document", rb"%!PS|\x04%!PS|\xc5\xd0\xd3\xc6"),
    ("a PDF document", rb"%PDF-"),
    ("a Windows metafile", rb"\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF"),
    (
        "SVG is a drawing, not a picture of pixels; Lookahead does not show it.",
        rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!DOCTYPE svg|<svg)",
    ),
    ("a web page", rb"\s*<(?:!DOCTYPE )?html"),
    ("a document in XML", rb"(?:\xef\xbb\xbf)?<\?xml"),
    ("a document in RTF", rb"\{\\rtf"),
    ("an archive", rb".{257}ustar|PK\x03\x04|\x1f\x8b|\xfd7zXZ\0|BZh[1-9]|7z\xbc\xaf\x27\x1c|Rar!|\x28\xb5\x2f\xfd"),
    ("a video", rb"\0\0\x01[\xb3\xba]|\x1a\x45\xdf\xa3|RIFF....AVI |....ftyp(?:isom|iso2|mp4|M4V|qt  )"),
    ("a sound", rb"RIFF....WAVE|ID3|OggS|fLaC"),
    ("a program", rb"\x7fELF|MZ|#!"),
    ("a file of numbers in HDF5", rb"\x89HDF\r\n\x1a\n"),
    ("a weather map in GRIB or BUFR", rb"GRIB|BUFR"),
)
"""Files that are no pictures: what they are, for people, or a sentence about it; and how they begin, as for formats."""

SUFFIXES = {each.name: frozenset(each.suffixes) for each in FORMATS}
"""The suffixes of each format by its name."""
PICTURE_SUFFIXES = frozenset[str]().union(*SUFFIXES.values())
"""The suffixes of files that are taken for pictures, in lower case with their dot."""
PILLOW_READERS = frozenset(name for each in FORMATS for name in each.pillow)
"""Pillow's names of the readers that may be used: none of them starts a program or opens another file."""

_ROWS = {suffix: each for each in FORMATS for suffix in each.suffixes}
_SURE = {
    "JPEG XL": rb"\0\0\0\x0cJXL ",
    "PNM": rb"P[1-7FfHh]4?\s+(?:#|[0-9]|WIDTH)",
    "SGI": rb"\x01\xda[\0\1][\1\2]\0[\1-\3]",
    "BMP": rb"BM.{4}\0{4}",
    **dict.fromkeys(("TGA", "icons", "PCX", "X bitmap, X pixmap", "EDF", "GIMP brush"), rb"(?!)"),
}
"""How files begin that are surely of a format, where its signatures are so short that others begin so by chance."""
_SIGNATURES = [(each, late_pattern(b"|".join(each.signatures), re.DOTALL)) for each in FORMATS if each.signatures]
_STRANGERS = [(what, late_pattern(signature, re.DOTALL | re.IGNORECASE)) for what, signature in STRANGERS]
_UNSIGNED = frozenset[str]().union(*(each.suffixes for each in FORMATS if not each.signatures))


def recognise(head: bytes) -> Format:
    """Returns the format of a file by its first bytes, :data:`HEAD` of them or all; else :data:`UNRECOGNISED`."""
    return next((row for row, signature in _SIGNATURES if signature.match(head)), UNRECOGNISED)


def may_be_picture(head: bytes, suffix: str) -> bool:
    """Returns whether a file that begins with ``head`` may be a picture: by its signature, else by its ``suffix``."""
    is_known = recognise(head) is not UNRECOGNISED
    return is_known or (suffix.lower() in _UNSIGNED and not stranger(head) and any(head))


def is_surely_picture(head: bytes, suffix: str) -> bool:
    """Returns the same of a file whose name does not end as a picture's; ``suffix`` is what may be meant for one."""
    row = recognise(head)
    if row is UNRECOGNISED or suffix.lower() in row.suffixes:
        return row is not UNRECOGNISED
    return row.name not in _SURE or re.match(_SURE[row.name], head, re.DOTALL) is not None


def wanting(suffix: str) -> str | None:
    """Returns what is wanting to read files of a suffix, in lower case with its dot: an extra, or "" for a reader.

    None if they are read, or are no pictures.
    """
    row = _ROWS.get(suffix)
    if row is None:
        return "" if suffix in NOT_READ else None
    extras = [DECODERS[name].extra for name in row.decoders if not _is_here(name)]
    return extras[0] if len(extras) == len(row.decoders) else None


def _is_here(reader: str) -> bool:
    """Returns whether a reader is part of this program, or the library that an extra brings is installed."""
    return not DECODERS[reader].extra or find_spec(reader.replace("-", "_")) is not None


@cache
def _plain_signatures() -> list[bytes]:
    """Returns the signatures that are nothing but bytes."""
    return [
        each.decode("unicode_escape").encode("latin-1")
        for row in FORMATS
        for each in row.signatures
        if not re.search(rb"[.*?+|(\[{]", each)
    ]


def is_begun(head: bytes) -> bool:
    """Returns whether a whole file, of two bytes or more, is where the signature of a format begins, and no more."""
    return len(head) > 1 and any(each.startswith(head) for each in _plain_signatures())


def stranger(head: bytes) -> str:
    """Returns what a file that is no picture is, such as "a PDF document"; "" if its first bytes do not say."""
    return next((what for what, signature in _STRANGERS if signature.match(head[:HEAD])), "")
