#!/usr/bin/env bash
# Licensed under the Apache License, Version 2.0: see the file LICENSE.
#
# Has other programs read what is written here, and write what is read here:
#   run.sh                   all of them, by the test TestPeers, with its output
#   run.sh PROGRAM FOLDER    next-plaid, vector-files, numpy or fast-plaid: reads FOLDER/ours, where
#                            that test has written, and writes FOLDER/theirs
# Programs are kept in the folder PLAID_PEERS (~/.cache/lucene-plaid-peers). PYTHON names the Python
# to take (3.10 to 3.13). Ends with 77 if a program cannot be set up on this machine.
set -euo pipefail

fast_plaid_version=1.7.0.2110 # the last number is the torch it is for
torch_version=2.11.0
numpy_version=2.2.6 # the last one for Python 3.10

here=$(cd "$(dirname "$0")" && pwd)
cache=${PLAID_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/lucene-plaid-peers}

if [ $# -eq 0 ]; then
  cd "$here/../.."
  exec mvn -q -Pquick,nightly test -pl tests -am -Dtest=TestPeers
fi

skip() {
  printf '%s\n' "$1" >&2
  exit 77
}

# build_rust NAME: the program in the folder of this name.
build_rust() {
  command -v cargo >/dev/null || skip "cargo is missing: https://rustup.rs"
  command -v cc >/dev/null || skip "a C compiler is missing (Debian: gcc)"
  cd "$here/$1"
  cargo fetch --quiet --locked || skip "crates cannot be fetched"
  cargo build --quiet --release --locked --offline --target-dir "$cache/$1"
}

# make_environment NAME VERSIONS: an environment for Python, which pip_install fills.
make_environment() {
  python=$("${PYTHON:-python3}" -c 'import sys; print(sys.executable)') ||
    skip "${PYTHON:-python3} is missing (Debian: python3, python3-venv)"
  environment=$cache/$1
  local stamp="$2 $("$python" --version)"
  if [ "$(cat "$environment/ready" 2>/dev/null)" != "$stamp" ]; then
    rm -rf "$environment"
    "$python" -m venv "$environment" || skip "no environment can be made (Debian: python3-venv)"
    "install_$1"
    echo "$stamp" >"$environment/ready"
  fi
}

pip_install() {
  "$environment/bin/python" -m pip install --quiet --only-binary=:all: "$@"
}

install_numpy() {
  pip_install "numpy==$numpy_version" || skip "NumPy cannot be installed"
}

install_fast_plaid() {
  # PyPI's torch brings 4 GB of libraries for GPUs.
  pip_install --retries 0 --timeout 20 --index-url https://download.pytorch.org/whl/cpu \
    "torch==$torch_version" 2>/dev/null ||
    echo "no torch for CPUs only: taking PyPI's, which is large" >&2
  pip_install "numpy==$numpy_version" "fast-plaid==$fast_plaid_version" ||
    skip "fast-plaid cannot be installed"
}

mkdir -p "$cache" "$2/theirs"
folder=$(cd "$2" && pwd)
case $1 in
  next-plaid)
    build_rust next-plaid
    # Scores of decoded tokens, not of tokens and queries rounded to bytes
    NEXT_PLAID_FLOAT_RESCORE=1 "$cache/next-plaid/release/check-export" "$folder"
    ;;
  vector-files)
    build_rust vector-files
    "$cache/vector-files/release/check-files" "$folder"
    ;;
  numpy)
    make_environment numpy "$numpy_version"
    "$environment/bin/python" -B "$here/check_arrays.py" "$folder"
    ;;
  fast-plaid)
    make_environment fast_plaid "$fast_plaid_version $numpy_version"
    "$environment/bin/python" -B "$here/check_fast_plaid.py" "$folder"
    ;;
  *)
    echo "$1: unknown" >&2
    exit 2
    ;;
esac
