"""usage: natives.py LIB NATIVE ARCH

Takes the native libraries of other platforms out of the jars in LIB, and unpacks those of ONNX Runtime and JNA into
NATIVE: they can be loaded from there, so nothing must be unpacked at each start. Equal input gives equal bytes.
"""

import re
import sys
import zipfile
from pathlib import Path

# directory of the platform inside each jar that carries many platforms, by the name Ringsight has for the machine
PLATFORMS = {
    "x86_64": {"onnxruntime": "linux-x64", "jna": "linux-x86-64", "zstd": "linux/amd64", "lz4": "linux/amd64", "snappy": "Linux/x86_64", "jline": "Linux/x86_64"},
    "arm64": {"onnxruntime": "linux-aarch64", "jna": "linux-aarch64", "zstd": "linux/aarch64", "lz4": "linux/aarch64", "snappy": "Linux/aarch64", "jline": "Linux/arm64"},
}
# jar name -> (platform key, pattern of its native entries with the platform as group 1, whether to unpack)
JARS = {
    r"onnxruntime-\d.*\.jar": ("onnxruntime", r"ai/onnxruntime/native/([^/]+)/.+", True),
    r"jna-\d.*\.jar": ("jna", r"com/sun/jna/([^/]+)/[^/]*jnidispatch[^/]*", True),
    r"zstd-jni-\d.*\.jar": ("zstd", r"((?:linux|darwin|win|freebsd|aix)/[^/]+)/.+", False),
    r"lz4-java-\d.*\.jar": ("lz4", r"net/jpountz/util/([a-z0-9]+/[^/]+)/.+", False),
    r"snappy-java-\d.*\.jar": ("snappy", r"org/xerial/snappy/native/([^/]+/[^/]+)/.+", False),
    r"jline-native-\d.*\.jar": ("jline", r"org/jline/nativ/([^/]+/[^/]+)/.+", False),
}
EPOCH = (1980, 1, 1, 0, 0, 0)


def slim(jar: Path, native: Path, platform: str, pattern: str, unpack: bool) -> None:
    kept = 0
    part = jar.with_suffix(".part")
    with zipfile.ZipFile(jar) as before, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as after:
        for entry in sorted(name for name in before.namelist() if not name.endswith("/")):
            match = re.fullmatch(pattern, entry)
            data = before.read(entry)
            if match and match.group(1) == platform:
                kept += 1
            if match and match.group(1) == platform and unpack:
                native.mkdir(parents=True, exist_ok=True)
                (native / Path(entry).name).write_bytes(data)
            elif not match or match.group(1) == platform:
                info = zipfile.ZipInfo(entry, EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                after.writestr(info, data)
    if kept == 0:
        sys.exit(f"natives.py: {jar.name}: expected native libraries of '{platform}', found none: has its layout changed?")
    part.replace(jar)


def main() -> None:
    lib, native, arch = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    for jar in sorted(lib.glob("*.jar")):
        for name, (key, pattern, unpack) in JARS.items():
            if re.fullmatch(name, jar.name):
                slim(jar, native, PLATFORMS[arch][key], pattern, unpack)


main()
