# SPDX-License-Identifier: Apache-2.0
# Shared by the commands of this folder: sourced, not run. Sets `root`, `build`, `jobs`.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${MIXTURA_BUILD_DIR:-$root/build}
jobs=${MIXTURA_JOBS:-$(nproc)}

# configure FOLDER [cmake options]: quiet unless it fails; ccache is used where it is there.
configure() {
    local folder=$1 log launcher=()
    shift
    if command -v ccache >/dev/null; then
        launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
        # Precompiled headers and ccache agree only under this.
        export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros,include_file_mtime,include_file_ctime}
        export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}
    fi
    mkdir -p "$folder"
    log=$folder/configure.log
    if ! cmake -S "$root" -B "$folder" -G Ninja "${launcher[@]}" "$@" >"$log" 2>&1; then
        cat "$log" >&2
        printf 'mixtura: configuring failed; the text above says why (also in %s).\n' "$log" >&2
        return 1
    fi
}

# compile FOLDER [targets]: shows the build's progress; says nothing when nothing is to do.
compile() {
    local folder=$1
    shift
    if ninja -C "$folder" -n "$@" 2>/dev/null </dev/null | grep -q '^ninja: no work to do'; then
        return 0
    fi
    if ! cmake --build "$folder" --parallel "$jobs" ${1:+--target "$@"} </dev/null; then
        printf 'mixtura: building %s failed; the text above says where.\n' "$folder" >&2
        return 1
    fi
}
