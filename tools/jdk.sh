# Licensed under the Apache License, Version 2.0: see the file LICENSE.
#
# Finds a JDK, for the scripts that read this file. They define the function fail, and run_version,
# the lowest version that they can do with.

# Prints the major version of the Java in a folder; nothing if there is none.
version_of() {
  [ -x "$1/bin/java" ] || return 0
  version=
  if [ -r "$1/release" ]; then
    # No process for this: the command should start at once.
    while IFS= read -r line; do
      case $line in JAVA_VERSION=\"*) version=${line#*\"} version=${version%%\"*} ;; esac
    done <"$1/release"
  fi
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
  fi
  version=${version#1.}
  version=${version%%[!0-9]*}
  printf '%s' "$version"
}

# Prints the places where JDKs are kept, one per line; those the user chose come first.
places() {
  [ -n "$JAVA_HOME" ] && printf '%s\n' "$JAVA_HOME"
  java=$(command -v java 2>/dev/null)
  if [ -n "$java" ]; then
    while [ -h "$java" ]; do
      target=$(readlink "$java")
      case $target in
        /*) java=$target ;;
        *) java=$(dirname "$java")/$target ;;
      esac
    done
    dirname "$(dirname "$java")"
  fi
  [ -x /usr/libexec/java_home ] && /usr/libexec/java_home -v "$run_version+" 2>/dev/null
  sed -n 's:.*<jdkHome>\(.*\)</jdkHome>.*:\1:p' "$HOME/.m2/toolchains.xml" 2>/dev/null
  for place in \
    "$HOME"/.sdkman/candidates/java/* \
    "$HOME"/.jdks/* \
    "$HOME"/.jenv/versions/* \
    "$HOME"/.asdf/installs/java/* \
    "$HOME"/.local/share/mise/installs/java/* \
    "$HOME"/.gradle/jdks/* "$HOME"/.gradle/jdks/*/* \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/openjdk* /opt/java/* /opt/*jdk*; do
    printf '%s\n' "$place"
  done
}

# Sets jdk to the first place with the version $1 or later (and a compiler, if $2 is set).
find_jdk() {
  jdk=
  if [ -n "$PLAID_JAVA_HOME" ]; then
    version=$(version_of "$PLAID_JAVA_HOME")
    [ "${version:-0}" -ge "$1" ] ||
      fail "PLAID_JAVA_HOME=$PLAID_JAVA_HOME: a JDK $1 or later is needed, found ${version:-none}"
    jdk=$PLAID_JAVA_HOME
    return
  fi
  found=
  while IFS= read -r place; do
    [ -n "$place" ] && [ -x "$place/bin/java" ] || continue
    version=$(version_of "$place")
    [ -n "$version" ] || continue
    if [ "$version" -ge "$1" ] && { [ -z "$2" ] || [ -x "$place/bin/javac" ]; }; then
      jdk=$place
      return
    fi
    found="$found
  $version in $place"
  done <<EOF
$(places)
EOF
  fail "a JDK $1 or later is needed${2:+ to build}; install one (https://adoptium.net) or point \
PLAID_JAVA_HOME to it.${found:+ Found only:$found}"
}

# Prints the first place with exactly the version $1; nothing if there is none. Places in the folder
# MATRIX_JDKS come first.
jdk_of() {
  { printf '%s\n' "$MATRIX_JDKS/jdk-$1"; places; } | while IFS= read -r place; do
    if [ "$(version_of "$place")" = "$1" ]; then
      printf '%s\n' "$place"
      break
    fi
  done
}
