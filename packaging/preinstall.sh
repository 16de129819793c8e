#!/bin/sh
# The user under which lunas runs.
set -e
getent group lunas >/dev/null || groupadd --system lunas
getent passwd lunas >/dev/null ||
	useradd --system --gid lunas --home-dir /var/lib/lunas --no-create-home --shell /usr/sbin/nologin lunas
