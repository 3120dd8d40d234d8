#!/bin/sh
# Licensed under the Apache License, Version 2.0: see the file LICENSE.
#
# Runs the benchmark from a clone: builds what is not built yet, passes all arguments on.
# PLAID_JAVA_HOME names the JDK to take, BENCHMARK_JAVA_OPTS holds options for the driver.

run_version=22 # the Vector API kernels use java.lang.foreign, a preview in 21

fail() {
  printf 'benchmark: %s\n' "$1" >&2
  exit 1
}

home=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
. "$home/tools/jdk.sh"
find_jdk "$run_version" compiler

stamp=$home/benchmark/target/benchmark.built
sources="pom.xml lucene-fsvi-files/pom.xml lucene-fsvi-files/src/main lucene-fsvi-format/pom.xml
  lucene-fsvi-format/src/main lucene-plaid-codec/pom.xml lucene-plaid-codec/src/main benchmark/pom.xml
  benchmark/src/main"
# shellcheck disable=SC2086
if [ ! -e "$stamp" ] || [ -n "$(cd "$home" && find $sources -newer "$stamp" | head -n 1)" ]; then
  command -v mvn >/dev/null 2>&1 || fail "building needs Maven (mvn), which is not on the PATH"
  echo "Building the benchmark with $jdk" >&2
  mkdir -p "$home/benchmark/target" && rm -f "$stamp" || exit 1
  log=$home/benchmark/target/build.log
  (cd "$home" && JAVA_HOME=$jdk mvn -B -Pquick -Dmaven.test.skip=true -pl benchmark -am package) \
    </dev/null >"$log" 2>&1 || fail "the build failed; all it said is in $log"
  touch "$stamp"
fi

jar=
for file in "$home"/benchmark/target/lucene-plaid-benchmark-*.jar; do
  case $file in
    *-sources.jar | *-javadoc.jar | *-tests.jar) ;;
    *) jar=$file ;;
  esac
done

# Plots need no screen. The driver itself computes exact hits, and runs the scenarios.
# shellcheck disable=SC2086
exec "$jdk/bin/java" -Xms1g -Xmx6g -XX:+UseSerialGC --add-modules jdk.incubator.vector \
  --enable-native-access=ALL-UNNAMED -Djava.awt.headless=true $BENCHMARK_JAVA_OPTS \
  "-Dplaid.home=$home" -jar "$jar" "$@"
