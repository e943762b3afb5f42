# shellcheck shell=bash
# Packages of Debian's sid beside the host's own: apt downloads them with a private root, signatures checked.
# Nothing is installed, and root is not needed.

# Where apt already gets its packages from: a proxy or a mirror is respected.
sid_mirror() {
    apt-get indextargets --format "\$(REPO_URI)" "Codename: $VERSION_CODENAME" 'Created-By: Packages' | head -n 1
}

# sid_prepare DIRECTORY: fetches sid's lists into DIRECTORY; afterwards `apt-get "${sid[@]}"` is an apt-get of sid.
# VERSION_CODENAME is that of /etc/os-release.
sid_prepare() {
    local apt=$1 mirror architecture
    architecture=$(dpkg --print-architecture)
    mirror=$(sid_mirror)
    if [ -z "$mirror" ]; then
        # A machine whose lists were never fetched.
        if [ "$(id -u)" = 0 ]; then apt-get -qq update; else sudo apt-get -qq update; fi
        mirror=$(sid_mirror)
    fi
    mkdir -p "$apt"/etc/{apt.conf.d,preferences.d} "$apt"/lists/partial "$apt"/cache/archives/partial
    : >"$apt/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror%/} sid main" >"$apt/sources.list"
    # Check-Valid-Until: a frozen mirror serves a Release file that has expired.
    sid=(-qq -o "Dir::State=$apt" -o "Dir::State::status=$apt/status" -o "Dir::State::lists=$apt/lists"
        -o "Dir::Cache=$apt/cache" -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::Etc::parts=$apt/etc/apt.conf.d" -o "Dir::Etc::preferencesparts=$apt/etc/preferences.d"
        -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o APT::Sandbox::User=root
        -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none
        -o APT::Install-Recommends=false -o Debug::NoLocking=true)
    apt-get "${sid[@]}" update
}
