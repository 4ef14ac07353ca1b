"""CPU, memory and nights, for the benchmark."""
import json
import os
import subprocess

TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()


def _children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/children", encoding="utf-8") as file:
                found += [int(child) for child in file.read().split()]
        except OSError:
            pass
    return found


def cpu_s(pid):
    """CPU of a process, of its children that ended, and of those that live."""
    fields = _stat(pid)
    ticks = sum(int(fields[i]) for i in (11, 12, 13, 14))
    for child in _children(pid):
        try:
            child_fields = _stat(child)
            ticks += int(child_fields[11]) + int(child_fields[12])
        except OSError:
            pass
    return ticks / TICK


def peak_mb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Cpu:
    """CPU that a set of named processes spends between start and now."""

    def __init__(self, pids):
        self.pids = pids
        self.start = {name: cpu_s(pid) for name, pid in pids.items()}

    def spent(self):
        return {name: cpu_s(pid) - self.start[name] for name, pid in self.pids.items()}


def run_json(*command, stdin=None):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, input=stdin, text=True)
    return json.loads(done.stdout)


class Night:
    """A night of deploy/local/night.sh, for the election of one made base."""

    def __init__(self, root, work, actas):
        self.root = root
        self.folder = os.path.join(work, f"noche-{actas}")
        self.election = os.path.join(work, f"eleccion-{actas}")
        self.base = os.path.join(work, f"base-{actas}.csv")
        self.bin = os.path.join(root, "build", "release", "bin")
        here = os.path.join(root, "tests", "bench")
        subprocess.run([os.path.join(here, "make_base.py"), str(actas), self.base], check=True)
        subprocess.run([f"{self.bin}/prep-simulacro", "importa", self.base, "--a",
                        self.election], check=True, stdout=subprocess.DEVNULL)
        # The floor is that of the official databases; XLSX has its own line in publica's page.
        with open(os.path.join(self.election, "definicion.yaml"), "a", encoding="utf-8") as file:
            file.write("formatos: [csv]\n")
        self.shell(f'night_create "{self.folder}" "{self.bin}" "{self.election}"', create=True)

    def shell(self, script, create=False):
        opened = "" if create else f'night_open "{self.folder}" "{self.bin}" && '
        command = f'. "{self.root}/deploy/local/night.sh"; {opened}{script}'
        done = subprocess.run(["bash", "-c", command], check=True, stdout=subprocess.PIPE,
                              text=True)
        return done.stdout.strip()

    def names(self):
        return self.shell("night_names").split()

    def pids(self):
        pids = {name: int(self.shell(f"night_pid {name}")) for name in self.names()
                if os.path.exists(f"{self.folder}/run/{name}.pid")}
        pids["PostgreSQL"] = int(self.shell('pg_pid "$NIGHT_DIR/pg"'))
        return pids

    def conninfo(self):
        return self.shell('pg_conninfo "$NIGHT_DIR/pg"')

    def sql(self, statement):
        return self.shell(f"night_psql postgres -c {json_quote(statement)}")

    def stop(self):
        self.shell('night_stop_all; pg_destroy "$NIGHT_DIR/pg"')


def json_quote(text):
    return "'" + text.replace("'", "'\\''") + "'"
