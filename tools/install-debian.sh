#!/bin/sh
# Install the Debian packages that are missing: `python` to run, `tests` to test.
# Nothing is started: the tests start servers of their own.
set -eu

case "${1:-}" in
python)
	! "${PYTHON:-python3}" -c "import ensurepip, venv" 2>/dev/null || exit 0
	wanted="python3-venv"
	;;
tests)
	wanted="python3-venv apache2 chromium libapache2-mod-auth-mellon libapache2-mod-php
		libapache2-mod-shib libxml2-utils php-cli php-curl php-mbstring php-sqlite3
		php-xml poppler-utils postgresql redis-server shibboleth-sp-utils simplesamlphp"
	;;
*)
	echo "usage: $0 python|tests" >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null; then
	echo "Not Debian: install yourself what is missing of:" $wanted >&2
	exit 0
fi

missing=""
for package in $wanted; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "Missing Debian packages; as root: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi

# While packages are installed, policy-rc.d forbids that their daemons start.
policy=/usr/sbin/policy-rc.d
saved=""
placed=""
restore() {
	if [ -n "$saved" ]; then
		$as_root mv "$saved" "$policy"
	elif [ -n "$placed" ]; then
		$as_root rm -f "$policy"
	fi
}
trap restore EXIT
trap 'exit 1' INT TERM
if [ -e "$policy" ]; then
	$as_root mv "$policy" "$policy.idp-bridge"
	saved="$policy.idp-bridge"
fi
placed=yes
printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
$as_root chmod 755 "$policy"

echo "Installing:$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
	--no-install-recommends -o Dpkg::Use-Pty=0 \
	-o DPkg::Lock::Timeout=300 $missing
