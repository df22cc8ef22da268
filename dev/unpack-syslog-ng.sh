#!/usr/bin/env bash
# Unpacks syslog-ng with its http() module, and what libraries it lacks, into data/syslog-ng. Installed the usual way
# it would remove rsyslog, which other tests need. Debian and Ubuntu. Does nothing when it is there already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=data/syslog-ng
if [ -x "$target/usr/sbin/syslog-ng" ] && compgen -G "$target/usr/lib/syslog-ng/*/libhttp.so" >/dev/null; then
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# apt's own sandbox user downloads into it.
chmod 777 "$work"
# What an installation would fetch is exactly what is missing here.
packages=$(apt-get install --print-uris -qq --no-install-recommends syslog-ng-core syslog-ng-mod-http |
  sed -n "s/^'.*' \([^_ ]*\)_[^ ]*\.deb .*/\1/p")
if [ -z "$packages" ]; then
  echo "apt knows no packages syslog-ng-core and syslog-ng-mod-http to fetch; is 'apt-get update' needed?" >&2
  exit 1
fi
# shellcheck disable=SC2086  # a list of names
(cd "$work" && apt-get download -qq $packages)
rm -rf "$target"
mkdir -p "$target"
for package in "$work"/*.deb; do dpkg-deb -x "$package" "$target"; done
test -x "$target/usr/sbin/syslog-ng"
