#!/usr/bin/env bash
# Licensed under the Apache License, Version 2.0: see the file LICENSE.
#
# Has next-plaid open, search, update and delete from what we export: next-plaid.sh [FOLDER]
# Its program is built in FOLDER and kept there. Ends with an error if anything is not as it should be.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cases=$(mktemp -d)
trap 'rm -rf "$cases" "${made:-}"' EXIT
if [ $# -gt 0 ]; then
  mkdir -p "$1"
  target=$(cd "$1" && pwd)
else
  made=$(mktemp -d)
  target=$made
fi

cd "$here/../.."
mvn -q -Pquick test -pl lucene-plaid-codec -am -Dtest=TestPeerCases -Dplaid.peers="$cases"
cd "$here/next-plaid"
CARGO_TARGET_DIR=$target cargo build --release --locked
# Scores of decoded tokens, not of tokens and queries rounded to bytes
NEXT_PLAID_FLOAT_RESCORE=1 "$target/release/check-export" "$cases"
