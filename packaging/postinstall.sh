#!/bin/sh
set -e
# The user under which lunas runs. Here and not before the files are unpacked: useradd need not be there by then.
getent group lunas >/dev/null || groupadd --system lunas
getent passwd lunas >/dev/null ||
	useradd --system --gid lunas --home-dir /var/lib/lunas --no-create-home --shell /usr/sbin/nologin lunas
chown root:lunas /etc/lunas /etc/lunas/lunas.yaml
chown lunas:lunas /var/lib/lunas
if [ ! -e /etc/lunas/master.key ]; then
	(umask 077 && od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' >/etc/lunas/master.key.new)
	chown lunas:lunas /etc/lunas/master.key.new
	mv /etc/lunas/master.key.new /etc/lunas/master.key
	echo "lunas: made /etc/lunas/master.key; keep a copy of it apart from the backups of the database"
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	# A gateway that runs is left alone: the new binary may want the schema migrated before it starts.
	if systemctl --quiet is-active lunas.service; then
		echo "lunas: the gateway goes on with the old version until: lunas migrate, then systemctl restart lunas"
	fi
fi
