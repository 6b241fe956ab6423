#!/usr/bin/env bash
# Checks for the system libraries, fonts and programs that Shape Studio needs on Debian and Ubuntu, and installs what is missing
# where that is allowed (root, or sudo without a password). Otherwise it prints the line to run and stops.
#
#   .ci/system.sh run            what the window needs
#   .ci/system.sh test           that, and a virtual display and Chinese fonts for the tests
#   .ci/system.sh bench          that of `run`, and what the peers of the benchmark need
#   .ci/system.sh data           the furniture catalogues that the weights were trained on
#   .ci/system.sh run --check    only say what is missing (exit 1 if anything is)
set -u
what=${1:-run}
check=${2:-}
python=${PYTHON:-python3}
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

[ "$(uname -s)" = Linux ] || { echo "This is not Linux: system libraries are not checked."; exit 0; }

# library (as ldconfig names it) and the Debian package that holds it
libraries="
libGL.so.1 libgl1
libEGL.so.1 libegl1
libX11.so.6 libx11-6
libX11-xcb.so.1 libx11-xcb1
libxcb.so.1 libxcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-glx.so.0 libxcb-glx0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render.so.0 libxcb-render0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-shm.so.0 libxcb-shm0
libxcb-sync.so.1 libxcb-sync1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libglib-2.0.so.0 libglib2.0-0
libgssapi_krb5.so.2 libgssapi-krb5-2
libwayland-client.so.0 libwayland-client0
libwayland-cursor.so.0 libwayland-cursor0
"

[ "$what" = bench ] && libraries="${libraries}libusb-1.0.so.0 libusb-1.0-0
"
known=$(ldconfig -p 2>/dev/null)
missing=""
while read -r library package; do
    [ -n "$library" ] || continue
    case "$known" in *"$library"*) ;; *) missing="$missing $package" ;; esac
done <<<"$libraries"

# OpenGL without a graphics card: Mesa's software renderer
if ! { compgen -G '/usr/lib/*/dri/*_dri.so' || compgen -G '/usr/lib*/dri/*_dri.so'; } >/dev/null; then
    missing="$missing libgl1-mesa-dri"
fi
# a font at all; a Chinese one for the tests, and for people whose locale asks for it
fonts=$(find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" -name '*.[to]t[fc]' 2>/dev/null)
[ -n "$fonts" ] || missing="$missing fonts-dejavu-core"
case "$what ${LANG:-} ${LANGUAGE:-}" in
    test*|*zh*) grep -qi 'cjk\|wqy\|arphic\|SourceHan' <<<"$fonts" || missing="$missing fonts-noto-cjk" ;;
esac
if [ "$what" = test ]; then
    command -v Xvfb >/dev/null && command -v xvfb-run >/dev/null || missing="$missing xvfb"
    command -v xauth >/dev/null || missing="$missing xauth"
fi
if [ "$what" = data ] && ! dpkg -s sweethome3d-furniture >/dev/null 2>&1; then
    missing="$missing sweethome3d-furniture"
fi
# Debian splits venv from Python
if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    missing="$missing $("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])' 2>/dev/null || echo python3-venv)"
fi

[ -n "$missing" ] || { echo "System libraries: all there."; exit 0; }
line="apt-get install -y -q --no-install-recommends$missing"
echo "Missing system packages:$missing"
[ "$check" != --check ] || exit 1

if ! command -v apt-get >/dev/null; then
    echo "This machine has no apt-get. Install what these Debian packages hold, then try again:$missing" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
else
    echo "Run this line, then try again:" >&2
    echo "    sudo apt-get update && sudo $line" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq </dev/null || echo "apt-get update failed; trying with the package lists that are there." >&2
# shellcheck disable=SC2086
if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $line </dev/null; then
    echo "Installing failed. Run this line, then try again:" >&2
    echo "    sudo apt-get update && sudo $line" >&2
    exit 1
fi
