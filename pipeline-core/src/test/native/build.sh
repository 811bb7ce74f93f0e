#!/usr/bin/env bash
# usage: build.sh OUT KERNEL.cu
# Builds the CPU double of CUDA and TensorRT into OUT: shared libraries of the real ones' names, versions of symbols
# and classes' tables. Does nothing where OUT is up to date.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
OUT=$1 KERNEL=$2
mkdir -p "$OUT"
exec 9>"$OUT/.lock"
flock 9
STAMP=$( (cat "$HERE"/*.cpp "$HERE"/*.h "$HERE/build.sh" "$KERNEL"; g++ --version) | sha256sum)
[ -e "$OUT/.stamp" ] && [ "$(cat "$OUT/.stamp")" = "$STAMP" ] && exit 0
rm -f "$OUT/.stamp"
WORK=$OUT/work
mkdir -p "$WORK"
FLAGS=(-std=c++17 -O1 -g1 -fPIC -Wall -Wextra -Werror)

# Symbols of the real libraries carry the library's name as their version.
version() { echo "$1 { global: *; };" >"$WORK/$1.map"; }

stub() {  # an empty library that the JavaCPP libraries want to be there
    echo 'int unused;' >"$WORK/stub.c"
    version "$1"
    gcc -shared -fPIC "-Wl,-soname,$1" "-Wl,--version-script=$WORK/$1.map" -o "$OUT/$1" "$WORK/stub.c"
}

link() {  # NAME VERSIONED OBJECT...
    local name=$1 versioned=$2 map=()
    shift 2
    if [ "$versioned" = yes ]; then version "$name"; map=("-Wl,--version-script=$WORK/$name.map"); fi
    g++ -shared "-Wl,-soname,$name" "${map[@]}" '-Wl,-rpath,$ORIGIN' -o "$OUT/$name" "$@" -pthread -ldl
}

# The kernel: its source for the host, and the list of its functions.
sed 's/extern "C" *//' "$KERNEL" >"$WORK/kernels_source.inc"
grep -oE '__global__ +void +[A-Za-z_0-9]+' "$KERNEL" | sed -E 's/.* ([A-Za-z_0-9]+)$/KERNEL(\1)/' >"$WORK/kernels_table.inc"

compile() { g++ "${FLAGS[@]}" -c -o "$WORK/$1.o" "$HERE/$1.cpp" & }
for file in device cudart driver nvrtc onnx nvinfer nvonnxparser; do compile "$file"; done
# As fast as it can be: it makes the pixels. No contraction of a * b + c, whose rounding would differ.
g++ -std=c++17 -O3 -fPIC -Wall -Wextra -Werror -Wno-unused-function -ftls-model=initial-exec -ffp-contract=off \
    -fvisibility=hidden -I"$WORK" "-DKERNEL_SOURCE=\"$KERNEL\"" -c -o "$WORK/kernels.o" "$HERE/kernels.cpp" &
for job in $(jobs -p); do wait "$job"; done

# The builder's kernels: in folders of their own, so that the builder finds only what was loaded.
RESOURCE=libnvinfer_builder_resource.so.10.6.0
mkdir -p "$OUT/builder" "$OUT/builder-execstack"
stub "$RESOURCE"
mv "$OUT/$RESOURCE" "$OUT/builder/"
stub libnvinfer_builder_resource_sm90.so.10.7.0  # for tests that say the library is of that version
gcc -shared -fPIC -Wl,-z,execstack "-Wl,-soname,$RESOURCE" -o "$OUT/builder-execstack/$RESOURCE" "$WORK/stub.c"
cd "$WORK"
link libkernels.so no kernels.o
link libcudart.so.13 yes device.o cudart.o
link libcuda.so.1 yes driver.o "$OUT/libcudart.so.13"
link libnvrtc.so.13 yes nvrtc.o "$OUT/libcudart.so.13"
link libnvinfer.so.10 no nvinfer.o onnx.o "$OUT/libcudart.so.13"
link libnvonnxparser.so.10 no nvonnxparser.o "$OUT/libnvinfer.so.10" "$OUT/libcudart.so.13"
echo 'int initLibNvInferPlugins(void *a, const char *b) { (void) a; (void) b; return 1; }' >plugin.c
gcc -shared -fPIC -Wl,-soname,libnvinfer_plugin.so.10 -o "$OUT/libnvinfer_plugin.so.10" plugin.c
echo "$STAMP" >"$OUT/.stamp"
