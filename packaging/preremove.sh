#!/bin/sh
set -e
# Not when another version takes its place: dpkg says upgrade, rpm says 1.
case "$1" in
remove | 0) [ ! -d /run/systemd/system ] || systemctl disable --now lunas.service || true ;;
esac
