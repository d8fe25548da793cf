"""Builds the compiled kernel; everything else stands in pyproject.toml.

Without a C compiler the package installs all the same and scores in pure Python: see `stance.model.kernel`.
"""

import runpy
import sys
import sysconfig
from glob import glob

from Cython.Build import cythonize
from setuptools import Extension, setup

# one wheel serves all Pythons from 3.11 on; free-threaded ones have no stable ABI yet
STABLE_ABI = sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
MSVC = sys.platform == "win32"
SOURCES = runpy.run_path("stance/model/kernel_sources.py")["hash_sources"]()

# no fast-math, no contraction to fused operations: the same numbers on every machine
extensions = cythonize(
    [
        Extension(
            "stance.model._kernel",
            ["stance/model/_kernel.pyx"],
            depends=[*glob("stance/model/_kernel*.px[di]"), *glob("stance/model/_kernel_*.h")],
            define_macros=[
                ("KERNEL_SOURCES", f"{SOURCES}ULL"),
                *([("Py_LIMITED_API", "0x030B0000")] if STABLE_ABI else []),
            ],
            extra_compile_args=["/O2", "/fp:precise"] if MSVC else ["-O3", "-ffp-contract=off", "-fno-trapping-math"],
            py_limited_api=STABLE_ABI,
        )
    ]
)
for extension in extensions:
    # not above: cythonize drops it
    extension.optional = True

setup(ext_modules=extensions, options={"bdist_wheel": {"py_limited_api": "cp311"}} if STABLE_ABI else {})
