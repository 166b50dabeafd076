# shellcheck shell=bash disable=SC2034
# Functions that ./demo and ./check share: progress messages, package installation, the build.
# bash sources this file under `set -euo pipefail`.  TOP is the project's folder.  STEP_LOG is the file that
# receives the output of each step.  Every failure ends in `fail`, which says what went wrong and what to do.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL=C.UTF-8 TZ=UTC

PACKAGES_BUILD="autoconf automake gcc gettext libc6-dev libbrotli-dev libcmark-dev libcurl4-openssl-dev libfcgi-dev libgumbo-dev libjansson-dev
  libmariadb-dev libmemcached-dev libpango1.0-dev libseccomp-dev libsodium-dev libssl-dev libutf8proc-dev libxml2-dev libxxhash-dev libzstd-dev make pkg-config zlib1g-dev"
PACKAGES_RUN="ca-certificates fonts-dejavu-core fonts-sil-charis mariadb-client-core mariadb-server-core memcached nginx python3-minimal"
PACKAGES_TEST="cmark galera-4 haproxy iproute2 libcmocka-dev logrotate mariadb-client openssl procps prometheus python3 python3-brotli python3-icalendar python3-jsonschema python3-lxml python3-pymysql python3-pytest python3-pytest-timeout python3-pytest-xdist python3-yaml python3-zstandard strace wrk"
PACKAGES_CHECK="adminer chromium chromium-driver fonts-liberation libasan8 libubsan1 php-cgi php-cli php-mysql python3-selenium wordpress" # ./check --fast does not need them
PACKAGES_ALL="debootstrap galera-arbitrator-4 systemd-container" # only ./check --all needs them

say() { printf '%s\n' "$*"; }

# fail SENTENCE...: prints each sentence on its own line and ends the program.
fail() {
  spinner_stop
  printf '\n%s: %s\n' "${0##*/}" "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

SPINNER=
spinner_start() { # TITLE; counts the seconds on a terminal, does nothing elsewhere
  [ -t 1 ] || return 0
  ( trap 'exit 0' TERM; trap '' INT
    for (( n = 0; ; n++ )); do printf '\r  %s ... %ds ' "$1" "$n"; sleep 1 & wait $!; done ) &
  SPINNER=$!
}
spinner_stop() {
  [ -n "$SPINNER" ] || return 0
  kill "$SPINNER" 2>/dev/null || true
  wait "$SPINNER" 2>/dev/null || true
  SPINNER=
  printf '\r\033[K'
}

# step TITLE COMMAND...: runs the command with its output in the log and prints the time that it took.
# If the command fails, step prints the end of its output.  Returns the command's status.
step() {
  local title=$1 began=$SECONDS status=0 from
  shift
  [ -t 1 ] || printf '  %s ...\n' "$title"
  printf '\n=== %s: %s\n' "$title" "$*" >>"$STEP_LOG"
  from=$(wc -c <"$STEP_LOG")
  spinner_start "$title"
  # The command runs in a subshell, so that the output of a trap still reaches the terminal.
  ("$@") >>"$STEP_LOG" 2>&1 </dev/null || status=$?
  spinner_stop
  if [ $status -eq 0 ]; then
    printf '  %s: done in %d s\n' "$title" $((SECONDS - began))
  else
    printf '  %s: failed after %d s; the end of its output (all of it: %s):\n' "$title" $((SECONDS - began)) "$STEP_LOG"
    tail -c "+$((from + 1))" "$STEP_LOG" | tail -n 15 | sed 's/^/    | /'
  fi
  return $status
}

# ---- packages

packages_missing() { # PACKAGE...: prints the packages that are not installed
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s ' "$name"
  done
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Debian starts a service when its package is installed.  A policy file prevents that.  An existing policy
# file stays as it is.
packages_install_now() {
  as_root env DEBIAN_FRONTEND=noninteractive bash -c '
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
      trap "rm -f $policy" EXIT
      trap "exit 130" INT TERM HUP
      printf "#!/bin/sh\nexit 101\n" >$policy && chmod 755 $policy
    fi
    options="-o DPkg::Lock::Timeout=120 -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o Dpkg::Use-Pty=0"
    apt-get $options update -q || echo "apt-get update failed; trying with the lists there are"
    apt-get $options install -q -y --no-install-recommends --no-remove "$@"' packages "$@"
}

# packages_install WHAT PACKAGE...
packages_install() {
  local what=$1 missing
  shift
  command -v dpkg-query >/dev/null ||
    fail "this is not a Debian system." "Install the software that README.md names; ./configure names what is missing."
  missing=$(packages_missing "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      fail "packages are missing, you are not root, and sudo is not installed." "Run as root: apt-get install $missing" "Then start this again."
    sudo -n true 2>/dev/null || { say "  sudo is needed to install: $missing"; sudo -v; } ||
      fail "sudo did not let you install packages." "Run as root: apt-get install $missing" "Then start this again."
  fi
  # shellcheck disable=SC2086
  step "installing $what ($(wc -w <<<"$missing") packages)" packages_install_now $missing || {
    if tail -n 40 "$STEP_LOG" | grep -Eq 'Temporary failure resolving|Could not resolve|Could not connect|Failed to fetch|Unable to locate|Network is unreachable|timed out'; then
      fail "the packages could not be fetched. Is the network up? Does /etc/apt/sources.list name an archive of Debian 12 or 13?" \
        "Missing: $missing" "Start this again when \`apt-get update\` works."
    fi
    fail "apt-get could not install: $missing" "Repair the fault that apt-get names above, then start this again."
  }
}

# ---- build

# build FOLDER [CONFIGURE-OPTION...]: runs configure unless it ran with these options before, then make.
# Without options, an existing configuration stays as it is.
build() {
  local folder=$1
  shift
  if [ ! -e "$TOP/configure" ] || [ "$TOP/configure.ac" -nt "$TOP/configure" ] || [ ! -e "$TOP/Makefile.in" ]; then
    step "preparing the build" env -C "$TOP" autoreconf -i || fail "autoreconf failed." "The checkout must be complete and writable."
  fi
  mkdir -p "$folder"
  if [ ! -e "$folder/Makefile" ] || { [ $# -gt 0 ] && [ "$(cat "$folder/.options" 2>/dev/null)" != "$*" ]; }; then
    [ ! -e "$folder/Makefile" ] || make -s -C "$folder" clean >/dev/null 2>&1 || true
    step "configuring" env -C "$folder" "$TOP/configure" "$@" || fail "configure failed." "The last line above names what is missing; $folder/config.log has the details."
    printf '%s' "$*" >"$folder/.options"
  fi
  step "building in ${folder#"$TOP"/}" make -C "$folder" -j"$(nproc)" || fail "the build failed."
}
