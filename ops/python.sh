# Sourced by ./run, ./test and ./bench: finds a Python that is new enough and goes on in it with ops/<command>.py.

start() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            exec "$candidate" "$here/ops" "$@"
        fi
    done
    {
        echo "Madang needs Python 3.11 or newer, and there is none on this machine's PATH."
        if [ -r /etc/debian_version ]; then
            echo "Install it, as root:  apt-get install python3 python3-venv"
        elif [ "$(uname)" = Darwin ]; then
            echo "Install it, for example:  brew install python@3.13"
        else
            echo "Install it with your system's package manager, or name one: PYTHON=/path/to/python3 $0"
        fi
    } >&2
    exit 1
}
