"""Colours that grey is shown in: 256 of black to white by map, as numbers.

The colours are those of cmap 0.8 (https://github.com/pyapp-kit/cmap), which has them from Matplotlib's authors
(viridis, magma, inferno, plasma; coolwarm by K. Moreland), the Pacific Northwest National Laboratory (cividis), Google
(turbo by A. Mikhailov, copyright 2019 Google LLC, Apache License 2.0), ImageJ (fire), D. Green (cubehelix) and MATLAB
(jet, hot).
"""

# cmap: Copyright (c) 2022, Talley Lambert. All rights reserved.
# cividis: Copyright (c) 2017, Battelle Memorial Institute. fire: Copyright (c) 2009 - 2022, ImageJ2 developers. All
# rights reserved.
#
# Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
# following conditions are met:
#
# 1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following
#    disclaimer.
#
# 2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the
#    following disclaimer in the documentation and/or other materials provided with the distribution.
#
# 3. (cmap) Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote
#    products derived from this software without specific prior written permission.
#
# THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
# INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
# DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDERS OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
# SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
# SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
# WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
# OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

from __future__ import annotations

import base64
import functools
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

GREY = "grey"
"""The name of no map."""

_DATA = {
    "viridis": (
        "c-nnZixq$%2t0Rdgyw95cB2%K@3Rop9&~qby@Lh;bFuRe4RQZkCN6C13m4S6=(ig9KMX*t$OndJr4vR$zbs=wX9j&{#4K{<G$83CDmk%=Zc)"
        "JVO}+?cJD5nRFD9fBq)N(Spm#r82{NLaQ5=9&5KY2Ci<V}Yusu774e1Iud70>*9?0lO%Vo~+0l*}}1p"
    ),
    "magma": (
        "c-nnZ2@ZfT2xE!=|FJ>GSztPq5iFz7(PEN!5$#Xb8?Y_^vO{w7=r%vjG<0+!PadIRRAeQZfm-lI=y64V;8~Z+cUBRIX26t`-1=?{8mfKuP)$"
        "#IUOEK8^3lO?3gE-0d)=x%46oMp={RE3P+!@g81onybQC_^9Ht^@9+hFcfK9ZbWT?_LZPUX^J^0ek1p"
    ),
    "inferno": (
        "c-nnYixPk!2pf0({~vdB@en4Z;!;dt1EP2hD##HowF!;87h-Rp0~{T+v59~%TMjj{gf!jW(EnU7B{jDno%dkdVz+R)5EaUd%Uma0G&xJiEEi"
        "q=%z`D4d_U#@TcGJEO@f|WH-yu6Jy1IMIiu{i|GlDaEmpI^qw0o@Ez!@0NCWegdL=<Ly|@~u2aSBr2m"
    ),
    "plasma": (
        "c-nnYK@xx<2wZPn`fwlU$92ofa9Pkvfkhc%h4lbXQ7YQ1#mu8k90}rZLyZZQ+1>HgDvC!2fd-~LhKej;Xvvu=GJan#XVJm~hM05h)p|n^0~o"
        "2K<9}Ezjc61#X+w>Rz`pfrxmVCuv(e)S<8adW^UTw0KmNC63e#I{*T?7khkdVy8$Np7{wB8o"
    ),
    "cividis": (
        "c-oCpff0Zp2!z_Cfm*hK8iiDZ0L4P^LA}QV0H%UFApvnv+`53Z-V!W?FnR$Q;$^~-{Exnm-$1;M4eD0(xH(xdqc-yJKgbvi1b48+8C_plQ$A"
        "bASxxc0^p{FSt@rap>(*$=&7A1gO;o2z-gx4W-&d@6sBgNISo7J55H5aNWJACQ854~K"
    ),
    "turbo": (
        "c-nPR(G>$B2n#E8lKyx9&;E3iPT*-kP0m*DaeyEp`1~};YSF(T5d4s0_=hN+yUrLlvZ#UHU<5_l<4@hHw9=Mc7e|xGS?g|W)58C`SMI)yp^v"
        "ZTPB#RVLX%C3q)?YdQk~#H0EeKcoEAq99e^-@tZ0+#(~Si?pwoE03rr8l`qhHXyFyY=TL-A9XASFeaancwRQP1<iD(z_Atojr9=w^|_OE_tg"
        "45E)1vC`Q{Q"
    ),
    "jet": (
        "c-pm6K?=Yi42#8w@33EsW>XKfthnK@Vw*NpLJ-&$A_T&HTQb0(&gsHsB`L5T^kU)bavYn$4;v<!|2vtx;%0*u4^61(zkQr)1=XP5q-Du0s7^"
        "Jv9>AZ@XpvpN^aATkT>S"
    ),
    "hot": ("c-rIs&iJ2^0gPxs|7952fQgbIBu3Hy|06qqnHeGUe@0YsqWJ(lAx;G"),
    "fire": (
        "c-q~P!4AM62t$h=_WvI|yG&tJGjBT$iIOK8(+Wr!fnu~IT5AYrGGdcs^!pP;l|;J!6s7A$a~-hF7mdeG_QWES;uSE+_Hl=6-tL|-C_Y0k38-"
        "1E4euMn|Fn1Z+jL_AcUJh3&lR`o?=O$uoYd#(T3sCEe+2"
    ),
    "cubehelix": (
        "c-nPRffm3Z1Z4mJ&9j!nWu{(*${pk~6;qQnT}a=yrTelSrMm2!nuc{w&0XZ2#G~y%Y91x9ye_~%P*?yhCI(Qs^Tb337=3%!cuh`vM&CF3oDq"
        "!5;Xy4kS-k4TDG9#kjlc+lEgoM$(h&`iRW8rnSR`f;7S!sFiV(eDF2c<*9((3R`nPDy?8#8hp7}5xYD%4=_5iO|v;_"
    ),
    "coolwarm": (
        "c-nPQK@xx<2$Xkq>)d-gcj{S@Ny;vwfXvha%evjA9#Om?JT*^q{1|<NT_Yt&rA2dV2|Oawz=nnCamokt)>KjLIN{Ii16x#p67jM@fnl3U>$q"
        "XnBg}r1i0Lya)}KXQ?BB8a*Izpmo7yDX1icAMVn$&0ili?QiGnXuVg)ax<csw2FRj|*`T"
    ),
}
"""Of each map red, green and blue of 256 colours, one after the other, as differences of differences; packed."""

COLOUR_MAPS = (GREY, *_DATA)
"""The names of the maps, in the order of a menu."""


@functools.cache
def colours(name: str) -> npt.NDArray[np.uint8]:
    """Returns the colours of a map from black to white: (256, 3), red, green and blue; read-only.

    A name that is none of :data:`COLOUR_MAPS` (of the settings of another version) counts as grey.
    """
    import numpy as np  # noqa: PLC0415 - loaded by the first picture, not at start

    if name in _DATA:
        planes = np.frombuffer(zlib.decompress(base64.b85decode(_DATA[name])), np.uint8).reshape(3, 256)
        for _ in range(2):
            planes = np.cumsum(planes, axis=1, dtype=np.uint8)
    else:
        planes = np.tile(np.arange(256, dtype=np.uint8), (3, 1))
    table = np.ascontiguousarray(planes.T)
    table.flags.writeable = False
    return table
