# Common to the scripts beside it; to be sourced. Builds are static, stripped and without the paths of
# the machine they were made on.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
build=${BUILD:-build}

# Where git cannot tell the commit, because there is none or the tree is somebody else's, the binary
# goes without it.
git rev-parse HEAD >/dev/null 2>&1 || export GOFLAGS="${GOFLAGS:-} -buildvcs=false"

# die says why the script ends.
die() {
	echo "$(basename "$0"): $*" >&2
	exit 1
}

# targets prints the lines of scripts/targets that name the wanted targets, all without arguments.
targets() {
	local name rest
	while read -r name rest; do
		case $name in '' | \#*) continue ;; esac
		if [ $# -eq 0 ] || [[ " $* " == *" $name "* ]]; then
			echo "$name $rest"
		fi
	done <scripts/targets
}

# binary NAME EDITION prints where the binary of a target stands; the edition is full or tiny.
binary() {
	local suffix=""
	[ "$2" = full ] || suffix=-$2
	echo "$build/linux-$1$suffix/smppagent"
}

# compile NAME GOARCH VARIABLE EDITION builds one binary. On 32 bits, and in the tiny edition, octets are
# dearer than time: nothing is inlined, which saves 7 to 9 % of the binary. It costs the codec a quarter to
# a half more time, and a session with a window of 10 nothing that can be measured.
compile() {
	local tags="" gcflags=""
	[ "$4" = full ] || tags=$4
	case $2-$4 in arm-* | mips* | *-tiny) gcflags=all=-l ;; esac
	env GOOS=linux GOARCH="$2" "$3" CGO_ENABLED=0 go build -trimpath -tags "$tags" \
		-gcflags "$gcflags" -ldflags "-s -w" -o "$(binary "$1" "$4")" ./cmd/smppagent
}

# install_missing PROGRAM:PACKAGE... installs the Debian packages of the programs that are not there.
install_missing() {
	local need missing=() sudo=() PATH=$PATH:/usr/sbin:/sbin # where mkfs is
	for need in "$@"; do
		command -v "${need%%:*}" >/dev/null || missing+=("${need##*:}")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null || die "please install ${missing[*]}: there is no apt-get here to do it"
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || die "please run as root: apt-get install ${missing[*]}"
		sudo=(sudo)
	fi
	echo "installing ${missing[*]}"
	"${sudo[@]}" apt-get update -q
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
	for need in "$@"; do
		command -v "${need%%:*}" >/dev/null || die "${need%%:*} is still missing after installing ${need##*:}"
	done
}
