# shellcheck shell=bash
# What fresh.sh and image.sh share: a bare Debian in a folder. Sourced after common.sh, not run.

# debootstrap and chroot are root's; $1 is what the caller is about to do.
require_root() {
    ((EUID == 0)) || fail "$1 needs root; call it with sudo, or in a virtual machine" 2
}

# A bare Debian of a suite in an empty folder: what apt needs and nothing else.
bootstrap() {
    local suite=$1 folder=$2 mirror=${BACKBONELAB_MIRROR:-http://deb.debian.org/debian} log=$TARGET/debootstrap-$1.log
    command -v debootstrap > /dev/null || install_packages debootstrap
    mkdir -p "$folder"
    echo "making a bare $suite in $folder"
    debootstrap --variant=minbase "$suite" "$folder" "$mirror" > "$log" 2>&1 \
        || fail "debootstrap could not make $suite from $mirror, see $log; BACKBONELAB_MIRROR names another mirror"
    lend_network "$folder"
}

# A network that needs certificates or settings of its own to reach package servers needs them inside as well; a plain
# network has none of these files.
lend_network() {
    local folder=$1 home
    cp -L /etc/resolv.conf "$folder/etc/resolv.conf"
    if compgen -G '/usr/local/share/ca-certificates/*.crt' > /dev/null; then
        mkdir -p "$folder/usr/local/share/ca-certificates"
        cp -L /usr/local/share/ca-certificates/*.crt "$folder/usr/local/share/ca-certificates/"
    fi
    if [[ -f /etc/pip.conf ]]; then
        cp -L /etc/pip.conf "$folder/etc/pip.conf"
    fi
    if [[ -f ~/.m2/settings.xml ]]; then
        # The second is the home of every user that is made later.
        for home in root etc/skel; do
            mkdir -p "$folder/$home/.m2"
            cp -L ~/.m2/settings.xml "$folder/$home/.m2/"
        done
    fi
}
