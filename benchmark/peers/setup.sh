#!/usr/bin/env bash
# Licensed under the Apache License, Version 2.0: see the file LICENSE.
#
# Makes the servers of the other engines: setup.sh CACHE [ENGINE ...]
# They are CACHE/bin/ENGINE-server then. May be run again; what is there is kept. An engine that
# cannot be set up is left out, with the reason. PYTHON names the Python to take (3.10 to 3.13).
set -uo pipefail

tachiom_version=0.4.0
fast_plaid_version=1.7.0.2110 # the last number is the torch it is for
torch_version=2.11.0
numpy_version=2.2.6 # the last one for Python 3.10
faiss_version=1.15.1
xtr_warp_version=2.1.0.2110 # the last number is the torch it is for, too
lancedb_version=0.40.0
qdrant_edge_version=0.9.0
colbandit_version=0.1.0
debian=https://deb.debian.org/debian

engines=(next-plaid tachiom fast-plaid xtr-warp lancedb qdrant-edge colbandit vectors)

if [ $# -eq 0 ]; then
  echo "usage: setup.sh CACHE [ENGINE ...]; there are: ${engines[*]}" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/bin" || exit
cache=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- "${engines[@]}"

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# start_script ENGINE COMMAND...: one thread for all that is known to start some.
start_script() {
  local script=$cache/bin/$1-server
  shift
  {
    echo '#!/bin/sh'
    echo 'export RAYON_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1'
    echo 'export LANCE_CPU_THREADS=1'
    printf 'exec'
    printf " '%s'" "$@"
    printf '\n'
  } >"$script.part"
  chmod +x "$script.part"
  mv "$script.part" "$script"
}

# The interpreter itself, where python3 is a shim.
find_python() {
  python=$("${PYTHON:-python3}" -c 'import sys; print(sys.executable)') ||
    fail "${PYTHON:-python3} is missing (Debian: python3, python3-venv)"
  "$python" -m pip --version >/dev/null 2>&1 ||
    fail "$python has no pip (Debian: python3-pip, python3-venv)"
}

setup_next_plaid() {
  command -v cargo >/dev/null || fail "cargo is missing: https://rustup.rs"
  command -v cc >/dev/null || fail "a C compiler is missing (Debian: gcc)"
  echo 'int main(void) { return 0; }' | cc -x c - -o /dev/null -lopenblas 2>/dev/null ||
    fail "OpenBLAS is missing (Debian: libopenblas-dev)"
  cd "$here/next-plaid"
  RUSTFLAGS="-C target-cpu=native" cargo build --release --locked \
    --target-dir "$cache/next-plaid"
  start_script next-plaid "$cache/next-plaid/release/next-plaid-server"
}

setup_tachiom() {
  find_python
  local folder=$cache/tachiom
  local stamp="$tachiom_version $("$python" --version)"
  if [ "$(cat "$folder/ready" 2>/dev/null)" != "$stamp" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    "$python" -m pip install --quiet --target "$folder/packages" 'numpy>=1.21'
    # By name, for pip compares with the glibc of the system.
    "$python" -m pip install --quiet --target "$folder/packages" --no-deps \
      --only-binary=:all: --platform manylinux_2_39_x86_64 "tachiom==$tachiom_version"
    echo "$stamp" >"$folder/ready"
  fi
  local run=("$python")
  if ! "$python" -c 'import os, sys
version = os.confstr("CS_GNU_LIBC_VERSION").split()[1]
sys.exit(tuple(map(int, version.split("."))) < (2, 39))'; then
    unpack_libc "$folder/libc"
    local libraries=$folder/libc/usr/lib/x86_64-linux-gnu
    run=("$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$python")
  fi
  start_script tachiom env "PYTHONPATH=$folder/packages" "${run[@]}" -B "$here/tachiom_server.py"
}

# The C library of Debian 13 in a folder; the system's is left as it is.
unpack_libc() {
  [ ! -e "$1/usr" ] || return 0
  command -v dpkg-deb >/dev/null || fail "glibc 2.39 or dpkg-deb is missing (Debian: dpkg)"
  mkdir -p "$1"
  "$python" - "$debian" "$1/libc6.deb" <<'END'
import hashlib, lzma, sys, urllib.request

server, file = sys.argv[1:]
index = urllib.request.urlopen(f"{server}/dists/trixie/main/binary-amd64/Packages.xz").read()
for paragraph in lzma.decompress(index).decode().split("\n\n"):
    if paragraph.startswith("Package: libc6\n"):
        lines = paragraph.splitlines()
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        package = urllib.request.urlopen(f"{server}/{fields['Filename']}").read()
        if hashlib.sha256(package).hexdigest() != fields["SHA256"]:
            sys.exit("libc6: wrong checksum")
        with open(file, "wb") as output:
            output.write(package)
        break
else:
    sys.exit("libc6 is not in the list of packages")
END
  dpkg-deb -x "$1/libc6.deb" "$1/part"
  mv "$1/part/usr" "$1/usr"
  rm -r "$1/part" "$1/libc6.deb"
}

# setup_venv ENGINE PACKAGE...: a virtual environment, and a script that starts the engine's server.
setup_venv() {
  local engine=$1 folder=$cache/$1
  shift
  find_python
  local stamp="$* $("$python" --version)"
  if [ "$(cat "$folder/ready" 2>/dev/null)" != "$stamp" ]; then
    rm -rf "$folder"
    "$python" -m venv "$folder"
    case $* in *torch*) torch_for_cpus "$folder" ;; esac
    "$folder/bin/python" -m pip install --quiet --prefer-binary "$@"
    echo "$stamp" >"$folder/ready"
  fi
  start_script "$engine" "$folder/bin/python" -B "$here/${engine//-/_}_server.py"
}

# PyPI's torch brings 4 GB of libraries for GPUs.
torch_for_cpus() {
  "$1/bin/python" -m pip install --quiet --retries 0 --timeout 20 \
    --index-url https://download.pytorch.org/whl/cpu "torch==$torch_version" ||
    echo "no torch for CPUs only: taking PyPI's, which is large" >&2
}

setup_fast_plaid() {
  setup_venv fast-plaid "torch==$torch_version" "fast-plaid==$fast_plaid_version"
}

setup_xtr_warp() {
  setup_venv xtr-warp "torch==$torch_version" "xtr-warp-rs==$xtr_warp_version"
}

setup_lancedb() {
  setup_venv lancedb "lancedb==$lancedb_version"
}

setup_qdrant_edge() {
  setup_venv qdrant-edge "qdrant-edge-py==$qdrant_edge_version" "numpy==$numpy_version"
}

setup_colbandit() {
  setup_venv colbandit "colbandit==$colbandit_version" "numpy==$numpy_version"
}

setup_vectors() {
  setup_venv vectors "numpy==$numpy_version" "faiss-cpu==$faiss_version"
}

status=0
for engine in "$@"; do
  case " ${engines[*]} " in
    *" $engine "*) ;;
    *)
      echo "$engine: unknown" >&2
      status=1
      continue
      ;;
  esac
  # Not as a condition: there, set -e is ignored.
  (
    set -e
    "setup_${engine//-/_}"
    # An answer shows that it starts.
    echo '{"cmd":"info"}' | "$cache/bin/$engine-server" | grep '"engine"'
  )
  if [ $? -ne 0 ]; then
    rm -f "$cache/bin/$engine-server"
    echo "$engine: not set up" >&2
    status=1
  fi
done
exit $status
