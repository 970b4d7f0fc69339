"""The image under test. The bases that its Dockerfile names are made here, not pulled: Debian by debootstrap, the
toolchain's image from that, with the toolchain of this machine mounted into the build.
"""
import os, shutil, subprocess, time
from containers import say
from harness import ROOT

RUNTIME, TOOLCHAIN = "docker.io/library/debian:bookworm-slim", "docker.io/library/swift:6.3-bookworm"
MIRROR = "http://deb.debian.org"

# What the toolchain's own image adds to Debian, but for the toolchain.
TOOLCHAIN_NEEDS = """binutils ca-certificates gcc git libcurl4-openssl-dev libedit-dev libicu-dev libncurses-dev libpython3-dev
    libsqlite3-dev libstdc++-12-dev libxml2-dev pkg-config tzdata uuid-dev"""


def toolchain():
    """The folder that holds the toolchain and nothing else; None: there is none."""
    swift = shutil.which("swift")
    if not swift:
        return None
    folder = os.path.realpath(swift).split("/usr/bin/")[0]
    return folder if folder.count("/") > 1 else None


def local_packages():
    """Folders of this machine that git takes packages from in place of the network, with what they stand for."""
    lines = subprocess.run(["git", "config", "--get-regexp", r"^url\./.*\.insteadof$"], capture_output=True, text=True).stdout
    pairs = [line.split(" ", 1) for line in lines.splitlines()]
    return [(key[len("url."):-len(".insteadof")], address) for key, address in pairs]


def bake(engine, tag, folder, *options, seconds=900):
    engine.run("buildah", "bud", "--isolation", "chroot", "--pull-never", "--layers", "--format", "docker", *options, "-t", tag, folder,
               seconds=seconds)


def make_debian(engine):
    """Debian's slim image, when it is not there."""
    if engine.podman("image", "exists", RUNTIME, check=False).returncode == 0:
        return
    start = time.time()
    base = os.path.join(engine.folder, "debian")
    shutil.rmtree(base, ignore_errors=True)
    engine.run("debootstrap", "--variant=minbase", "bookworm", base, f"{MIRROR}/debian", seconds=600)
    engine.write("debian/etc/apt/sources.list", "".join(f"deb {MIRROR}/{line} main\n" for line in (
        "debian bookworm", "debian bookworm-updates", "debian-security bookworm-security")))
    # As in Debian's slim image, so that sizes compare.
    leave_out = ("doc", "man", "locale")
    engine.write("debian/etc/dpkg/dpkg.cfg.d/slim", "".join(f"path-exclude /usr/share/{name}/*\n" for name in leave_out))
    for path in [f"usr/share/{name}" for name in leave_out] + ["var/cache/apt", "var/lib/apt/lists"]:
        shutil.rmtree(os.path.join(base, path), ignore_errors=True)
    engine.run("sh", "-c", f"tar -C '{base}' -c . | podman import --change 'CMD [\"bash\"]' - {RUNTIME}")
    shutil.rmtree(base)
    say(f"made {RUNTIME} in {time.time() - start:.0f} s")


def make_bases(engine):
    """Both images that the Dockerfile starts from, when they are not there."""
    make_debian(engine)
    if engine.podman("image", "exists", TOOLCHAIN, check=False).returncode == 0:
        return
    start = time.time()
    git = "[safe]\n\tdirectory = *\n" + "".join(f'[url "{folder}"]\n\tinsteadOf = {address}\n' for folder, address in local_packages())
    engine.write("toolchain/gitconfig", git)
    engine.write("toolchain/Dockerfile", f"""FROM {RUNTIME}
RUN apt-get update && apt-get install -y --no-install-recommends {" ".join(TOOLCHAIN_NEEDS.split())} && rm -rf /var/lib/apt/lists/*
COPY gitconfig /etc/gitconfig
ENV PATH={toolchain()}/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
""")
    bake(engine, TOOLCHAIN, f"{engine.folder}/toolchain")
    say(f"made {TOOLCHAIN} in {time.time() - start:.0f} s")


def build(engine, tag):
    """Builds the unchanged Dockerfile from a clean copy of the last commit."""
    context = os.path.join(engine.folder, "context")
    shutil.rmtree(context, ignore_errors=True)
    os.makedirs(context)
    engine.run("sh", "-c", f"git archive HEAD | tar -x -C '{context}'", cwd=ROOT)
    mounts = {toolchain()} | {folder.rstrip("/") for folder, _ in local_packages()}
    start = time.time()
    bake(engine, tag, context, "-f", f"{context}/docker/Dockerfile",
         *[part for folder in sorted(mounts) for part in ("-v", f"{folder}:{folder}:ro")], seconds=3 * 3600)
    size, base = (engine.inspect(name, "image")["Size"] for name in (tag, RUNTIME))
    say(f"built in {time.time() - start:.0f} s; the image has {size / 1e6:.1f} MB, {base / 1e6:.1f} MB of them Debian's")
